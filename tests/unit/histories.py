"""Short histories for tests, one line an event."""

from __future__ import annotations

from bunsui_core.domain.failure import Failure, HistoryEvent, Observation
from bunsui_core.domain.history import read_failure
from bunsui_core.domain.session import JobStatus
from tests.builders import execution, later

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:orders-load"


def event(number: int, previous: int, kind: str, **details: object) -> HistoryEvent:
    """The event of that id, that many seconds after the start."""
    return HistoryEvent.model_validate(
        {"id": number, "previous_id": previous, "type": kind, "at": later(seconds=number)} | details
    )


def observed(status: JobStatus = JobStatus.FAILED, **details: object) -> Observation:
    """What DescribeExecution says of the execution."""
    return Observation.model_validate(
        {
            "execution_arn": execution("extract"),
            "status": status,
            "input": "{}",
            "started_at": later(seconds=0),
            "redrive_status": "REDRIVABLE",
            **details,
        }
    )


def failure_of(*events: HistoryEvent, status: JobStatus = JobStatus.FAILED) -> Failure:
    """What broke in an execution with these events."""
    found = read_failure("extract", observed(status), events)
    assert found is not None
    return found


def task(first: int, previous: int, name: str, error: str, cause: str = "") -> list[HistoryEvent]:
    """A task that enters a state, calls a function, and fails: three events."""
    return [
        event(first, previous, "TaskStateEntered", name=name, input='{"day": 1}'),
        event(first + 1, first, "LambdaFunctionScheduled", resource=FUNCTION),
        event(first + 2, first + 1, "LambdaFunctionFailed", error=error, cause=cause),
    ]


START = event(1, 0, "ExecutionStarted")


def failed(
    number: int, previous: int, error: str = "Boom", cause: str = "it broke"
) -> HistoryEvent:
    """The end of an execution that failed."""
    return event(number, previous, "ExecutionFailed", error=error, cause=cause)
