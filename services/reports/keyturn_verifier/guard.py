"""FastAPI dependencies: the current user, the user of the path, roles and permissions."""

from collections.abc import Callable, Sequence
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from .errors import GuardError
from .principal import Principal, grants
from .token_verifier import Verifier


class Guard:
    """`cookies`: names of session cookies, in order; the `Authorization` header comes before them."""

    def __init__(self, verifier: Verifier, cookies: Sequence[str] = ()) -> None:
        self.verifier = verifier
        self.cookies = tuple(cookies)

    async def authenticate(self, request: Request) -> Principal:
        credential, source = self._credential(request)
        return await self.verifier.verify(credential, source)

    def _credential(self, request: Request) -> tuple[str, str]:
        headers = request.headers.getlist("authorization")
        if len(headers) > 1:
            raise GuardError("ERR_TOKEN_MALFORMED", "the request has more than one Authorization header")
        scheme, _, value = (headers or [""])[0].partition(" ")
        if scheme.lower() == "bearer":
            return value.strip(), "header"
        for name in self.cookies:
            cookie = request.cookies.get(name)
            if cookie:
                return unquote(cookie), "cookie"
        raise GuardError("ERR_TOKEN_MISSING", "the request has no credential")


# For the OpenAPI document only: the lock on guarded routes. The guard reads the request itself.
_lock = HTTPBearer(auto_error=False, bearerFormat="JWT")


async def get_current_user(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_lock)] = None
) -> Principal:
    """Who makes the request. The application has its guard in `app.state.guard`."""
    guard: Guard = request.app.state.guard
    return await guard.authenticate(request)


CurrentUser = Annotated[Principal, Depends(get_current_user)]


async def get_path_user(user: CurrentUser, user_id: Annotated[str, Path(alias="userId")]) -> Principal:
    """The user of the token, who must be the one in the path: 403 otherwise."""
    if user.user_id != user_id:
        raise GuardError("ERR_PATH_USER", "the user in the path is not the user of the token")
    return user


PathUser = Annotated[Principal, Depends(get_path_user)]


def requires_role(*roles: str) -> Callable[[Principal], None]:
    """One of the roles: `dependencies=[Depends(requires_role("admin"))]`."""

    def check(user: CurrentUser) -> None:
        if not set(roles) & set(user.roles):
            raise GuardError("ERR_ROLE_REQUIRED", "the user lacks a role that is needed here")

    return check


def requires_permission(*permissions: str) -> Callable[[Principal], None]:
    """All of the permissions; `*` and `tasks:*` count."""

    def check(user: CurrentUser) -> None:
        if not all(grants(user.permissions, wanted) for wanted in permissions):
            raise GuardError("ERR_PERMISSION_REQUIRED", "the user lacks a permission", required=permissions)

    return check
