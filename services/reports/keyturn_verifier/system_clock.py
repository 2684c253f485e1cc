"""The only place where this package reads clocks."""

import time
from pathlib import Path

from .moments import KernelReading, Moment, NotedMoment


def monotonic_ms() -> float:
    return time.monotonic() * 1000


def wall_ms() -> int:
    return int(time.time() * 1000)


def read_kernel() -> KernelReading | None:
    """Which boot of the kernel this is and how long it has run; None where it does not say."""
    try:
        boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        uptime = float(Path("/proc/uptime").read_text().split()[0])
    except (OSError, ValueError):
        return None
    return KernelReading(boot_id, round(uptime * 1000))


def moment() -> Moment:
    return Moment(monotonic_ms(), NotedMoment(wall_ms(), read_kernel()))
