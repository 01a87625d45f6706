"""Moments and durations as a reader at three in the morning wants them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median

from bunsui_core.domain.lasting import lasted as in_words

BARS = "▁▂▃▄▅▆▇█"


def span(length: timedelta) -> str:
    """Return a length in its largest unit: `4 s`, `12m`, `3h`, `2d`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60}m"
    return f"{seconds // 3600}h" if seconds < 172_800 else f"{seconds // 86_400}d"


def ago(then: datetime, now: datetime) -> str:
    """Return how long ago something was."""
    return f"{span(now - then)} ago"


def left(until: datetime, now: datetime) -> str:
    """Return how long something will still hold."""
    return f"{span(until - now)} left" if until > now else "its time is over"


def absolute(moment: datetime) -> str:
    """Return the moment itself, with its zone."""
    return moment.strftime("%Y-%m-%d %H:%M:%S %Z")


def took(started: datetime | None, stopped: datetime | None, now: datetime) -> timedelta | None:
    """Return how long something lasted, or has lasted so far."""
    return None if started is None else max(timedelta(), (stopped or now) - started)


def lasted(length: timedelta | None) -> str:
    """Return a duration in the words of every screen, or nothing for one that is not known."""
    return "" if length is None else in_words(length)


def typical(lengths: Iterable[timedelta | None]) -> timedelta:
    """Return the median of the known durations, zero when there is none."""
    known = [length for length in lengths if length is not None]
    seconds = [length.total_seconds() for length in known]
    return timedelta(seconds=median(seconds)) if seconds else timedelta()


def bar(length: timedelta | None, usual: timedelta) -> str:
    """Return one bar: half full is the usual duration, full is twice that or more."""
    if length is None or not usual:
        return " "
    return BARS[min(len(BARS) - 1, round(length / usual * (len(BARS) - 1) / 2))]
