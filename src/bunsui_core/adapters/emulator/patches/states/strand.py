"""A line of events: an execution's own, or that of one branch of a Parallel or Map state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bunsui_core.domain.value import Json

_Document = dict[str, Json]


@dataclass(frozen=True)
class Entered:
    """A state that was entered: the event that says so, and the event before it."""

    name: str
    kind: str
    event: int
    previous: int


@dataclass(eq=False)
class Strand:
    """One line of events, each of which names the one before it.

    `entered` is the state that the line is in, `has_failed` whether an event says it failed,
    `assigned` what that state has assigned so far,
    and `abort_inside` records, at the end of another line, how the state's branches are ended.
    """

    execution: _Document
    redrive_count: int
    last_event: int
    parent: Strand | None = None
    is_closed: bool = False
    entered: Entered | None = None
    has_failed: bool = False
    assigned: _Document = field(default_factory=dict)
    abort_inside: Callable[[Strand], None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether this line of events may still go on."""
        if self.is_closed or self.execution["status"] != "RUNNING":
            return False
        if self.execution.get("redriveCount", 0) != self.redrive_count:
            return False
        return self.parent is None or self.parent.is_open

    @property
    def is_whole(self) -> bool:
        """Whether this is the line of a whole execution, not of a branch."""
        return self.parent is None or self.parent.execution is not self.execution

    @property
    def place(self) -> Entered | None:
        """The state that this line is in, or the one whose branch it is."""
        if self.entered or self.parent is None:
            return self.entered
        return self.parent.place

    def branch(self) -> Strand:
        """Return the line of a branch, which begins at the last event of this one."""
        return Strand(self.execution, self.redrive_count, self.last_event, parent=self)
