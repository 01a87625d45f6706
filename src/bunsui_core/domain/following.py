"""Which operations write a log while a job runs, and which of their lines are new to a follower."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

from bunsui_core.domain.answer import OperationLogs
from bunsui_core.domain.container_task import submitted_task
from bunsui_core.domain.failure import ContainerTask, HistoryEvent, LogLine
from bunsui_core.domain.history import NESTED, nested_arn
from bunsui_core.domain.operation import CONTAINERS, function_name, resource_of
from bunsui_core.domain.value import Instant, Value

LATE = timedelta(seconds=10)
"""How long after an operation's end lines of it may still arrive in CloudWatch Logs."""

BEFORE = timedelta(seconds=1)
"""Lambda and Step Functions keep their own clocks."""

_ENDS = ("ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted")
_OVER = ("Succeeded", "Failed", "TimedOut")


class Writer(Value):
    """What writes a log for a job: a function, or the containers of a task.

    `key` is the same for the same writer in one execution; `ended_at` is None while it runs.
    """

    key: str
    job: str
    resource: str
    started_at: Instant
    ended_at: Instant | None = None
    task: ContainerTask | None = None


class Child(Value):
    """A nested execution, and whether its parent still waits for it."""

    execution_arn: str
    is_open: bool


class Mark(Value):
    """How far a writer's log was read, the newest lines, and what was said of it.

    Where it `overlaps`, what stands shortly before is read again, for lines that come late.
    """

    until: Instant
    read_at: Instant
    recent: tuple[LogLine, ...] = ()
    note: str = ""
    overlaps: bool = True


class Shown(Value):
    """What a follower has seen: a mark for each writer, and the executions that are read whole."""

    marks: Mapping[str, Mark] = {}
    closed: frozenset[str] = frozenset()
    has_begun: bool = False


class Followed(Value):
    """What is new since the last look, a part for each writer; `is_over` when nothing can follow.

    Give `shown` to the next look.
    """

    parts: tuple[OperationLogs, ...]
    shown: Shown
    is_over: bool


def writers(job: str, execution_arn: str, events: tuple[HistoryEvent, ...]) -> tuple[Writer, ...]:
    """Return what has written or may write a log in an execution, oldest first."""
    found: dict[str, Writer] = {}
    for attempt in _attempts(events):
        one = _writer(job, execution_arn, attempt, events[-1].at if is_ended(events) else None)
        if one is None:
            continue
        before = found.pop(one.key, None)
        found[one.key] = _joined(before, one) if before else one
    return tuple(found.values())


def children(events: tuple[HistoryEvent, ...]) -> tuple[Child, ...]:
    """Return the nested executions that an execution waits for or waited for, oldest first."""
    ended = is_ended(events)
    found = []
    for attempt in _attempts(events):
        submitted = next((e.output or "" for e in attempt if e.type == "TaskSubmitted"), "")
        if resource_of(attempt[0]).startswith(NESTED) and (arn := nested_arn(submitted)):
            is_open = not (ended or attempt[-1].type.endswith(_OVER))
            found.append(Child(execution_arn=arn, is_open=is_open))
    return tuple(found)


def is_ended(events: tuple[HistoryEvent, ...]) -> bool:
    """Whether an execution runs no more; one that was redriven runs again."""
    return bool(events) and events[-1].type in _ENDS


def at_first(found: Iterable[Writer], now: Instant) -> Mapping[str, Mark]:
    """Return the marks with which following begins: what runs is read, or else what ran last."""
    known = tuple(found)
    wanted = {one.key for one in known if one.ended_at is None} or {w.key for w in known[-1:]}
    return {
        one.key: Mark(until=now, read_at=one.ended_at + LATE + BEFORE, overlaps=False)
        for one in known
        if one.ended_at and one.key not in wanted
    }


def is_due(writer: Writer, mark: Mark | None) -> bool:
    """Whether a writer's log may hold what was not read yet."""
    if mark is None or writer.ended_at is None:
        return True
    return mark.read_at <= writer.ended_at + LATE


def begin(writer: Writer, mark: Mark | None) -> Instant:
    """Return from when on a log is read: late lines of the last look's time are read again."""
    first = writer.started_at - BEFORE
    if mark is None:
        return first
    return max(first, mark.until - LATE if mark.overlaps else mark.until)


def fresh(lines: Iterable[LogLine], mark: Mark | None) -> tuple[LogLine, ...]:
    """Return the lines that no look had; equal lines are told apart by number."""
    return _without(lines, mark.recent if mark else ())


def remembered(
    mark: Mark | None, lines: tuple[LogLine, ...], until: Instant
) -> tuple[LogLine, ...]:
    """Return the lines of a look, and of those before it the ones that may be read again."""
    again = [line for line in mark.recent if line.at >= until - LATE] if mark else ()
    return (*lines, *_without(again, lines))


def _without(lines: Iterable[LogLine], known: Iterable[LogLine]) -> tuple[LogLine, ...]:
    had = Counter(known)
    left = []
    for line in lines:
        if had[line] > 0:
            had[line] -= 1
        else:
            left.append(line)
    return tuple(left)


def _attempts(events: tuple[HistoryEvent, ...]) -> Iterable[list[HistoryEvent]]:
    """The events of each call of an operation, from its schedule to its end."""
    owner: dict[int, int] = {}
    found: dict[int, list[HistoryEvent]] = {}
    for event in events:
        if event.type.endswith("Scheduled"):
            owner[event.id] = event.id
            found[event.id] = [event]
            continue
        call = owner.get(event.previous_id)
        if call is None or event.type.endswith(("StateEntered", "StateExited")):
            continue
        found[call].append(event)
        if not event.type.endswith(_OVER):
            owner[event.id] = call
    return found.values()


def _writer(
    job: str, arn: str, attempt: list[HistoryEvent], stopped_at: Instant | None
) -> Writer | None:
    """Events of a call, the schedule first; another service's call writes no log that is read.

    A call without an end of its own ended with its execution, if that did.
    """
    resource = resource_of(attempt[0])
    task = None
    if resource.startswith(CONTAINERS):
        submitted = next((e.output or "" for e in attempt if e.type == "TaskSubmitted"), "")
        task = submitted_task(submitted)
    if not (function_name(resource) or task):
        return None
    is_over = attempt[-1].type.endswith(_OVER)
    return Writer(
        key=f"{arn} {task.arn if task else resource}",
        job=job,
        resource=resource,
        started_at=attempt[0].at,
        ended_at=attempt[-1].at if is_over else stopped_at,
        task=task,
    )


def _joined(before: Writer, after: Writer) -> Writer:
    """One writer out of two calls of it; it runs as long as one of them does."""
    ended = None
    if before.ended_at and after.ended_at:
        ended = max(before.ended_at, after.ended_at)
    return after.model_copy(update={"started_at": before.started_at, "ended_at": ended})
