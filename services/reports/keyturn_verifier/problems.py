"""Errors as clients hear them: problem+json (RFC 9457) and the challenges of RFC 6750."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from .errors import GuardError, KeyringError

log = logging.getLogger("keyturn")
REALM = "keyturn"


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


def problem(status: int, headers: dict[str, str] | None = None, **members: Any) -> ProblemResponse:
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, **members}
    return ProblemResponse(body, status, {"cache-control": "no-store", **(headers or {})})


def _quoted(text: str) -> str:
    printable = "".join(character for character in text if " " <= character <= "~")
    return '"' + printable.replace("\\", "\\\\").replace('"', '\\"') + '"'


def challenge_of(error: GuardError) -> str | None:
    """Without `error` when no credential came, `invalid_token` for a bad one; none when it could not be judged."""
    if error.status == 503:
        return None
    start = f'Bearer realm="{REALM}"'
    if error.code == "ERR_TOKEN_MISSING":
        return start
    kind = "invalid_token" if error.status == 401 else "insufficient_scope"
    scope = f", scope={_quoted(' '.join(error.required))}" if error.required else ""
    return f'{start}, error="{kind}", error_description={_quoted(str(error))}{scope}'


def guard_problem(error: GuardError) -> ProblemResponse:
    challenge = challenge_of(error)
    headers = {"www-authenticate": challenge} if challenge else {}
    if error.retry_after_seconds is not None:
        headers["retry-after"] = str(error.retry_after_seconds)
    kind = error.code.removeprefix("ERR_").lower().replace("_", "-")
    return problem(error.status, headers, type=f"urn:keyturn:problem:{kind}", detail=str(error), code=error.code)


def answer_problems(app: FastAPI) -> None:
    """Every error of the application in one form; what nobody foresaw is logged and becomes a plain 500."""

    @app.exception_handler(GuardError)
    async def guard(_: Request, error: GuardError) -> ProblemResponse:
        return guard_problem(error)

    @app.exception_handler(KeyringError)
    async def keyring(_: Request, error: KeyringError) -> ProblemResponse:
        headers = {"retry-after": str(error.retry_after_seconds)}
        return problem(503, headers, detail=str(error), code=error.code)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> ProblemResponse:
        fields = [{"field": ".".join(map(str, each["loc"][1:])), "message": each["msg"]} for each in error.errors()]
        return problem(400, title="The input is not valid", code="ERR_INPUT_INVALID", errors=fields)

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> ProblemResponse:
        detail = {} if error.detail == HTTPStatus(error.status_code).phrase else {"detail": error.detail}
        return problem(error.status_code, dict(error.headers or {}), **detail)

    @app.exception_handler(Exception)
    async def unforeseen(_: Request, error: Exception) -> ProblemResponse:
        log.error("an error that nobody foresaw", exc_info=error)
        return problem(500)
