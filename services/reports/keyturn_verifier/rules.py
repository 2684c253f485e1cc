"""What a process may do with a ring, rules P1, P2, P5 and P7, as pure functions. Times are arguments."""

from dataclasses import dataclass
from typing import Literal

from .document import RingDocument, Settings
from .moments import NotedMoment, age_of


@dataclass(frozen=True)
class OwnNote:
    """
    The pod's own file: below `generation` no process of this pod starts again; `contact` is the start of the last
    confirming read. A verifier keeps the public document with it, a holder the number only.
    """

    ring: str
    ring_id: str
    pod_uid: str
    generation: int
    contact: NotedMoment
    restart_grace_ms: int
    clock_error_ms: int
    document: RingDocument | None = None


@dataclass(frozen=True)
class StartPlan:
    """`confirm`: load nothing before one confirming read. `resume`: start from the file and keep asking."""

    kind: Literal["confirm", "resume"]
    because: str
    floor: int = 0
    ring_id: str | None = None
    contact_age_ms: int = 0


def plan_start(note: OwnNote | None, pod_uid: str, now: NotedMoment) -> StartPlan:
    """
    P1: what may a process start from?
    1. No own file (or an unreadable one): a fresh pod.
    2. The file of another pod is no evidence about this one: a fresh pod.
    3. A contact older than the restart grace, or of unknown age: as a fresh pod, yet never below the own file.
    4. A restart in the same pod: from its file.
    """
    if note is None:
        return StartPlan("confirm", "fresh-pod")
    if note.pod_uid != pod_uid:
        return StartPlan("confirm", "file-of-another-pod")
    age = age_of(note.contact, now, note.clock_error_ms)
    if age is None:
        return StartPlan("confirm", "contact-age-unknown", note.generation, note.ring_id)
    if age > note.restart_grace_ms:
        return StartPlan("confirm", "contact-too-old", note.generation, note.ring_id)
    return StartPlan("resume", "restart", note.generation, note.ring_id, age)


def admit(
    document: RingDocument, ring: str, ring_id: str | None, floor: int, loaded: RingDocument | None, needs_secret: bool
) -> str:
    """P2: `load`, `same`, or why not. The generation never goes down, the ring never changes its identity."""
    if document.ring != ring:
        return "other-ring"
    if ring_id is not None and document.ring_id != ring_id:
        return "ring-id-changed"
    if loaded and document.generation < loaded.generation:
        return "older"
    if document.generation < floor:
        return "below-own-file"
    if loaded and document.generation == loaded.generation:
        return "same" if document.states() == loaded.states() else "contradicts"
    return "lacks-material" if needs_secret and document.form == "public" else "load"


def confirm_every_ms(settings: Settings) -> float:
    """A quarter of every period that a confirming read keeps alive, so that three may fail."""
    return min(settings.restart_grace_ms, settings.hard_limit_ms) / 4


def is_past_hard_limit(contact_ms: float | None, now_ms: float, settings: Settings) -> bool:
    """P7: without a confirming read for so long a process answers 503."""
    return contact_ms is None or now_ms - contact_ms >= settings.hard_limit_ms


FETCH_INTERVAL_MS = 1_000
MOST_WAITING = 10_000
MOST_ABSENT = 10_000


def judge_unknown_kid(waiting: int, absent_since_ms: float | None, now_ms: float) -> Literal["wait", "absent", "full"]:
    """
    P5: what is done about an unknown kid?
    1. A fetch that began after the kid was seen has just not found it: it is absent.
    2. Too many wait: nobody knows whether it is good, so it is not called bad; it may come again.
    3. Otherwise it waits for the next fetch, which is never put off by those who join it.
    """
    if absent_since_ms is not None and now_ms - absent_since_ms < FETCH_INTERVAL_MS:
        return "absent"
    return "wait" if waiting < MOST_WAITING else "full"
