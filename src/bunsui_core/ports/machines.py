"""State machines of an account and what runs in them. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bunsui_core.domain.heard import Told
from bunsui_core.domain.machine import ExecutionPage, Machine


class Machines(Protocol):
    """The machines of an account and region, as Step Functions lists them."""

    def all(self) -> tuple[Machine, ...]:
        """Return every machine of both kinds. Raises: NotAuthorised, Unavailable."""
        ...

    def executions(self, machine_arn: str, limit: int, token: str) -> ExecutionPage:
        """Return a page of executions, newest first.

        Raises: NotFound when the machine is gone, NotAuthorised, Unavailable.
        """
        ...

    def tags(self, machine_arn: str) -> Mapping[str, str]:
        """Return the tags of a machine. Raises: NotFound, NotAuthorised, Unavailable."""
        ...

    def definition(self, machine_arn: str) -> str:
        """Return its present definition. Raises: NotFound, NotAuthorised, Unavailable."""
        ...


class Events(Protocol):
    """A queue of status events, each told at least once, in any order, and now and then never."""

    def receive(self) -> tuple[Told, ...]:
        """Return what the queue holds, after waiting a while for the first.

        Raises: NotFound, NotAuthorised, Unavailable.
        """
        ...

    def done(self, told: tuple[Told, ...]) -> None:
        """Remove from the queue what was taken in. Raises: NotAuthorised, Unavailable."""
        ...
