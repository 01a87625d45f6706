"""How old what is shown can be: as promised, and as it was measured."""

from __future__ import annotations

from enum import StrEnum
from math import ceil

from bunsui_core.domain.value import Instant, Value

REPORTED_WITHIN_S = 10
"""A worker that works stores what it measures more often than that."""


BACKLOG = 20
"""So many executions that are still to be read are not worth a word."""


class Feed(StrEnum):
    """What tells the worker of executions it did not start."""

    POLLING = "polling"
    EVENTS = "events"


class Bound(Value):
    """How old one kind of data may get, in seconds; `measured_s` is None until it was measured."""

    promised_s: int
    measured_s: int | None = None

    @property
    def is_kept(self) -> bool:
        """Whether nothing is known to be older than promised."""
        return self.measured_s is None or self.measured_s <= self.promised_s


class Blind(Value):
    """AWS cannot be read: nothing known is newer than `since`, None when nothing was ever read."""

    since: Instant | None
    why: str
    next: str = "Run `bunsui doctor` for this environment: it says what is wrong."

    @property
    def said(self) -> str:
        """The sentence that keeps what is shown from being taken for the whole truth."""
        if self.since is None:
            return f"nothing was ever read here: {self.why.rstrip('.')}."
        return (
            f"AWS cannot be read since {self.since:%Y-%m-%d %H:%M:%S} UTC: {self.why.rstrip('.')}."
        )


NEVER_WORKED = Blind(
    since=None, why="no worker ever ran", next="Start `bunsui worker`, or `bunsui tui`."
)
"""Nobody reads AWS for this store."""


class Watch(Value):
    """What a worker watches, and how old what it tells can be, at one moment.

    `own` is about executions that bunsui started, `found` about all others, `swept` about those
    whose event got lost, `redriven` about closed ones that somebody runs again. Everything found
    that began before `found_as_of` is known; it is None until every machine was read once.
    `unread` executions are known, and their input, output and error not yet: at most a thousand
    are counted.
    """

    at: Instant
    feed: Feed
    own: Bound
    found: Bound
    swept: Bound
    redriven: Bound
    machines: int
    unwatched: int
    unread: int = 0
    found_as_of: Instant | None = None
    trouble: str = ""
    blind: Blind | None = None

    @property
    def bounds(self) -> tuple[tuple[str, Bound], ...]:
        """Every bound with its name, in the order in which they are shown."""
        return (
            ("own", self.own),
            ("found", self.found),
            ("swept", self.swept),
            ("redriven", self.redriven),
        )

    @property
    def is_kept(self) -> bool:
        """Whether every bound holds."""
        return all(bound.is_kept for _, bound in self.bounds)


def aged(watch: Watch, now: Instant) -> Watch:
    """Return what was measured as it is by now: without a worker everything grows older."""
    passed = ceil((now - watch.at).total_seconds())
    if passed <= REPORTED_WITHIN_S:
        return watch
    older = {name: _older(bound, passed) for name, bound in watch.bounds}
    return watch.model_copy(update=older)


def _older(bound: Bound, seconds: int) -> Bound:
    if bound.measured_s is None:
        return bound
    return bound.model_copy(update={"measured_s": bound.measured_s + seconds})


def said(watch: Watch) -> str:
    """Return in one line how old what was found can be, and how much of it is not watched."""
    how = "told by events of" if watch.feed is Feed.EVENTS else "found by listing"
    many = "" if watch.machines == 1 else "s"
    words = f"what others started: {how} {watch.machines} machine{many}"
    if watch.unwatched:
        words += f", {watch.unwatched} not watched"
    words += f"; at most {_aged(watch.found)}"
    if watch.feed is Feed.EVENTS:
        words += f", if an event got lost at most {_aged(watch.swept)}"
    if watch.unread > BACKLOG:
        words += f"; {watch.unread:,} still to be read"
    return f"{words}; {watch.trouble}" if watch.trouble else words


def _aged(bound: Bound) -> str:
    now = "not measured yet" if bound.measured_s is None else f"now {_span(bound.measured_s)}"
    broken = "" if bound.is_kept else ", not kept"
    return f"{_span(bound.promised_s)} old ({now}{broken})"


def _span(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} min"
