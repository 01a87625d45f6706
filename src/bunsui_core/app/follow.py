"""Read what the operations of a running session log, look by look."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bunsui_core.domain.answer import OperationLogs
from bunsui_core.domain.errors import BunsuiError, NotAuthorised, Unavailable
from bunsui_core.domain.failure import HistoryEvent, LogLine
from bunsui_core.domain.following import (
    Followed,
    Mark,
    Shown,
    Writer,
    at_first,
    begin,
    children,
    fresh,
    is_due,
    is_ended,
    remembered,
    writers,
)
from bunsui_core.domain.nested import MOST_LEVELS
from bunsui_core.domain.operation import function_name, named
from bunsui_core.domain.session import Session
from bunsui_core.ports.observe import Logs, LogWindow, Seeing

AT_ONCE = 10
"""Writers read in one look; a Map of containers has more, which are read in turn."""

LINES = 5000
"""Lines read of one writer in one look; what is written faster is said to be left out."""


def follow(session: Session, job: str, shown: Shown, seeing: Seeing, now: datetime) -> Followed:
    """Return the lines that are new since the last look, of one job or of all that run.

    Raises: NotFound, NotAuthorised, Unavailable; the same `shown` may then be used again.
    """
    found, closed = _found(session, job, shown, seeing)
    marks = dict(shown.marks) if shown.has_begun else dict(at_first(found, now))
    due = [one for one in found if is_due(one, marks.get(one.key))]
    parts = []
    for one in sorted(due, key=lambda writer: _read_at(writer, marks))[:AT_ONCE]:
        part, marks[one.key] = _look(session.id, one, marks.get(one.key), seeing.logs, now)
        parts.append(part)
    return Followed(
        parts=tuple(part for part in parts if part.lines or part.note),
        shown=Shown(marks=marks, closed=closed, has_begun=True),
        is_over=session.stopped_at is not None and not due,
    )


def _read_at(writer: Writer, marks: Mapping[str, Mark]) -> datetime:
    """When a writer's log was last read, or else when it began: what waits longest is first."""
    mark = marks.get(writer.key)
    return mark.read_at if mark else writer.started_at


@dataclass(frozen=True)
class _Execution:
    """An execution that may be followed; `levels` is how far below it others are."""

    job: str
    key: str
    arn: str
    is_over: bool
    levels: int = MOST_LEVELS


def _found(
    session: Session, job: str, shown: Shown, seeing: Seeing
) -> tuple[list[Writer], frozenset[str]]:
    """The writers of what is followed, and the executions of which nothing more is to come."""
    found: list[Writer] = []
    closed = set(shown.closed)
    todo = deque(_of_session(session, job))
    while todo:
        one = todo.popleft()
        if one.key in closed:
            continue
        if not shown.has_begun and one.is_over:
            closed.add(one.key)
            continue
        events = _history(one, seeing)
        known = writers(one.job, one.arn, events)
        below = _below(one, events)
        found += known
        todo.extend(below)
        is_due_below = any(child.key not in closed for child in below)
        is_due_here = any(is_due(writer, shown.marks.get(writer.key)) for writer in known)
        if not (is_due_here or is_due_below) and (is_ended(events) or not events):
            closed.add(one.key)
    return found, frozenset(closed)


def _of_session(session: Session, job: str) -> Iterator[_Execution]:
    """The newest execution of each job."""
    for run in session.runs:
        last = run.last
        if last and last.execution_arn and job in {"", run.job}:
            key = f"{last.execution_arn} {last.redrive_count}"
            yield _Execution(run.job, key, last.execution_arn, last.stopped_at is not None)


def _below(one: _Execution, events: tuple[HistoryEvent, ...]) -> list[_Execution]:
    if not one.levels:
        return []
    return [
        _Execution(
            one.job, child.execution_arn, child.execution_arn, not child.is_open, one.levels - 1
        )
        for child in children(events)
    ]


def _history(one: _Execution, seeing: Seeing) -> tuple[HistoryEvent, ...]:
    """The events; none of a nested execution that cannot be seen, which spoils nothing else."""
    try:
        return seeing.executions.history(one.arn)
    except Unavailable:
        raise
    except BunsuiError:
        if one.levels == MOST_LEVELS:
            raise
        return ()


def _look(
    session_id: str, writer: Writer, mark: Mark | None, logs: Logs, now: datetime
) -> tuple[OperationLogs, Mark]:
    lines, note = _read(writer, mark, logs, now)
    kept = lines[-LINES:] if writer.task else lines[:LINES]
    new, left_out = fresh(kept, mark), len(lines) > LINES
    until = max((line.at for line in kept), default=mark.until if mark else writer.started_at)
    part = OperationLogs(
        session_id=session_id,
        job=writer.job,
        operation=named(writer.resource, writer.task),
        function=function_name(writer.resource),
        request_id="",
        lines=tuple(sorted(new, key=_at)),
        truncated=left_out and writer.task is not None and len(new) == len(kept),
        note=note if note != (mark.note if mark else "") else "",
    )
    recent = remembered(mark, kept, until)
    # Where more is waiting than one look takes, reading lines again would never get on.
    return part, Mark(until=until, read_at=now, recent=recent, note=note, overlaps=not left_out)


def _read(
    writer: Writer, mark: Mark | None, logs: Logs, now: datetime
) -> tuple[tuple[LogLine, ...], str]:
    """Lines, or why there are none; that a log is not there yet is no news of what runs."""
    window = LogWindow(
        function=function_name(writer.resource),
        start=begin(writer, mark),
        end=max(now, begin(writer, mark)),
        task=writer.task,
    )
    try:
        return logs.lines(window, LINES + 1), ""
    except Unavailable:
        raise
    except BunsuiError as error:
        is_news = writer.ended_at is not None or isinstance(error, NotAuthorised)
        said = f"the log of {window.name} cannot be read: {error.message}"
        return (), said if is_news else ""


def _at(line: LogLine) -> datetime:
    return line.at
