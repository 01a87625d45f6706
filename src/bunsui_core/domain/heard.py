"""Status events of executions, as EventBridge tells them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from bunsui_core.domain.machine import ExecutionRow
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.value import Instant, Json, Value

SOURCE = "aws.states"
"""Where the events come from, in the words of EventBridge."""

DETAIL_TYPE = "Step Functions Execution Status Change"
"""What they are called there."""


LONGEST_ARN = 256
"""The longest ARN that DescribeExecution takes."""

MOST_REDRIVES = 1000
"""How often AWS lets an execution be redriven."""


class Told(Value):
    """A message of the queue; `row` is None when it is none of an execution to watch."""

    receipt: str
    row: ExecutionRow | None
    told_at: Instant | None


def told(receipt: str, body: str) -> Told:
    """Return a message as a value; one that does not read as an event tells of nothing."""
    nothing = Told(receipt=receipt, row=None, told_at=None)
    try:
        event: Json = json.loads(body)
    except (ValueError, RecursionError):
        return nothing
    if not isinstance(event, dict):
        return nothing
    if (event.get("source"), event.get("detail-type")) != (SOURCE, DETAIL_TYPE):
        return nothing
    detail = event.get("detail")
    row = _row(detail) if isinstance(detail, dict) else None
    return Told(receipt=receipt, row=row, told_at=_time(event.get("time")))


def _row(detail: dict[str, Json]) -> ExecutionRow | None:
    arn, machine = detail.get("executionArn"), detail.get("stateMachineArn")
    started_at, stopped_at = _epoch(detail.get("startDate")), _epoch(detail.get("stopDate"))
    status = _status(detail.get("status"))
    if not (isinstance(arn, str) and isinstance(machine, str) and started_at and status):
        return None
    redriven = _count(detail.get("redriveCount"))
    if not _is_of(arn, machine) or redriven is None:
        return None
    return ExecutionRow(
        execution_arn=arn,
        machine=machine,
        status=status,
        started_at=started_at,
        stopped_at=None if status is JobStatus.RUNNING else stopped_at,
        redrive_count=redriven,
    )


def _is_of(execution: str, machine: str) -> bool:
    """Whether an ARN names an execution of that machine.

    A child of a Map Run is none (its machine is followed by `/`): its parent's session tells of it.
    """
    begins = machine.replace(":stateMachine:", ":execution:") + ":"
    name = execution.removeprefix(begins)
    is_whole = execution.isprintable() and len(execution) <= LONGEST_ARN
    return is_whole and ":execution:" in begins and name != execution and ":" not in name


def _count(value: Json) -> int | None:
    """A number of redrives, none where nothing is said; nothing where it cannot be one."""
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MOST_REDRIVES else None


def _status(word: Json) -> JobStatus | None:
    if word == "PENDING_REDRIVE":
        return JobStatus.RUNNING
    return JobStatus(word) if isinstance(word, str) and word in _STATUSES else None


def _epoch(value: Json) -> Instant | None:
    """A date of an event, in milliseconds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _time(value: Json) -> Instant | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None


_STATUSES = frozenset(
    status.value for status in JobStatus if status not in {JobStatus.WAITING, JobStatus.STARTING}
)
