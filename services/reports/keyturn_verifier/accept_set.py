"""The keys of one generation, imported and ready; replaced as a whole, never changed. PyJWT does the cryptography."""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import Algorithm, ECAlgorithm, HMACAlgorithm, OKPAlgorithm, RSAAlgorithm, RSAPSSAlgorithm
from jwt.exceptions import PyJWTError

from .document import RingDocument, RingKey

Check = Callable[[bytes, bytes], bool]

_ALGORITHMS: dict[str, Algorithm] = {
    "ES256": ECAlgorithm(ECAlgorithm.SHA256),
    "ES384": ECAlgorithm(ECAlgorithm.SHA384),
    "RS256": RSAAlgorithm(RSAAlgorithm.SHA256),
    "PS256": RSAPSSAlgorithm(RSAPSSAlgorithm.SHA256),
    "EdDSA": OKPAlgorithm(),
}
_SIGNATURE_LENGTH = {"ES256": 64, "ES384": 96, "EdDSA": 64}
MIN_RSA_BITS = 2048


@dataclass(frozen=True, repr=False)
class AcceptedKey:
    kid: str
    """The only `alg` that a token of this key may name."""
    algorithm: str
    check: Check


@dataclass(frozen=True, repr=False)
class AcceptSet:
    generation: int
    issuer: str | None
    clock_skew_ms: int
    keys: Mapping[str, AcceptedKey]
    """Kids that the ring knows and refuses for ever: to ask for them again would be in vain."""
    dead: frozenset[str]


def accept_set_of(document: RingDocument) -> AcceptSet:
    """
    A key that cannot be imported, or does not fit the ring's algorithm, is left out: a canary made with it is refused,
    and so it never becomes active.
    """
    keys = {}
    for key in document.keys:
        check = _import(document.algorithm, key) if key.accepted else None
        if check:
            keys[key.kid] = AcceptedKey(key.kid, document.algorithm, check)
    return AcceptSet(
        generation=document.generation,
        issuer=document.issuer,
        clock_skew_ms=document.settings.clock_skew_ms,
        keys=keys,
        dead=frozenset(key.kid for key in document.keys if not key.accepted),
    )


def _import(algorithm: str, key: RingKey) -> Check | None:
    try:
        if algorithm == "HS256":
            return _secret_check(key.secret) if key.secret else None
        return _public_check(algorithm, key.jwk) if key.jwk else None
    except (PyJWTError, UnsupportedAlgorithm, ValueError, TypeError):
        return None


def _public_check(algorithm: str, jwk: Mapping[str, str]) -> Check | None:
    if jwk["alg"] != algorithm:
        return None
    method = _ALGORITHMS[algorithm]
    key = method.from_jwk(dict(jwk))
    length = _SIGNATURE_LENGTH.get(algorithm)
    if isinstance(key, RSAPublicKey):
        if key.key_size < MIN_RSA_BITS:
            return None
        length = (key.key_size + 7) // 8
    elif isinstance(key, EllipticCurvePublicKey) and length != 2 * ((key.curve.key_size + 7) // 8):
        return None
    return lambda signed, signature: len(signature) == length and method.verify(signed, key, signature)


def _secret_check(secret: str) -> Check | None:
    key = urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    if len(key) < 32:
        return None
    method = HMACAlgorithm(HMACAlgorithm.SHA256)
    return lambda signed, signature: method.verify(signed, key, signature)
