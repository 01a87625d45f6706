"""State machines of an account as bunsui watches them, and the executions met there."""

from __future__ import annotations

from enum import StrEnum

from bunsui_core.domain.freshness import Watch
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.value import Instant, Value


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

    `read_until` is the start of the newest execution that was met, `active_at` the newest moment
    at which one of its executions began or ended.
    """

    machine: Machine
    why_not: str = ""
    read_at: Instant | None = None
    read_until: Instant | None = None
    active_at: Instant | None = None
    running: int = 0
    last_status: JobStatus | None = None
    trouble: str = ""

    @property
    def is_watched(self) -> bool:
        """Whether its executions become sessions."""
        return not self.why_not


class MachineList(Value):
    """Every machine of an environment, and how old what is known of it can be."""

    items: tuple[WatchedMachine, ...]
    watch: Watch | None


class Sighting(Value):
    """An execution that was met, whoever started it, and the session it belongs to.

    `session_id` is empty while it is not known whose it is.
    """

    execution_arn: str
    machine: str
    session_id: str
    status: JobStatus
    redrive_count: int
    started_at: Instant
    stopped_at: Instant | None
    read_at: Instant
