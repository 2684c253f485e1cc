"""Signed tokens, verified with the keys of a ring. Canaries go the same way as requests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .accept_set import AcceptedKey, AcceptSet, accept_set_of
from .compact import CompactToken, parse_compact
from .document import RingDocument
from .errors import GuardError, KeyringError, key_source_unavailable
from .node import RingNode
from .principal import ClaimRules, Principal, check_claims, principal_of
from .system_clock import wall_ms

CANARY_TYP = "keyturn-canary+jwt"
CANARY_AUDIENCE = "keyturn:canary"
ACCESS_TOKEN_TYPES = frozenset({None, "jwt", "at+jwt"})


class Verifier(Protocol):
    """`source` is `header` or `cookie`. Raises GuardError."""

    async def verify(self, credential: str, source: str = "header") -> Principal: ...


@dataclass(frozen=True)
class Purpose:
    """What differs between a request and a canary: the type of the token and the audience, nothing else."""

    types: frozenset[str | None]
    audiences: tuple[str, ...]


CANARY = Purpose(frozenset({CANARY_TYP}), (CANARY_AUDIENCE,))


def _unknown_key() -> GuardError:
    return GuardError("ERR_TOKEN_UNKNOWN_KEY", "no accepted key has the kid of the token")


class TokenVerifier:
    """
    Method `ring` (public keys, role verifier) or `sharedSecret` (HS256, role holder); `issuer` None: the one that the
    ring names. Nothing is cached, so nothing outlives a revocation.
    """

    def __init__(
        self,
        node: RingNode,
        audiences: Sequence[str],
        issuer: str | None = None,
        now_ms: Callable[[], int] = wall_ms,
    ) -> None:
        self._node = node
        self._method = "ring" if node.role == "verifier" else "sharedSecret"
        self._issuer = issuer
        self._requests = Purpose(ACCESS_TOKEN_TYPES, tuple(audiences))
        self._now_ms = now_ms
        self._accept: AcceptSet | None = None
        node.on_change(self._load)
        node.verify_canary = self.verify_canary

    async def verify(self, credential: str, source: str = "header") -> Principal:
        try:
            token = self._open(credential, self._requests)
            await self._fetch_unknown(token)
            return self._judge(token, self._requests)
        except KeyringError as error:
            raise key_source_unavailable(error) from error

    def verify_canary(self, credential: str) -> dict[str, Any]:
        try:
            token = self._open(credential, CANARY)
            self._judge(token, CANARY)
        except KeyringError:
            return {"accepted": False, "reason": "ERR_KEY_SOURCE_UNAVAILABLE"}
        except GuardError as error:
            return {"accepted": False, "reason": error.code}
        return {"accepted": True, "kid": token.kid}

    def _load(self, document: RingDocument) -> None:
        self._accept = accept_set_of(document)

    def _usable(self) -> AcceptSet:
        self._node.require()
        if self._accept is None or (self._issuer or self._accept.issuer) is None:
            raise KeyringError("ERR_RING_UNAVAILABLE", "the ring names no issuer")
        return self._accept

    def _open(self, credential: str, purpose: Purpose) -> CompactToken:
        accept = self._usable()
        token = parse_compact(credential)
        if token.typ not in purpose.types:
            raise GuardError("ERR_TOKEN_TYPE", "the token is not of a type that is accepted here")
        self._check_claims(token, purpose, accept)
        return token

    async def _fetch_unknown(self, token: CompactToken) -> None:
        """P5: one coalesced fetch; a kid that the ring has refused for ever is not asked for."""
        accept = self._usable()
        if token.kid in accept.dead:
            raise _unknown_key()
        if token.kid not in accept.keys:
            await self._node.refresh_for_unknown_kid(token.kid)

    def _judge(self, token: CompactToken, purpose: Purpose) -> Principal:
        """Without a pause: by the keys that are in use at this moment."""
        accept = self._usable()
        key: AcceptedKey | None = accept.keys.get(token.kid)
        if key is None:
            raise _unknown_key()
        if token.alg != key.algorithm:
            raise GuardError("ERR_TOKEN_ALGORITHM", "the algorithm of the token is not that of the key")
        if not key.check(token.signed, token.signature):
            raise GuardError("ERR_TOKEN_SIGNATURE", "the signature is not valid")
        self._check_claims(token, purpose, accept)
        return principal_of(token.claims, self._method)

    def _check_claims(self, token: CompactToken, purpose: Purpose, accept: AcceptSet) -> None:
        rules = ClaimRules(self._issuer or accept.issuer or "", purpose.audiences, accept.clock_skew_ms)
        check_claims(token.claims, rules, self._now_ms())
