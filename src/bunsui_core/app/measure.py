"""Measure how old what is known can be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil
from threading import Lock

from bunsui_core.app.listen import Hearing
from bunsui_core.app.sweep import is_own
from bunsui_core.domain.freshness import Blind, Bound, Feed, Watch
from bunsui_core.domain.machine import Sighting, WatchedMachine
from bunsui_core.domain.sweep import HEARD_WITHIN, oldest_read, redriven_within, swept_within
from bunsui_core.ports.watch import Watches

OWN_WITHIN = timedelta(seconds=30)
"""How old the executions that bunsui started may be: every round looks at each."""

NOT_YET = "the worker has only just begun to read AWS"
"""Why nothing is known before the first look."""

REMEMBERED = timedelta(minutes=5)
"""How long the latest message is counted."""


class Pulse:
    """What the parts of a worker tell of themselves. Thread-safe."""

    def __init__(self, lists_per_second: float, has_queue: bool) -> None:
        self.lists_per_second = lists_per_second
        self._has_queue = has_queue
        self._lock = Lock()
        self._round: timedelta | None = None
        self._drained_at: datetime | None = None
        self._lags: list[tuple[datetime, timedelta]] = []
        self._failing: dict[str, str] = {}

    def round_took(self, length: timedelta) -> None:
        """Note how long a round over bunsui's own sessions took."""
        with self._lock:
            self._round = length

    def fail(self, part: str, why: str) -> None:
        """Note why a part of the watching does not work."""
        with self._lock:
            self._failing[part] = why

    def well(self, part: str) -> None:
        """Note that a part of the watching works."""
        with self._lock:
            self._failing.pop(part, None)

    def heard(self, hearing: Hearing, now: datetime) -> None:
        """Note what the queue told."""
        with self._lock:
            self._failing.pop("listen", None)
            kept = [one for one in self._lags if now - one[0] <= REMEMBERED]
            self._lags = [*kept, (now, hearing.lag)] if hearing.lag is not None else kept
            if hearing.is_drained:
                self._drained_at = now

    def drained_at(self, now: datetime) -> datetime | None:
        """Return when the queue was last empty, if events are heard at all now."""
        with self._lock:
            at = self._drained_at
            is_heard = self._has_queue and at is not None and now - at <= HEARD_WITHIN
            return at if is_heard else None

    def lag(self) -> timedelta | None:
        """Return how late the latest message of the last minutes was."""
        with self._lock:
            return max((lag for _, lag in self._lags), default=None)

    def own(self) -> timedelta | None:
        """Return how long the last round took."""
        with self._lock:
            return self._round

    def trouble(self) -> str:
        """Return why something of the watching does not work, or nothing."""
        with self._lock:
            return "; ".join(self._failing.values())

    def blindness(self, machines: tuple[WatchedMachine, ...]) -> str:
        """Return why no machine can be read now, or nothing."""
        wanted = [one for one in machines if one.is_watched]
        with self._lock:
            if "list" in self._failing:
                return self._failing["list"]
            if not machines:
                return self._failing.get("survey", "")
        troubles = [one.trouble for one in wanted]
        return troubles[0] if troubles and all(troubles) else ""


def begin(watches: Watches, pulse: Pulse, now: datetime) -> None:
    """Say of what nobody ever watched that it is not read yet."""
    if watches.report() is None:
        blind = Blind(since=None, why=NOT_YET, next="Look again in a minute.")
        watches.put_report(measure((), (), 0, pulse, now).model_copy(update={"blind": blind}))


def measure(
    machines: tuple[WatchedMachine, ...],
    redrivable: Iterable[Sighting],
    unread: int,
    pulse: Pulse,
    now: datetime,
    before: Watch | None = None,
) -> Watch:
    """Return what is watched, what is promised of it, and what holds now.

    Of the report `before` it takes since when AWS cannot be read, if it cannot.
    """
    watched = tuple(one for one in machines if one.is_watched and not one.trouble)
    swept_at = oldest_read(watched)
    swept = _bound(
        swept_within(len(watched), pulse.lists_per_second), now - swept_at if swept_at else None
    )
    drained_at = pulse.drained_at(now)
    found = _bound(HEARD_WITHIN, pulse.lag()) if drained_at else swept
    closed = [one.read_at for one in redrivable if is_own(one) and one.is_read]
    oldest = now - min(closed) if closed else None
    return Watch(
        at=now,
        feed=Feed.EVENTS if drained_at else Feed.POLLING,
        own=_bound(OWN_WITHIN, pulse.own()),
        found=found,
        swept=swept,
        redriven=_bound(redriven_within(len(closed)), oldest),
        machines=len(watched),
        unwatched=len(machines) - len(watched),
        unread=unread,
        found_as_of=swept_at and max(swept_at, drained_at or swept_at),
        trouble=pulse.trouble(),
        blind=_blind(pulse.blindness(machines), before),
    )


def _blind(why: str, before: Watch | None) -> Blind | None:
    if not why:
        return None
    if before is None:
        return Blind(since=None, why=why)
    since = before.blind.since if before.blind else before.found_as_of or before.at
    return Blind(since=since, why=why)


def _bound(promised: timedelta, measured: timedelta | None) -> Bound:
    seconds = None if measured is None else max(0, ceil(measured.total_seconds()))
    return Bound(promised_s=ceil(promised.total_seconds()), measured_s=seconds)
