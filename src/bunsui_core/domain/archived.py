"""What is kept of an execution that is over."""

from __future__ import annotations

from bunsui_core.domain.failure import Definition, HistoryEvent, LogLine, Observation
from bunsui_core.domain.standing import Standing
from bunsui_core.domain.value import Instant, Value

FORGOTTEN = "Step Functions does not know this execution any more; it keeps a closed one 90 days"
"""Why an execution that only the archive knows cannot be redriven."""


class Archived(Value):
    """Where the archive of one closed execution lies, how long it is, and whose execution it was.

    What an older bunsui archived names no session and no length.
    """

    execution_arn: str
    redrive_count: int
    sha256: str
    at: Instant
    session_id: str = ""
    length: int = 0


class ArchivedExecution(Value):
    """One closed execution, complete: what it was given, did, said and left.

    `logs` are the lines of what failed. `standing` is how the things that its failure depends on
    stood then. Nested executions are archived each by itself; `left_out` is how many were not,
    because there were too many or they still ran. What an older bunsui archived has neither.
    """

    execution: Observation
    definition: Definition
    history: tuple[HistoryEvent, ...]
    logs: tuple[LogLine, ...]
    logs_note: str
    standing: tuple[Standing, ...] = ()
    left_out: int = 0


def as_forgotten(execution: Observation) -> Observation:
    """Return an archived execution as it stands when AWS has forgotten it: beyond any redrive."""
    gone = {"redrive_status": "NOT_REDRIVABLE", "redrive_status_reason": FORGOTTEN}
    return execution.model_copy(update=gone)
