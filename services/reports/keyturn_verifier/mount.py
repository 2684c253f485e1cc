"""A mounted ring file, looked at again and again. A damaged or deleted file never takes the last good content away."""

import logging
from pathlib import Path

from .codec import parse_ring_document
from .document import RingDocument
from .errors import KeyringError
from .fields import LARGEST_DOCUMENT

log = logging.getLogger("keyturn")


class Mount:
    def __init__(self, path: Path, ring: str) -> None:
        self._path = path
        self._ring = ring
        self._text: str | None = None
        self._damaged = False
        self.latest: RingDocument | None = None

    def check(self) -> None:
        """Reads the file if it changed. Damage is reported once, and so is its end."""
        try:
            if self._path.stat().st_size > LARGEST_DOCUMENT * 4:
                raise KeyringError("ERR_RING_INVALID", "the file is larger than a ring document may be")
            text = self._path.read_text("utf-8")
            if text == self._text:
                return
            self._text = text
            self.latest = parse_ring_document(text)
        except FileNotFoundError:
            self._text = None
            return
        except (OSError, KeyringError, UnicodeError) as error:
            if not self._damaged:
                log.error("the file of ring %s is damaged; the ring in memory stays (%s)", self._ring, error)
            self._damaged = True
            return
        if self._damaged:
            log.info("the file of ring %s is readable again", self._ring)
        self._damaged = False
