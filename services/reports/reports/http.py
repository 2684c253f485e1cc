"""ASGI middleware of the service: security headers, the time of requests by route, and the end of connections."""

import time
from collections import Counter
from collections.abc import Callable

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
SINGLE = {b"authorization", b"content-length", b"content-type", b"host", b"origin"}


def _is_repeated(scope: Scope) -> bool:
    """Whether a header with one value is there twice: who stands in front might go by the other one."""
    single = [name for name, _ in scope["headers"] if name in SINGLE]
    return len(set(single)) < len(single)


async def refuse_repeated(scope: Scope, receive: Receive, send: Send) -> None:
    detail = "a header that may be there once is there twice"
    problem = {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": detail}
    await JSONResponse(problem, 400, media_type="application/problem+json")(scope, receive, send)


class Requests:
    """Counts and seconds by method, route pattern (never the path) and status. A client chooses none of the series."""

    def __init__(self) -> None:
        self._count: Counter[tuple[str, str, int]] = Counter()
        self._seconds: dict[tuple[str, str, int], float] = {}

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method if method in METHODS else "other", route, status)
        self._count[key] += 1
        self._seconds[key] = self._seconds.get(key, 0) + seconds

    def text(self) -> str:
        name = "http_server_request_duration_seconds"
        lines = [f"# HELP {name} Time to the end of the response", f"# TYPE {name} summary"]
        for (method, route, status), count in self._count.items():
            labels = f'{{method="{method}",route="{route}",status="{status}"}}'
            lines.append(f"{name}_sum{labels} {self._seconds[(method, route, status)]:.6f}")
            lines.append(f"{name}_count{labels} {count}")
        return "\n".join(lines) + "\n"


class ServiceMiddleware:
    def __init__(self, app: ASGIApp, requests: Requests, draining: Callable[[], bool]) -> None:
        self._app = app
        self._requests = requests
        self._draining = draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began = time.perf_counter()
        status = 500
        app = refuse_repeated if _is_repeated(scope) else self._app

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *self._added(message)]
            await send(message)

        try:
            await app(scope, receive, send_marked)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._requests.add(scope["method"], route, status, time.perf_counter() - began)

    def _added(self, message: Message) -> list[tuple[bytes, bytes]]:
        named = {name.lower() for name, _ in message["headers"]}
        added = [*HEADERS, *([] if b"cache-control" in named else [(b"cache-control", b"no-store")])]
        return [*added, (b"connection", b"close")] if self._draining() else added
