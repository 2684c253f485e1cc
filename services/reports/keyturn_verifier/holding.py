"""The ring that a process holds, and how it is replaced (P2): admission, own file, swap, receipt."""

import logging
from collections.abc import Callable

from .document import RingDocument
from .moments import Moment, NotedMoment
from .own_file import OwnFile
from .rules import OwnNote, StartPlan, admit, confirm_every_ms

log = logging.getLogger("keyturn")
Listener = Callable[[RingDocument], None]


class Holding:
    """
    Nothing in `offer` waits for anything, so documents are taken one at a time and nobody sees half of a swap. The
    listeners run in the turn of the swap: what is loaded is acknowledged.
    """

    def __init__(self, ring: str, pod_uid: str, needs_secret: bool, own_file: OwnFile) -> None:
        self._ring = ring
        self._pod_uid = pod_uid
        self._needs_secret = needs_secret
        self._own_file = own_file
        self._listeners: list[Listener] = []
        self._open = False
        self._floor = 0
        self._reads: dict[int, Moment] = {}
        self._noted: NotedMoment | None = None
        self._noted_ms: float | None = None
        self._latest: Moment | None = None
        self._refused = ""
        self.ring_id: str | None = None
        self.loaded: RingDocument | None = None
        """Monotonic start of the newest confirming read of which the generation, or a later one, is loaded."""
        self.contact_ms: float | None = None

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)
        if self.loaded:
            listener(self.loaded)

    def begin(self, plan: StartPlan, note: OwnNote | None, now: Moment) -> None:
        """No document below the floor, or of another ring, is taken from now on."""
        self._floor, self.ring_id = plan.floor, plan.ring_id
        if plan.kind == "resume" and note:
            self._open = True
            self._noted = note.contact
            self.contact_ms = now.monotonic_ms - plan.contact_age_ms
            if note.document:
                self.offer(note.document)

    def offer(self, document: RingDocument, confirmed_at: Moment | None = None) -> None:
        """Takes a document if the rules admit it. `confirmed_at`: the start of the confirming read that brought it."""
        verdict = admit(document, self._ring, self.ring_id, self._floor, self.loaded, self._needs_secret)
        if not self._open and confirmed_at is None:
            return
        if confirmed_at and verdict in ("load", "same", "lacks-material"):
            self._confirm(document, confirmed_at)
        if verdict == "load":
            self._load(document)
        elif verdict not in ("same", "older", "lacks-material"):
            self._report(document, verdict)
        self._count_contacts()
        if verdict == "same":
            self._note_contact()

    def mend(self) -> None:
        """Writes again what could not be written."""
        if self.loaded and self._own_file.generation < self.loaded.generation:
            self._write_note(self.loaded)

    def _confirm(self, document: RingDocument, start: Moment) -> None:
        self._open = True
        self._floor = max(self._floor, document.generation)
        self.ring_id = document.ring_id
        known = self._reads.get(document.generation)
        if known is None or known.monotonic_ms < start.monotonic_ms:
            self._reads[document.generation] = start

    def _load(self, document: RingDocument) -> None:
        self._floor = max(self._floor, document.generation)
        self.ring_id = document.ring_id
        if self._own_file.generation != document.generation:
            self._write_note(document)
        # Before it is loaded: if one fails, the receipt stays with what is in use.
        for listener in self._listeners:
            listener(document)
        self.loaded = document
        self._refused = ""
        log.info("ring %s: generation %d is loaded", self._ring, document.generation)

    def _count_contacts(self) -> None:
        generation = self.loaded.generation if self.loaded else 0
        for read in [read for read in self._reads if read <= generation]:
            start = self._reads.pop(read)
            if self._latest is None or self._latest.monotonic_ms < start.monotonic_ms:
                self._latest = start
            self.contact_ms = max(start.monotonic_ms, self.contact_ms or start.monotonic_ms)

    def _note_contact(self) -> None:
        if not self.loaded or not self._latest:
            return
        due = confirm_every_ms(self.loaded.settings) / 2
        if self._noted_ms is None or self._latest.monotonic_ms - self._noted_ms >= due:
            self._write_note(self.loaded)

    def _write_note(self, document: RingDocument) -> None:
        """The newest read of this generation or an earlier one: who starts from the file loads at least that."""
        starts = [start for read, start in self._reads.items() if read <= document.generation]
        newest = max([*starts, *([self._latest] if self._latest else [])], key=lambda m: m.monotonic_ms, default=None)
        contact = newest.noted if newest else self._noted
        if contact is None:
            return
        note = OwnNote(
            ring=document.ring,
            ring_id=document.ring_id,
            pod_uid=self._pod_uid,
            generation=document.generation,
            contact=contact,
            restart_grace_ms=document.settings.restart_grace_ms,
            clock_error_ms=document.settings.clock_error_ms,
            document=None if self._needs_secret else document,
        )
        if self._own_file.write(note) and newest:
            self._noted_ms = newest.monotonic_ms

    def _report(self, document: RingDocument, reason: str) -> None:
        what = f"{reason} {document.generation}"
        if what != self._refused:
            log.error("ring %s: generation %d was refused: %s", self._ring, document.generation, reason)
        self._refused = what
