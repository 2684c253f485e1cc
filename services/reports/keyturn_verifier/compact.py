"""Takes a compact JWS (RFC 7515, 7.1) apart without believing it. Pure."""

import binascii
import re
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import GuardError
from .strict_json import AmbiguousJson, parse_strict_object

MAX_TOKEN_LENGTH = 8192
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, repr=False)
class CompactToken:
    alg: str
    kid: str
    typ: str | None
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def malformed(rule: str) -> GuardError:
    return GuardError("ERR_TOKEN_MALFORMED", f"the token is malformed: {rule}")


def parse_compact(token: str) -> CompactToken:
    """
    Refuses all that would let two texts stand for one token: padding, characters outside base64url, unused bits that
    are not zero, duplicate members. `jku`, `jwk`, `x5u` and `x5c` are not read: keys come from the ring alone.
    """
    if len(token) > MAX_TOKEN_LENGTH:
        raise GuardError("ERR_TOKEN_TOO_LARGE", f"the token has more than {MAX_TOKEN_LENGTH} characters")
    segments = token.split(".")
    if len(segments) != 3:
        raise malformed("not three segments")
    header = _object(segments[0], "header")
    if "crit" in header:
        raise GuardError("ERR_TOKEN_CRITICAL_HEADER", "the token has a critical header that is not understood")
    alg, typ = header.get("alg"), header.get("typ")
    if not isinstance(alg, str):
        raise malformed("alg is not a string")
    if "typ" in header and not isinstance(typ, str):
        raise malformed("typ is not a string")
    return CompactToken(
        alg=alg,
        kid=_kid(header),
        typ=typ.lower().removeprefix("application/") if isinstance(typ, str) else None,
        claims=_object(segments[1], "payload"),
        signed=f"{segments[0]}.{segments[1]}".encode(),
        signature=decode_segment(segments[2], "signature"),
    )


def _kid(header: Mapping[str, Any]) -> str:
    if "kid" not in header:
        raise GuardError("ERR_TOKEN_UNKNOWN_KEY", "the token names no key")
    kid = header["kid"]
    if not isinstance(kid, str) or not 1 <= len(kid) <= 256 or any(unicodedata.category(c) == "Cc" for c in kid):
        raise malformed("kid is not a short printable string")
    return kid


def _object(segment: str, part: str) -> dict[str, Any]:
    try:
        return parse_strict_object(decode_segment(segment, part))
    except AmbiguousJson as error:
        raise malformed(f"{part}: {error}") from None


def decode_segment(segment: str, part: str) -> bytes:
    """The text is accepted only if it is what encoding the bytes gives."""
    if _BASE64URL.fullmatch(segment):
        try:
            data = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
        except binascii.Error:
            data = b""
        if data and urlsafe_b64encode(data).rstrip(b"=").decode() == segment:
            return data
    raise malformed(f"{part}: not canonical base64url")
