"""The process: two HTTP servers and one ring in one event loop, and a shutdown that drops no request."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from keyturn_verifier import (
    Guard,
    PostgresSessionStore,
    RingNode,
    SessionVerifier,
    TokenVerifier,
    answer_problems,
    create_management,
)
from keyturn_verifier.token_verifier import Verifier

from .environment import Environment
from .http import Requests, ServiceMiddleware
from .routes import create_routes
from .task_report import TasksClient, TasksUnavailable, answer_unavailable

log = logging.getLogger("keyturn")


class _Server(uvicorn.Server):
    """Signals belong to the process, which has two servers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Service:
    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._draining = False
        self._stop = asyncio.Event()
        self._requests = Requests()
        url = environment.session_database_url
        self._store = PostgresSessionStore(url) if url else None
        self._tasks = TasksClient(environment.tasks_url) if environment.tasks_url else None
        self._node = RingNode(
            ring=environment.ring,
            role="holder" if environment.role == "holder" else "verifier",
            state_dir=environment.state_dir,
            pod_uid=environment.pod_uid,
            urls=environment.ring_urls,
            rings_dir=environment.rings_dir,
            ca_file=environment.ca_file,
        )
        self._guard = Guard(self._verifier(), environment.cookies)

    async def run(self) -> None:
        """Until SIGTERM or SIGINT. Receipts are given until the end: the process may verify until then."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop.set)
        nodes = {self._node.ring: self._node}
        management = self._server(
            create_management(nodes, self._serving, self._requests.text), self._environment.management_port
        )
        service = self._server(self._application(), self._environment.port)
        if self._store:
            await self._store.open()
        self._node.start()
        servers = [asyncio.create_task(server.serve()) for server in (management, service)]
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait([stopped, *servers], return_when=asyncio.FIRST_COMPLETED)
        await self._shut_down(service, management, servers)

    async def _shut_down(
        self, service: uvicorn.Server, management: uvicorn.Server, servers: list[asyncio.Task[None]]
    ) -> None:
        self._draining = True
        log.info("draining")
        await asyncio.sleep(self._environment.drain_window_s)
        service.should_exit = True
        await asyncio.wait([servers[1]])
        management.should_exit = True
        await asyncio.wait(servers)
        await self._node.stop()
        if self._store:
            await self._store.close()
        if self._tasks:
            await self._tasks.close()
        log.info("stopped")

    def _serving(self) -> bool:
        return not self._draining

    def _verifier(self) -> Verifier:
        if self._store:
            return SessionVerifier(self._store, self._node, self._environment.role_permissions)
        return TokenVerifier(self._node, [self._environment.audience], self._environment.issuer)

    def _application(self) -> FastAPI:
        app = FastAPI(title="Keyturn reports", docs_url=None, redoc_url=None, redirect_slashes=False)
        app.state.guard = self._guard
        answer_problems(app)
        app.add_exception_handler(TasksUnavailable, answer_unavailable)
        app.include_router(create_routes(self._node, self._tasks))
        app.add_middleware(ServiceMiddleware, requests=self._requests, draining=lambda: self._draining)
        return app

    def _server(self, app: FastAPI, port: int) -> uvicorn.Server:
        config = uvicorn.Config(
            app,
            host=self._environment.host,
            port=port,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=65,
            timeout_graceful_shutdown=round(self._environment.shutdown_deadline_s),
        )
        return _Server(config)
