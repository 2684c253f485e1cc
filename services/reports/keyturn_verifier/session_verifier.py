"""Sessions, looked up in the issuer's table: the raw token as bearer, or the cookie that the secret's ring signed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .document import RingDocument
from .errors import GuardError, KeyringError, key_source_unavailable
from .node import RingNode
from .principal import Principal, split_roles
from .signed_value import SigningSecret, accepted_secrets, read_secret_canary, read_signed_value
from .system_clock import wall_ms

MAX_LENGTH = 8192


@dataclass(frozen=True)
class SessionRow:
    user_id: str
    email: str | None
    email_verified: bool
    role: str | None
    expires_at_ms: float


class StoreUnavailable(Exception):
    """The table cannot be asked: 503, not 401."""


class SessionStore(Protocol):
    async def find(self, token: str) -> SessionRow | None: ...


class SessionVerifier:
    """Asks the table each time: a sign-out takes effect at once."""

    def __init__(
        self,
        store: SessionStore,
        node: RingNode,
        permissions: Mapping[str, Sequence[str]],
        now_ms: Callable[[], int] = wall_ms,
    ) -> None:
        self._store = store
        self._node = node
        self._permissions = permissions
        self._now_ms = now_ms
        self._secrets: tuple[SigningSecret, ...] = ()
        node.on_change(self._load)
        node.verify_canary = self.verify_canary

    async def verify(self, credential: str, source: str = "header") -> Principal:
        if len(credential) > MAX_LENGTH:
            raise GuardError("ERR_TOKEN_TOO_LARGE", f"the token has more than {MAX_LENGTH} characters")
        token = self._session_token(credential, source)
        try:
            row = await self._store.find(token)
        except StoreUnavailable as error:
            raise key_source_unavailable(error) from error
        if row is None or self._now_ms() >= row.expires_at_ms:
            raise GuardError("ERR_SESSION_UNKNOWN", "there is no such session")
        # The secret may have been revoked while the table was asked.
        self._session_token(credential, source)
        return self._principal(row)

    def verify_canary(self, credential: str) -> dict[str, Any]:
        try:
            kid = read_secret_canary(credential, self._usable())
        except GuardError as error:
            return {"accepted": False, "reason": error.code}
        return {"accepted": True, "kid": kid} if kid else {"accepted": False, "reason": "ERR_TOKEN_SIGNATURE"}

    def _load(self, document: RingDocument) -> None:
        self._secrets = accepted_secrets(document)

    def _session_token(self, credential: str, source: str) -> str:
        """A cookie must be signed; a bearer token may be the raw one or a signed one."""
        if source == "header" and "." not in credential:
            return credential
        signed = read_signed_value(credential, self._usable())
        if signed is None:
            raise GuardError("ERR_TOKEN_SIGNATURE", "the signature is not valid")
        return signed[0]

    def _usable(self) -> tuple[SigningSecret, ...]:
        try:
            self._node.require()
        except KeyringError as error:
            raise key_source_unavailable(error) from error
        return self._secrets

    def _principal(self, row: SessionRow) -> Principal:
        roles = split_roles(row.role)
        permissions = tuple(dict.fromkeys(name for role in roles for name in self._permissions.get(role, ())))
        return Principal(
            user_id=row.user_id,
            method="session",
            expires_at_ms=row.expires_at_ms,
            email=row.email,
            email_verified=row.email is not None and row.email_verified,
            roles=roles,
            permissions=permissions,
        )
