"""Read what the operations of a running session log, look by look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bunsui_core.domain.answer import OperationLogs
from bunsui_core.domain.errors import BunsuiError, NotAuthorised, Unavailable
from bunsui_core.domain.failure import LogLine
from bunsui_core.domain.following import (
    Followed,
    Mark,
    Shown,
    Writer,
    at_first,
    begin,
    fresh,
    is_due,
    is_ended,
    remembered,
    writers,
)
from bunsui_core.domain.operation import function_name, named
from bunsui_core.domain.session import Attempt, Session
from bunsui_core.ports.observe import Logs, LogWindow, Seeing

AT_ONCE = 10
"""Writers read in one look; a Map of containers has more, and the newest are read."""

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
    for one in due[-AT_ONCE:]:
        part, marks[one.key] = _look(session.id, one, marks.get(one.key), seeing.logs, now)
        parts.append(part)
    return Followed(
        parts=tuple(part for part in parts if part.lines or part.note),
        shown=Shown(marks=marks, closed=closed, has_begun=True),
        is_over=session.stopped_at is not None and not due,
    )


def _found(
    session: Session, job: str, shown: Shown, seeing: Seeing
) -> tuple[list[Writer], frozenset[str]]:
    """The writers of what is followed, and the executions of which nothing more is to come."""
    found: list[Writer] = []
    closed = set(shown.closed)
    for name, key, attempt in _followed(session, job, shown):
        if not shown.has_begun and attempt.stopped_at:
            closed.add(key)
            continue
        events = seeing.executions.history(attempt.execution_arn)
        known = writers(name, attempt.execution_arn, events)
        found += known
        if is_ended(events) and not any(is_due(one, shown.marks.get(one.key)) for one in known):
            closed.add(key)
    return found, frozenset(closed)


def _followed(session: Session, job: str, shown: Shown) -> Iterator[tuple[str, str, Attempt]]:
    """Each job that has an execution which is not read whole yet."""
    for run in session.runs:
        last = run.last
        if last is None or not last.execution_arn or job not in {"", run.job}:
            continue
        key = f"{last.execution_arn} {last.redrive_count}"
        if key not in shown.closed:
            yield run.job, key, last


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
