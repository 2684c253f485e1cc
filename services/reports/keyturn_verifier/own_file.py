"""The pod's own file of one ring: what stands in it binds every later process of the pod."""

import contextlib
import json
import logging
import os
from pathlib import Path

from .codec import parse_ring_document, public_wire
from .errors import KeyringError, invalid
from .fields import Fields, parse_json
from .moments import KernelReading, NotedMoment, format_duration, format_time
from .rules import OwnNote

log = logging.getLogger("keyturn")
NAME = r"\S{1,256}"


def parse_note(text: str) -> OwnNote:
    root = Fields(parse_json(text), "")
    root.integer("version", 1, 1)
    contact = root.object("contact")
    kernel = (
        KernelReading(contact.text("bootId", NAME, "must be a text"), contact.integer("uptimeMs", 0))
        if contact.has("bootId")
        else None
    )
    document = parse_ring_document(json.dumps(root.raw("document"))) if root.has("document") else None
    note = OwnNote(
        ring=root.text("ring", NAME, "must be a text"),
        ring_id=root.text("ringId", NAME, "must be a text"),
        pod_uid=root.text("podUid", NAME, "must be a text"),
        generation=root.integer("generation", 1),
        contact=NotedMoment(contact.time("at"), kernel),
        restart_grace_ms=root.duration("restartGrace"),
        clock_error_ms=root.duration("clockError"),
        document=document,
    )
    if document and (document.form, document.generation, document.ring_id) != (
        "public",
        note.generation,
        note.ring_id,
    ):
        raise invalid("document", "must be the public one of the generation and the ring of the file")
    return note


def serialize_note(note: OwnNote) -> str:
    contact: dict[str, object] = {"at": format_time(max(0, note.contact.wall_ms))}
    if note.contact.kernel:
        contact |= {"bootId": note.contact.kernel.boot_id, "uptimeMs": note.contact.kernel.uptime_ms}
    wire: dict[str, object] = {
        "version": 1,
        "ring": note.ring,
        "ringId": note.ring_id,
        "podUid": note.pod_uid,
        "generation": note.generation,
        "contact": contact,
        "restartGrace": format_duration(note.restart_grace_ms),
        "clockError": format_duration(note.clock_error_ms),
    }
    if note.document:
        wire["document"] = public_wire(note.document)
    return f"{json.dumps(wire)}\n"


class OwnFile:
    def __init__(self, path: Path, ring: str) -> None:
        self._path = path
        self._ring = ring
        self._unwritable = False
        self.note: OwnNote | None = None

    @property
    def generation(self) -> int:
        """What a receipt gives as `durable`."""
        return self.note.generation if self.note else 0

    def read(self, pod_uid: str) -> OwnNote | None:
        """None when absent or damaged: both ask for a confirming read."""
        try:
            note = parse_note(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, KeyringError, UnicodeError) as error:
            log.warning("the pod's own file of ring %s cannot be read: starting as a fresh pod (%s)", self._ring, error)
            return None
        if note.ring != self._ring:
            return None
        if note.pod_uid == pod_uid:
            self.note = note
        return note

    def write(self, note: OwnNote) -> bool:
        """Atomic and synced. False when it could not be written: the evidence does not grow, serving goes on."""
        try:
            _write_durably(self._path, serialize_note(note))
        except OSError as error:
            if not self._unwritable:
                log.error("the own file of ring %s cannot be written: rotations wait (%s)", self._ring, error.strerror)
            self._unwritable = True
            return False
        self._unwritable = False
        self.note = note
        return True


def _write_durably(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.next")
    try:
        with open(temporary, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
