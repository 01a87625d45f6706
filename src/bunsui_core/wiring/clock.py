"""The clocks of this machine."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from bunsui_core.domain.throttling import Moment

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def clock() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)


def moment() -> Moment:
    """Return this moment by the wall's clock and by one that nobody can set."""
    return Moment(at=clock(), ticks=_ticks(), boot=_boot())


def _ticks() -> float:
    """Seconds since this boot; where the machine tells, those in which it slept as well."""
    ticking = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if ticking is None else time.clock_gettime(ticking)


@cache
def _boot() -> str:
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""
