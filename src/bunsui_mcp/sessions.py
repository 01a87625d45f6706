"""Sessions and their logs, told to an agent."""

from __future__ import annotations

from collections import Counter

from bunsui_core.domain.answer import Freshness, OperationLogs, SessionPage, SessionView
from bunsui_core.domain.failure import LogLine
from bunsui_core.domain.session import JobRun, Session, SessionStatus, SessionSummary
from bunsui_mcp.answers import JobLine, LogsAnswer, SessionAnswer, SessionLine, SessionsAnswer
from bunsui_mcp.sight import advised, cautioned
from bunsui_mcp.tell import clip, few, page

_JOBS = 20
_INPUT = 1_000
_SESSIONS_ROOM = 7_000


def sessions_answer(found: SessionPage, freshness: Freshness) -> SessionsAnswer:
    """Return one page of sessions in words and lines."""
    count = Counter(item.status for item in found.items)
    states = ", ".join(f"{number} {status}" for status, number in sorted(count.items()))
    shown = (
        f"{len(found.items)} of {found.total} sessions: {states}."
        if states
        else "No session matches."
    )
    failed = next((i for i in found.items if i.status is SessionStatus.FAILED), None)
    return SessionsAnswer(
        summary=cautioned(shown + _unsearched(found) + _late(freshness), freshness),
        next=advised(_after_list(found, failed), freshness),
        as_of=freshness.known_at,
        source=freshness.source,
        sessions=tuple(_session_line(item) for item in found.items),
        total=found.total,
        truncated=bool(found.next_cursor),
        next_cursor=found.next_cursor,
    )


def sessions_that_fit(found: SessionPage) -> int:
    """Return how many lines of a page an answer has room for, at least one."""
    lines = [_session_line(item) for item in found.items]
    return len(page(lines, "", len(lines), _SESSIONS_ROOM).items)


def session_answer(view: SessionView, cursor: str) -> SessionAnswer:
    """Return one session; its jobs in graph order, the failed ones first."""
    session, failed = view.session, view.session.failed_jobs
    order = [*failed, *(job for job in session.pipeline.order if job not in failed)]
    lines = [_job_line(session, run) for job in order if (run := session.run(job))]
    jobs = page(lines, cursor, _JOBS)
    return SessionAnswer(
        summary=_session_sentence(session),
        next=_after_session(view),
        as_of=view.freshness.as_of,
        source=view.freshness.source,
        session_id=session.id,
        pipeline=session.pipeline.name,
        environment=session.environment,
        origin=session.origin,
        status=session.status,
        created_at=session.created_at,
        stopped_at=session.stopped_at,
        failed_jobs=few(failed),
        jobs=jobs.items,
        open_requests=few(view.open_requests, 5),
        input=clip(session.input, _INPUT),
        truncated=bool(jobs.next_cursor),
        next_cursor=jobs.next_cursor,
    )


def logs_answer(logs: OperationLogs, limit: int, cursor: str, freshness: Freshness) -> LogsAnswer:
    """Return the newest lines that fit, oldest of them first."""
    lines = page([log_text(line, 500) for line in reversed(logs.lines)], cursor, limit)
    more = bool(lines.next_cursor)
    return LogsAnswer(
        summary=f"{len(lines.items)} of {len(logs.lines)} log lines of job {clip(logs.job, 80)}.",
        next=f"get_operation_logs with cursor {lines.next_cursor} for earlier lines."
        if more
        else "analyze_failure says what they mean; propose_recovery says what could be done.",
        as_of=freshness.as_of,
        source=freshness.source,
        session_id=logs.session_id,
        job=logs.job,
        operation=clip(logs.operation, 200),
        function=clip(logs.function, 200),
        lambda_request_id=clip(logs.request_id, 80),
        untrusted_log_lines=tuple(reversed(lines.items)),
        note=clip(logs.note, 400),
        truncated=more or logs.truncated,
        next_cursor=lines.next_cursor,
    )


def log_text(line: LogLine, size: int) -> str:
    """Return what was logged at once, a traceback included, with its time."""
    return clip(f"{line.at:%H:%M:%S} {line.text.rstrip()}", size, newlines=True)


def _unsearched(found: SessionPage) -> str:
    """How many sessions may hold the value that was looked for without being found."""
    hidden = found.unsearched
    return f" {hidden} sessions hold more values than were searched." if hidden else ""


def _late(freshness: Freshness) -> str:
    """What of others is not read yet, and which promise about its age does not hold now."""
    late = (
        [name for name, bound in freshness.watch.bounds if not bound.is_kept]
        if freshness.watch
        else []
    )
    first = freshness.watch and freshness.watch.machines and not freshness.watch.found_as_of
    unread = " Not every machine has been read yet." if first and not freshness.blind else ""
    return unread + (f" Older than promised: {', '.join(late)}." if late else "")


def _session_line(item: SessionSummary) -> SessionLine:
    return SessionLine(
        session_id=item.session_id,
        pipeline=item.pipeline,
        status=item.status,
        created_at=item.created_at,
        stopped_at=item.stopped_at,
        jobs_done=item.jobs_done,
        jobs_total=item.jobs_total,
        failed_job=item.failed_job,
        error=clip(item.error, 120),
    )


def _job_line(session: Session, run: JobRun) -> JobLine:
    job, last = session.pipeline.find(run.job), run.last
    return JobLine(
        job=run.job,
        after=few(job.after if job else (), 4),
        status=run.status,
        attempt=last.number if last else 0,
        redrive_count=last.redrive_count if last else 0,
        error=clip(last.error, 160) if last else "",
    )


def _session_sentence(session: Session) -> str:
    done = sum(run.status.is_done for run in session.runs)
    failed = f" Failed: {', '.join(few(session.failed_jobs, 3))}." if session.failed_jobs else ""
    return (
        f"Session {clip(session.id, 100)} of {session.pipeline.name} is {session.status}; "
        f"{done} of {len(session.runs)} jobs are done.{failed}"
    )


def _after_list(found: SessionPage, failed: SessionSummary | None) -> str:
    if failed:
        return f"analyze_failure with session_id {clip(failed.session_id, 100)}."
    if not found.items:
        return "list_sessions without status, pipeline and query shows every session."
    return "get_session shows one session's jobs; list_sessions with status FAILED what broke."


def _after_session(view: SessionView) -> str:
    if view.open_requests:
        return f"wait_for_approval with request_id {clip(view.open_requests[0], 100)}."
    if view.session.failed_jobs:
        return f"analyze_failure with session_id {clip(view.session.id, 100)}."
    return "Nothing to recover; list_sessions with status FAILED finds what broke."
