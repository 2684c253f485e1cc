"""Who makes the request: the same for every way of verification. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import GuardError


@dataclass(frozen=True)
class Principal:
    user_id: str
    method: str
    expires_at_ms: float
    email: str | None = None
    email_verified: bool = False
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class ClaimRules:
    issuer: str
    audiences: tuple[str, ...]
    clock_skew_ms: int


def split_roles(role: str | None) -> tuple[str, ...]:
    """Roles as Better Auth writes them: separated by commas."""
    return tuple(name.strip() for name in (role or "").split(",") if name.strip())


def grants(granted: Iterable[str], wanted: str) -> bool:
    """`*` grants all, `tasks:*` all that begin with `tasks:`."""
    return any(
        name in ("*", wanted) or (name.endswith(":*") and wanted.startswith(name.removesuffix("*"))) for name in granted
    )


def _refuse(claim: str, rule: str) -> GuardError:
    return GuardError("ERR_TOKEN_CLAIMS", f"the claim {claim} {rule}")


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e300:
        raise _refuse(name, "is not a time in seconds")
    return float(value) * 1000


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is not None and not isinstance(value, str):
        raise _refuse(name, "is not a string")
    return value


def _names(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = claims.get(name)
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(value.split())
    if isinstance(value, list) and all(isinstance(member, str) for member in value):
        return tuple(value)
    raise _refuse(name, "is not a list of strings")


def _audiences(claims: Mapping[str, Any]) -> tuple[str, ...]:
    value = claims.get("aud")
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(member, str) for member in value):
        return tuple(value)
    raise _refuse("aud", "is missing, or neither a string nor a list of strings")


def check_claims(claims: Mapping[str, Any], rules: ClaimRules, now_ms: float) -> None:
    """`exp`, `iss` and `aud` are required (RFC 7519, 4.1)."""
    expires = _time(claims, "exp")
    if expires is None:
        raise _refuse("exp", "is missing")
    if now_ms >= expires + rules.clock_skew_ms:
        raise GuardError("ERR_TOKEN_EXPIRED", "the token has expired")
    latest_start = now_ms + rules.clock_skew_ms
    if (_time(claims, "nbf") or 0) > latest_start:
        raise GuardError("ERR_TOKEN_NOT_YET_VALID", "the token is not valid yet")
    if (_time(claims, "iat") or 0) > latest_start:
        raise GuardError("ERR_TOKEN_NOT_YET_VALID", "the token was issued in the future")
    if claims.get("iss") != rules.issuer:
        raise GuardError("ERR_TOKEN_ISSUER", "the token is of another issuer")
    if not set(_audiences(claims)) & set(rules.audiences):
        raise GuardError("ERR_TOKEN_AUDIENCE", "the token is meant for another audience")


def principal_of(claims: Mapping[str, Any], method: str) -> Principal:
    """Of claims that were checked. Claims of authority of a wrong type refuse the token; they never mean "none"."""
    sub = _text(claims, "sub")
    if not sub:
        raise _refuse("sub", "is missing")
    email = _text(claims, "email")
    roles = (*split_roles(_text(claims, "role")), *_names(claims, "roles"))
    return Principal(
        user_id=sub,
        method=method,
        expires_at_ms=_time(claims, "exp") or 0,
        email=email,
        email_verified=email is not None and claims.get("email_verified") is True,
        roles=tuple(dict.fromkeys(roles)),
        permissions=_names(claims, "permissions"),
        scopes=_names(claims, "scope"),
        claims=claims,
    )
