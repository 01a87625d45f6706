"""How old what is shown can be: as promised, and as it was measured."""

from __future__ import annotations

from enum import StrEnum

from bunsui_core.domain.value import Instant, Value


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


class Watch(Value):
    """What a worker watches, and how old what it tells can be, at one moment.

    `own` is about executions that bunsui started, `found` about all others, `swept` about those
    whose event got lost, `redriven` about closed ones that somebody runs again. Everything found
    that began before `found_as_of` is known; it is None until every machine was read once.
    """

    at: Instant
    feed: Feed
    own: Bound
    found: Bound
    swept: Bound
    redriven: Bound
    machines: int
    unwatched: int
    found_as_of: Instant | None = None
    trouble: str = ""

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
