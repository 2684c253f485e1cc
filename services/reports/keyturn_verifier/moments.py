"""Durations and times as they are written in a ring, and the moments that a process compares. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LARGEST_INTEGER = 2**53 - 1
LATEST_TIME = 253_402_300_799_999
DURATION_RULE = 'must be a duration such as "1500ms", "30s", "15m" or "1h30m"'
TIME_RULE = "must be an RFC 3339 time"

_UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1))
_DURATION = re.compile(
    r"(?=[0-9])(?:([0-9]{1,16})d)?(?:([0-9]{1,16})h)?(?:([0-9]{1,16})m)?(?:([0-9]{1,16})s)?(?:([0-9]{1,16})ms)?"
)
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_duration(text: str) -> int | None:
    """Milliseconds; None when the text is no duration or too long to be exact."""
    parts = _DURATION.fullmatch(text)
    if parts is None:
        return None
    total = sum(int(part or 0) * size for part, (_, size) in zip(parts.groups(), _UNITS, strict=True))
    return total if total <= LARGEST_INTEGER else None


def format_duration(ms: int) -> str:
    """The shortest text with one unit; hours are the largest."""
    if ms == 0:
        return "0s"
    unit, size = next((unit, size) for unit, size in _UNITS[1:] if ms % size == 0)
    return f"{ms // size}{unit}"


def parse_time(text: str) -> int | None:
    """Epoch milliseconds, finer digits cut off; None when the text is no RFC 3339 time from 1970 to 9999."""
    parts = _TIME.fullmatch(text)
    if parts is None:
        return None
    seconds, fraction, sign, hours, minutes = parts.groups()
    try:
        moment = datetime.fromisoformat(seconds).replace(tzinfo=UTC)
    except ValueError:
        return None
    if int(hours or 0) > 23 or int(minutes or 0) > 59:
        return None
    offset = (int(hours or 0) * 60 + int(minutes or 0)) * 60_000
    ms = (moment - _EPOCH) // timedelta(milliseconds=1) + int((fraction or "")[:3].ljust(3, "0"))
    ms += offset if sign == "-" else -offset
    return ms if 0 <= ms <= LATEST_TIME else None


def format_time(ms: int) -> str:
    moment = _EPOCH + timedelta(milliseconds=ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


@dataclass(frozen=True)
class KernelReading:
    """How long this boot of the kernel has run: comparable between processes, as a monotonic clock is not."""

    boot_id: str
    uptime_ms: int


@dataclass(frozen=True)
class NotedMoment:
    wall_ms: int
    kernel: KernelReading | None = None


@dataclass(frozen=True)
class Moment:
    """One moment on every clock there is. Ages inside a process use `monotonic_ms`, over a restart the others."""

    monotonic_ms: float
    noted: NotedMoment


UPTIME_STEP_MS = 10


def age_of(noted: NotedMoment, now: NotedMoment, clock_error_ms: int) -> int | None:
    """
    Age of a noted moment, never too young; None when it cannot be known.
    1. The same boot of the kernel: its clock does not jump.
    2. Otherwise the wall clock, with its error added.
    3. A moment in the future means that the wall clock jumped: unknown.
    """
    if noted.kernel and now.kernel and noted.kernel.boot_id == now.kernel.boot_id:
        age = now.kernel.uptime_ms - noted.kernel.uptime_ms
        if age >= 0:
            return age + UPTIME_STEP_MS
    age = now.wall_ms - noted.wall_ms + clock_error_ms
    return None if age < 0 else age
