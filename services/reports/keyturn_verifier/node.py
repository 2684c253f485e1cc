"""One ring inside one process: loads it, keeps it fresh and answers for it, by rules P1 to P7 (docs/receipts.md)."""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from .document import RingDocument, digest_of
from .errors import KeyringError
from .holding import Holding, Listener
from .http_source import HttpSource
from .mount import Mount
from .own_file import OwnFile
from .rules import confirm_every_ms, is_past_hard_limit, plan_start
from .system_clock import moment, monotonic_ms
from .unknown_kid import QueueFull, UnknownKidGate

log = logging.getLogger("keyturn")
CATCH_UP_S = 5.0
PAUSE_S = 0.2
FIRST_LOOK_S = 1.0
BOOT_ID = str(uuid.uuid4())

Role = Literal["verifier", "holder"]
CanaryVerifier = Callable[[str], dict[str, Any]]


class RingNode:
    """
    `verifier` keeps the public document, `holder` takes the secrets of a mounted one. Both confirm over HTTP, so both
    need `urls`. `state_dir` must live as long as the pod, not as the process.
    """

    def __init__(
        self,
        ring: str,
        role: Role,
        state_dir: Path,
        pod_uid: str,
        urls: Sequence[str],
        rings_dir: Path | None = None,
        poll_s: float = 1.0,
        ca_file: str | None = None,
    ) -> None:
        if role == "holder" and rings_dir is None:
            raise ValueError("rings_dir must be given to a holder: documents over HTTP carry no secret")
        if not urls:
            raise ValueError("urls must be given: a fresh pod needs a confirming read")
        self.ring, self.role, self.pod_uid = ring, role, pod_uid
        self._own_file = OwnFile(state_dir / f"{ring}.json", ring)
        self._holding = Holding(ring, pod_uid, role == "holder", self._own_file)
        self._http = HttpSource(ring, urls, ca_file=ca_file)
        self._mount = Mount(rings_dir / ring / "ring.json", ring) if rings_dir else None
        self._poll_s = poll_s
        self._begun = False
        self._failing = False
        self._loop: asyncio.Task[None] | None = None
        self._gate = UnknownKidGate(self._look, monotonic_ms)
        self.verify_canary: CanaryVerifier = lambda _: {"accepted": False, "reason": "no verifier"}

    def start(self) -> None:
        self._loop = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._loop:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
        await self._http.close()

    def ready(self) -> bool:
        loaded = self._holding.loaded
        return self._begun and loaded is not None and not self._past_hard_limit(loaded)

    def require(self) -> RingDocument:
        """The loaded ring. Raises KeyringError ERR_RING_UNAVAILABLE when none may be used (P7)."""
        loaded = self._holding.loaded
        if loaded is None or not self._begun:
            raise KeyringError("ERR_RING_UNAVAILABLE", f"ring {self.ring} has not been loaded")
        if self._past_hard_limit(loaded):
            raise KeyringError("ERR_RING_UNAVAILABLE", f"ring {self.ring} was confirmed longer ago than the hard limit")
        return loaded

    def on_change(self, listener: Listener) -> None:
        self._holding.subscribe(listener)

    async def refresh_for_unknown_kid(self, kid: str) -> None:
        """P5. Raises KeyringError ERR_RING_UNAVAILABLE when the fetch failed: the kid may be good, so 503."""
        try:
            await self._gate.request(kid)
        except (KeyringError, QueueFull) as error:
            raise KeyringError(
                "ERR_RING_UNAVAILABLE", f"ring {self.ring} could not be fetched for an unknown kid"
            ) from error

    async def receipt(self, at_least: int | None = None) -> dict[str, Any]:
        """With `at_least` it catches up first, for at most 5 s."""
        if at_least is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CATCH_UP_S):
                    await self._catch_up(at_least)
        loaded = self._holding.loaded
        return {
            "ring": self.ring,
            "ringId": self._holding.ring_id or "",
            "role": self.role,
            "loaded": self.generation,
            "durable": self._own_file.generation,
            "kids": loaded.accepted_kids() if loaded else [],
            "digest": digest_of(loaded) if loaded else "",
            "podUid": self.pod_uid,
            "bootId": BOOT_ID,
        }

    def standing(self) -> dict[str, float | None]:
        contact = self._holding.contact_ms
        return {
            "loaded": self.generation,
            "durable": self._own_file.generation,
            "ready": int(self.ready()),
            "contact_age_s": None if contact is None else (monotonic_ms() - contact) / 1000,
        }

    @property
    def generation(self) -> int:
        return self._holding.loaded.generation if self._holding.loaded else 0

    async def _run(self) -> None:
        await self._begin()
        while True:
            await asyncio.sleep(self._pause_s())
            try:
                await self._tick()
            except Exception:
                log.exception("ring %s: a look at it failed", self.ring)

    async def _begin(self) -> None:
        """P1: decides what this process may start from, and acts on it."""
        now = moment()
        note = self._own_file.read(self.pod_uid)
        plan = plan_start(note, self.pod_uid, now.noted)
        log.info("ring %s: %s (%s), floor %d", self.ring, plan.kind, plan.because, plan.floor)
        self._holding.begin(plan, note, now)
        first = asyncio.create_task(self._tick())
        if plan.kind == "resume":
            await asyncio.wait([first], timeout=FIRST_LOOK_S)
            self._begun = True
        try:
            await first
        except Exception:
            log.exception("ring %s: the first look at it failed", self.ring)
        self._begun = True

    async def _tick(self) -> None:
        self._offer_mount()
        try:
            await (self._confirm() if self._confirm_is_due() else self._look())
            self._report(None)
        except KeyringError as error:
            self._report(error)
            if error.code == "ERR_TRUTH_UNREADABLE":
                # Who cannot confirm may still learn of something newer.
                with contextlib.suppress(KeyringError):
                    await self._look()
        self._offer_mount()
        self._holding.mend()

    async def _confirm(self) -> None:
        start = moment()
        document = await self._http.fetch(confirm=True)
        if document:
            self._holding.offer(document, start)

    async def _look(self) -> None:
        document = await self._http.fetch(confirm=False)
        if document:
            self._holding.offer(document)
        self._offer_mount()

    async def _catch_up(self, generation: int) -> None:
        while min(self.generation, self._own_file.generation) < generation:
            try:
                await self._confirm()
            except KeyringError:
                with contextlib.suppress(KeyringError):
                    await self._look()
            self._offer_mount()
            self._holding.mend()
            if min(self.generation, self._own_file.generation) < generation:
                await asyncio.sleep(PAUSE_S)

    def _offer_mount(self) -> None:
        if self._mount is None:
            return
        self._mount.check()
        if self._mount.latest and self._mount.latest.generation > self.generation:
            self._holding.offer(self._mount.latest)

    def _confirm_is_due(self) -> bool:
        loaded, contact = self._holding.loaded, self._holding.contact_ms
        return loaded is None or contact is None or monotonic_ms() - contact >= confirm_every_ms(loaded.settings)

    def _pause_s(self) -> float:
        loaded = self._holding.loaded
        return max(0.01, min(self._poll_s, confirm_every_ms(loaded.settings) / 1000)) if loaded else self._poll_s

    def _past_hard_limit(self, loaded: RingDocument) -> bool:
        return is_past_hard_limit(self._holding.contact_ms, monotonic_ms(), loaded.settings)

    def _report(self, error: KeyringError | None) -> None:
        if error and not self._failing:
            log.warning("ring %s cannot be read; the one in memory stays (%s)", self.ring, error)
        elif self._failing and not error:
            log.info("ring %s is read again", self.ring)
        self._failing = error is not None
