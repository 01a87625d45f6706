"""What the worker remembers of the machines and executions it watches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bunsui_core.domain.freshness import Watch
from bunsui_core.domain.machine import Sighting, WatchedMachine
from bunsui_core.domain.value import Instant


class Watches(Protocol):
    """The machines of an environment, and how old what is known of them can be."""

    def machines(self) -> tuple[WatchedMachine, ...]:
        """Return every machine, by name."""
        ...

    def put_machines(self, machines: tuple[WatchedMachine, ...]) -> None:
        """Store machines, each over what was known of it."""
        ...

    def forget(self, machine_arns: tuple[str, ...]) -> None:
        """Forget machines that are gone; their sessions stay."""
        ...

    def report(self) -> Watch | None:
        """Return what was last measured, if anything ever was."""
        ...

    def put_report(self, report: Watch) -> None:
        """Store what was measured over what was measured before."""
        ...


class Sightings(Protocol):
    """Executions that were met, so that none is read twice without need."""

    def known(self, execution_arns: tuple[str, ...]) -> Mapping[str, Sighting]:
        """Return those that were met before, by ARN."""
        ...

    def put(self, sightings: tuple[Sighting, ...]) -> None:
        """Store sightings, each over the one before it."""
        ...

    def open(self) -> tuple[Sighting, ...]:
        """Return those that were running when last seen, the longest unread first."""
        ...

    def redrivable(self, closed_after: Instant, limit: int) -> tuple[Sighting, ...]:
        """Return failed ones that closed after a moment, the longest unread first."""
        ...

    def unread(self, limit: int) -> tuple[Sighting, ...]:
        """Return those that are still to be read: least tried, then failed, then newest first."""
        ...

    def around(self, machine: str, at: Instant) -> tuple[Sighting, ...]:
        """Return the executions of a machine that ran at a moment, newest first."""
        ...


class Seat(Protocol):
    """A seat for one: whoever watches an account uses its quotas, so only one does at a time."""

    def take(self) -> bool:
        """Take the seat if nobody has it; whether it is taken by this process now."""
        ...

    def leave(self) -> None:
        """Leave the seat to another process."""
        ...
