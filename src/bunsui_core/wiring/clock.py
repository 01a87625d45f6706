"""The clocks of this machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Lock

from bunsui_core.domain.throttling import Moment

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def clock() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)


def moment() -> Moment:
    """Return this moment by the wall's clock and by one that nobody can set."""
    return Moment(at=clock(), ticks=_ticks(), boot=_boot())


class Steady:
    """A clock that never goes back: what is done to the wall's clock only makes it later.

    Time in which the machine slept has passed.
    """

    def __init__(self, now: Callable[[], Moment] = moment) -> None:
        self._now = now
        self._lock = Lock()
        self._last = now()

    def __call__(self) -> datetime:
        """Return this moment in UTC."""
        with self._lock:
            found, last = self._now(), self._last
            passed = last.at + timedelta(seconds=max(0.0, found.ticks - last.ticks))
            self._last = found.model_copy(update={"at": max(found.at, passed)})
            return self._last.at


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
