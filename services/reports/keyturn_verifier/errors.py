"""The two error families. A message names a field or a rule; it never contains a token, a key or a secret."""

from collections.abc import Sequence


class KeyringError(Exception):
    """About a ring: ERR_RING_INVALID, ERR_RING_SCHEMA_NEWER, ERR_RING_UNAVAILABLE, ERR_TRUTH_UNREADABLE."""

    def __init__(self, code: str, message: str, retry_after_seconds: int = 1) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after_seconds = retry_after_seconds


def invalid(path: str, rule: str) -> KeyringError:
    return KeyringError("ERR_RING_INVALID", f"{path}: {rule}")


STATUS = {
    "ERR_TOKEN_MISSING": 401,
    "ERR_TOKEN_MALFORMED": 401,
    "ERR_TOKEN_TOO_LARGE": 401,
    "ERR_TOKEN_TYPE": 401,
    "ERR_TOKEN_ALGORITHM": 401,
    "ERR_TOKEN_CRITICAL_HEADER": 401,
    "ERR_TOKEN_UNKNOWN_KEY": 401,
    "ERR_TOKEN_SIGNATURE": 401,
    "ERR_TOKEN_EXPIRED": 401,
    "ERR_TOKEN_NOT_YET_VALID": 401,
    "ERR_TOKEN_ISSUER": 401,
    "ERR_TOKEN_AUDIENCE": 401,
    "ERR_TOKEN_CLAIMS": 401,
    "ERR_SESSION_UNKNOWN": 401,
    "ERR_ROLE_REQUIRED": 403,
    "ERR_PERMISSION_REQUIRED": 403,
    "ERR_PATH_USER": 403,
    "ERR_KEY_SOURCE_UNAVAILABLE": 503,
}


class GuardError(Exception):
    """About a credential. `status` is 401 (bad), 403 (not enough) or 503 (it cannot be judged now: rule P7)."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        required: Sequence[str] = (),
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = STATUS[code]
        self.required = tuple(required)
        self.retry_after_seconds = retry_after_seconds


def key_source_unavailable(cause: BaseException | None = None) -> GuardError:
    """503 with Retry-After: a front end takes a 401 as a logout, and this is none."""
    seconds = cause.retry_after_seconds if isinstance(cause, KeyringError) else 1
    error = GuardError(
        "ERR_KEY_SOURCE_UNAVAILABLE",
        "credentials cannot be verified at the moment",
        retry_after_seconds=max(1, seconds),
    )
    error.__cause__ = cause
    return error
