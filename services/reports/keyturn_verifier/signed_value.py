"""Better Auth's signed values, `<value>.<base64 of HMAC-SHA-256>`, under the secrets of an opaque ring. Pure."""

import hmac
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from .document import RingDocument

_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{43}=")


@dataclass(frozen=True)
class SigningSecret:
    """The text itself is the HMAC key."""

    kid: str
    secret: str = field(repr=False)


def accepted_secrets(document: RingDocument) -> tuple[SigningSecret, ...]:
    return tuple(SigningSecret(key.kid, key.secret) for key in document.keys if key.accepted and key.secret)


def mac(secret: str, value: str) -> bytes:
    return hmac.digest(secret.encode(), value.encode(errors="surrogatepass"), "sha256")


def read_signed_value(given: str, secrets: Sequence[SigningSecret]) -> tuple[str, str] | None:
    """The value and the kid of the secret that signed it."""
    text = unquote(given) if "%" in given else given
    value, dot, signature = text.rpartition(".")
    if not dot or not value or not _SIGNATURE.fullmatch(signature):
        return None
    for each in secrets:
        if hmac.compare_digest(mac(each.secret, value), b64decode(signature)):
            return value, each.kid
    return None


def read_secret_canary(credential: str, secrets: Sequence[SigningSecret]) -> str | None:
    """
    The kid of the secret that made `<nonce>.<base64url of HMAC-SHA-256>`, once a value that this secret signed was read
    like a cookie; None when the canary is refused.
    """
    nonce, dot, given = credential.partition(".")
    if not nonce or not dot:
        return None
    for each in secrets:
        expected = mac(each.secret, nonce)
        if hmac.compare_digest(urlsafe_b64encode(expected).rstrip(b"="), given.encode(errors="surrogatepass")):
            read = read_signed_value(f"{nonce}.{b64encode(expected).decode()}", secrets)
            return read[1] if read else None
    return None
