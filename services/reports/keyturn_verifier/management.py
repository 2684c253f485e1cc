"""The management port (docs/receipts.md): health, metrics, receipts, canaries, the public document."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from .codec import serialize_public
from .document import digest_of
from .errors import KeyringError
from .node import RingNode
from .problems import ProblemResponse, answer_problems, problem

MAX_CANARY_BYTES = 16_384
NO_STORE = {"cache-control": "no-store"}
_METRICS = (
    ("keyturn_ring_loaded_generation", "Generation in memory", "loaded"),
    ("keyturn_ring_durable_generation", "Generation in the pod's own file", "durable"),
    ("keyturn_ring_ready", "Whether the process may serve with this ring", "ready"),
    ("keyturn_ring_contact_age_seconds", "Since the last confirming read", "contact_age_s"),
)


def ring_metrics(nodes: Mapping[str, RingNode]) -> str:
    lines: list[str] = []
    rows = [(f'{{ring="{node.ring}",role="{node.role}"}}', node.standing()) for node in nodes.values()]
    for name, words, member in _METRICS:
        values = [f"{name}{labels} {row[member]}" for labels, row in rows if row[member] is not None]
        if values:
            lines += [f"# HELP {name} {words}", f"# TYPE {name} gauge", *values]
    return "\n".join(lines) + "\n"


async def _credential(request: Request) -> str | ProblemResponse:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_CANARY_BYTES:
            return problem(413, {"connection": "close"}, detail=f"body: must be at most {MAX_CANARY_BYTES} bytes")
    try:
        parsed: Any = json.loads(body)
    except (ValueError, RecursionError):
        parsed = None
    credential = parsed.get("credential") if isinstance(parsed, dict) else None
    if isinstance(credential, str) and credential:
        return credential
    return problem(400, detail="body: must be JSON with the text member credential")


def create_management(
    nodes: Mapping[str, RingNode], serving: Callable[[], bool], service_metrics: Callable[[], str]
) -> FastAPI:
    """It belongs to no public Service; nothing on it carries a secret or changes a ring."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    answer_problems(app)
    _serve_health(app, nodes, serving, service_metrics)
    _serve_rings(app, nodes)
    return app


def _serve_health(
    app: FastAPI, nodes: Mapping[str, RingNode], serving: Callable[[], bool], service_metrics: Callable[[], str]
) -> None:
    @app.get("/livez")
    async def live() -> JSONResponse:
        return JSONResponse({"status": "live"}, headers=NO_STORE)

    @app.get("/readyz")
    async def ready() -> JSONResponse:
        missing = [f"ring {node.ring}" for node in nodes.values() if not node.ready()]
        missing += [] if serving() else ["the process itself"]
        if not missing:
            return JSONResponse({"status": "ready"}, headers=NO_STORE)
        return problem(503, {"retry-after": "1"}, detail=f"waiting for {', '.join(missing)}", missing=missing)

    @app.get("/metrics")
    async def metrics() -> PlainTextResponse:
        text = service_metrics() + ring_metrics(nodes)
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4", headers=NO_STORE)


def _serve_rings(app: FastAPI, nodes: Mapping[str, RingNode]) -> None:
    no_such_ring = "this process has no such ring"

    @app.get("/keyturn/v1/rings")
    async def all_receipts() -> JSONResponse:
        return JSONResponse({"rings": [await node.receipt() for node in nodes.values()]}, headers=NO_STORE)

    @app.get("/keyturn/v1/rings/{ring}")
    async def receipt(ring: str, at_least: Annotated[str | None, Query(alias="atLeast")] = None) -> Response:
        node = nodes.get(ring)
        if node is None:
            return problem(404, detail=no_such_ring)
        if at_least is not None and not re.fullmatch(r"[0-9]{1,15}", at_least):
            return problem(400, detail="atLeast: must be a whole number")
        return JSONResponse(await node.receipt(None if at_least is None else int(at_least)), headers=NO_STORE)

    @app.post("/keyturn/v1/rings/{ring}/canary")
    async def canary(ring: str, request: Request) -> Response:
        node = nodes.get(ring)
        if node is None:
            return problem(404, detail=no_such_ring)
        credential = await _credential(request)
        if isinstance(credential, ProblemResponse):
            return credential
        return JSONResponse(node.verify_canary(credential), headers=NO_STORE)

    @app.get("/keyturn/v1/rings/{ring}/document")
    async def document(ring: str, request: Request, confirm: str = "false") -> Response:
        node = nodes.get(ring)
        if node is None:
            return problem(404, detail=no_such_ring)
        if confirm not in ("true", "false"):
            return problem(400, detail="confirm: must be true or false")
        if confirm == "true":
            raise KeyringError("ERR_TRUTH_UNREADABLE", "this process cannot read the truth")
        loaded = node.require()
        headers = {**NO_STORE, "etag": f'"{loaded.generation}-{digest_of(loaded)}"'}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return Response(serialize_public(loaded), media_type="application/json", headers=headers)
