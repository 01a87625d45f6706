"""Read what a failed job left behind and explain it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bunsui_core.domain.answer import OperationLogs
from bunsui_core.domain.archived import ArchivedExecution
from bunsui_core.domain.container_task import submitted_task
from bunsui_core.domain.diagnose import Where, diagnose
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.errors import BunsuiError, NotFound, Refused
from bunsui_core.domain.failure import Failure, HistoryEvent, LogLine, Observation
from bunsui_core.domain.following import is_ended
from bunsui_core.domain.history import read_failure
from bunsui_core.domain.nested import MOST_LEVELS, is_consequence, joined, stopped, unseen
from bunsui_core.domain.operation import CONTAINERS, function_name, named, resource_of
from bunsui_core.domain.session import Session
from bunsui_core.ports.observe import Executions, Logs, LogWindow

LINES = 200
"""Log lines kept with a diagnosis."""

_BEFORE = timedelta(seconds=1)
_AFTER = timedelta(seconds=30)
"""Slack around a state's time: Lambda and Step Functions keep their own clocks."""


@dataclass(frozen=True)
class Read:
    """Log lines, and what is missing of them and why."""

    lines: tuple[LogLine, ...]
    note: str = ""
    truncated: bool = False


def diagnose_job(
    session: Session,
    job: str,
    executions: Executions,
    logs: Logs,
    now: datetime,
    kept: ArchivedExecution | None = None,
) -> Diagnosis:
    """Return why a job's newest execution failed, from what was `kept` of it, if it was.

    Raises: NotFound when it has none, Refused when it did not fail, Unavailable.
    """
    observation = kept.execution if kept else executions.describe(_execution_of(session, job))
    history = kept.history if kept else executions.history(observation.execution_arn)
    failure = read_failure(job, observation, history)
    failure = failure and followed(failure, executions)
    if failure is None:
        raise Refused(
            f"job {job} of session {session.id} is {observation.status}, it did not fail.",
            "Only a failed job has a diagnosis.",
        )
    if kept:
        read = Read(kept.logs, kept.logs_note)
    else:
        read = read_lines(window_of(failure, observation), failure.resource, logs, LINES)
    run = session.run(job)
    where = Where(
        session_id=session.id,
        job=job,
        attempt=run.last.number if run and run.last else 0,
        redrive_count=observation.redrive_count,
    )
    return diagnose(where, failure, read.lines, read.note, now)


def followed(failure: Failure, executions: Executions, levels: int = MOST_LEVELS) -> Failure:
    """Return the failure explained by the nested executions below it, as far as they are seen."""
    if not failure.child:
        return failure
    if not levels:
        return unseen(failure, f"only {MOST_LEVELS} nested executions are followed down")
    try:
        found = executions.describe(failure.child)
        inner = read_failure(failure.job, found, executions.history(failure.child))
    except BunsuiError as error:
        return unseen(failure, error.message)
    if inner is None:
        return unseen(failure, f"it is {found.status}, it did not fail")
    if is_consequence(failure, inner):
        return stopped(failure, inner)
    return joined(failure, followed(inner, executions, levels - 1))


def read_logs(
    session: Session, job: str, executions: Executions, logs: Logs, limit: int, now: datetime
) -> OperationLogs:
    """Return what the failing operation of a job logged, or the last one where none failed.

    Of one that still runs it is what was logged until `now`.

    Raises: NotFound when the job never started, Unavailable.
    """
    observation = executions.describe(_execution_of(session, job))
    events = executions.history(observation.execution_arn)
    failure = read_failure(job, observation, events)
    failure = failure and followed(failure, executions)
    scheduled = next((e for e in reversed(events) if e.type.endswith("Scheduled")), None)
    resource = failure.resource if failure else resource_of(scheduled)
    window = window_of(failure, observation) if failure else _window_of_last(scheduled, events, now)
    task = window.task if window else None
    read = read_lines(window, resource, logs, limit)
    return OperationLogs(
        session_id=session.id,
        job=job,
        operation=named(resource, task),
        function=function_name(resource),
        request_id=window.request_id if window else "",
        lines=read.lines,
        truncated=read.truncated,
        note=read.note,
    )


def window_of(failure: Failure, observation: Observation) -> LogWindow | None:
    """Return where the failing operation logged; nothing when it was no function or container."""
    function = function_name(failure.resource)
    if not (function or failure.task):
        return None
    start = failure.entered_at or observation.started_at
    end = failure.failed_at or observation.stopped_at or start
    return LogWindow(
        function=function,
        request_id=failure.request_id,
        start=start - _BEFORE,
        end=end + _AFTER,
        task=failure.task,
    )


def read_lines(window: LogWindow | None, resource: str, logs: Logs, limit: int) -> Read:
    """Return the lines of an operation; lines that cannot be read are a note, never an error."""
    if window is None:
        return Read((), f"no log is read of {resource or 'a state that runs no operation'}")
    try:
        lines = logs.lines(window, limit + 1)
    except BunsuiError as error:
        return Read((), f"the log of {window.name} cannot be read: {error.message}")
    # A request is a few lines; of a task that ran for hours the end tells why.
    kept = lines[-limit:] if window.task else lines[:limit]
    return Read(kept, _note(window, lines, limit), len(lines) > limit)


def _note(window: LogWindow, lines: tuple[LogLine, ...], limit: int) -> str:
    if len(lines) > limit:
        where = "last" if window.task else "first"
        return f"the {where} {limit} lines; there are more"
    if not lines and window.request_id:
        return f"the log of {window.name} has no line of request {window.request_id}"
    if not lines:
        return (
            f"the log of {window.name} has no line of {'that task' if window.task else 'that time'}"
        )
    if not window.request_id and not window.task:
        return "no request id was reported: these are all lines of the function in that time"
    return ""


def _window_of_last(
    scheduled: HistoryEvent | None, events: tuple[HistoryEvent, ...], now: datetime
) -> LogWindow | None:
    resource = resource_of(scheduled)
    function, task = function_name(resource), None
    if resource.startswith(CONTAINERS):
        submitted = (e for e in reversed(events) if e.type == "TaskSubmitted")
        task = submitted_task(next((e.output or "" for e in submitted), ""))
    if scheduled is None or not (function or task):
        return None
    return LogWindow(
        function=function,
        request_id="",
        start=scheduled.at - _BEFORE,
        end=events[-1].at + _BEFORE if is_ended(events) else max(now, events[-1].at),
        task=task,
    )


def _execution_of(session: Session, job: str) -> str:
    run = session.run(job)
    if run is None or run.last is None or not run.last.execution_arn:
        raise NotFound(
            f"job {job} of session {session.id} has no execution.",
            "It has not started yet; look at the session.",
        )
    return run.last.execution_arn
