"""How long something lasted, in the words of every screen."""

from __future__ import annotations

from datetime import timedelta

TENTH = timedelta(milliseconds=100)


def lasted(length: timedelta) -> str:
    """Return a duration in at most two units: `0.4s`, `42s`, `3m 02s`, `1h 05m`.

    What is smaller than the last unit is cut off, so that nothing lasts longer than it did.
    """
    tenths = max(0, length // TENTH)
    if tenths < 100:
        return f"{tenths // 10}.{tenths % 10}s"
    minutes, seconds = divmod(tenths // 10, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h {minutes:02d}m"
    return f"{minutes}m {seconds:02d}s" if minutes else f"{seconds}s"
