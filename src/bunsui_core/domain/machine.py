"""State machines of an account as bunsui watches them, and the executions met there."""

from __future__ import annotations

from enum import StrEnum

from bunsui_core.domain.freshness import Watch
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.value import Instant, Value

ANY = "*"
"""Stands for every machine where a definition does not name the one that it starts."""


class MachineKind(StrEnum):
    """The two kinds of state machine, in the words of Step Functions."""

    STANDARD = "STANDARD"
    EXPRESS = "EXPRESS"


class Machine(Value):
    """A state machine, as ListStateMachines names it."""

    arn: str
    name: str
    kind: MachineKind
    created_at: Instant


class WatchedMachine(Value):
    """A machine with how far it was read; `why_not` is empty when it is watched.

    Executions that began before `since` are not looked at. `active_at` is the newest moment at
    which one of its executions was seen to begin or end. `starts` are the machines that its
    definition starts executions of, `ANY` among them when only the running execution knows.
    `chosen_by` is what the choice to watch it was made by.
    """

    machine: Machine
    since: Instant
    why_not: str = ""
    chosen_by: str = ""
    read_at: Instant | None = None
    active_at: Instant | None = None
    running: int = 0
    last_status: JobStatus | None = None
    starts: tuple[str, ...] = ()
    defined_at: Instant | None = None
    trouble: str = ""

    @property
    def is_watched(self) -> bool:
        """Whether its executions become sessions."""
        return not self.why_not


class ExecutionRow(Value):
    """An execution as a list or an event names it: how it stands, not what it holds."""

    execution_arn: str
    machine: str
    status: JobStatus
    started_at: Instant
    stopped_at: Instant | None = None
    redrive_count: int = 0

    @property
    def name(self) -> str:
        """The name it was started under."""
        return self.execution_arn.rsplit(":", 1)[-1]


class ExecutionPage(Value):
    """A part of a machine's executions, newest first; `next_token` is empty at the end."""

    rows: tuple[ExecutionRow, ...]
    next_token: str


class MachineList(Value):
    """Every machine of an environment, and how old what is known of it can be."""

    items: tuple[WatchedMachine, ...]
    watch: Watch | None


class Sighting(Value):
    """An execution that was met, whoever started it, and the session it belongs to.

    `session_id` is empty while it is not known whose it is; `parent` is the execution that started
    this one, and then the session is the parent's. `is_read` says that its input, output and error
    were read as they are now, `tries` how often that was tried.
    """

    execution_arn: str
    machine: str
    session_id: str
    status: JobStatus
    redrive_count: int
    started_at: Instant
    stopped_at: Instant | None
    read_at: Instant
    parent: str = ""
    is_read: bool = False
    tries: int = 0
