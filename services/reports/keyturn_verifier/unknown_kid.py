"""Turns unknown kids into fetches (P5): one at a time, at most one a second, shared by who asked before it began."""

import asyncio
from collections.abc import Awaitable, Callable

from .rules import FETCH_INTERVAL_MS, MOST_ABSENT, judge_unknown_kid


class QueueFull(Exception):
    """Nobody knows whether the kid is good: 503, not 401."""


class _Round:
    def __init__(self) -> None:
        self.kids: set[str] = set()
        self.waiting = 0
        self.task: asyncio.Task[None] | None = None


class UnknownKidGate:
    def __init__(self, fetch: Callable[[], Awaitable[None]], now_ms: Callable[[], float]) -> None:
        self._fetch = fetch
        self._now_ms = now_ms
        self._absent: dict[str, float] = {}
        self._next: _Round | None = None
        self._running = asyncio.Lock()
        self._last_start_ms: float | None = None

    async def request(self, kid: str) -> None:
        """Returns once a fetch that began after the call has ended, or the kid was absent a moment ago."""
        waiting = self._next.waiting if self._next else 0
        verdict = judge_unknown_kid(waiting, self._absent.get(kid), self._now_ms())
        if verdict == "absent":
            return
        if verdict == "full":
            raise QueueFull
        if self._next is None:
            self._next = _Round()
            self._next.task = asyncio.create_task(self._run(self._next))
        joined = self._next
        joined.kids.add(kid)
        joined.waiting += 1
        if joined.task:
            # A caller that goes away must not end the fetch of the others.
            await asyncio.shield(joined.task)

    async def _run(self, joined: _Round) -> None:
        async with self._running:
            if self._last_start_ms is not None:
                await asyncio.sleep(max(0.0, self._last_start_ms + FETCH_INTERVAL_MS - self._now_ms()) / 1000)
            self._next = None
            self._last_start_ms = self._now_ms()
            await self._fetch()
            self._remember(joined.kids)

    def _remember(self, kids: set[str]) -> None:
        now = self._now_ms()
        for kid in kids:
            self._absent.pop(kid, None)
            self._absent[kid] = now
        while len(self._absent) > MOST_ABSENT:
            del self._absent[next(iter(self._absent))]
