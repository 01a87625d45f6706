"""A failed job that somebody started again outside bunsui, with the same input."""

from __future__ import annotations

from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.machine import ExecutionRow
from bunsui_core.domain.session import Attempt, Began, JobRun, Session, SessionOrigin, SessionStatus
from bunsui_core.domain.settling import settled
from bunsui_core.domain.value import Instant

STARTED_AGAIN = "started again outside bunsui"
"""What an attempt says that somebody began, in the console for instance."""


def job_taken_over(session: Session, row: ExecutionRow, found: Observation) -> str:
    """Return the failed job of a failed session that an execution runs again, or an empty text.

    It is of the job's machine, has the very input of its newest attempt, and began after that had
    failed.
    """
    if session.origin is not SessionOrigin.STARTED or session.status is not SessionStatus.FAILED:
        return ""
    digest = json_digest(found.input) if found.input is not None else ""
    jobs = (
        run.job
        for run in session.runs
        if session.pipeline.job(run.job).machine == row.machine and _is_again(run, found, digest)
    )
    return next(jobs, "")


def taken_over(
    session: Session, job: str, row: ExecutionRow, found: Observation, now: Instant
) -> Session:
    """Return the session with somebody's execution as the newest attempt of a failed job."""

    def after(run: JobRun) -> JobRun:
        if run.job != job or run.last is None:
            return run
        return run.model_copy(update={"attempts": (*run.attempts, _attempt(run.last, row, found))})

    return settled(session, tuple(after(run) for run in session.runs), now)


def _is_again(run: JobRun, found: Observation, digest: str) -> bool:
    last = run.last
    if last is None or not (run.status.is_failure and last.stopped_at):
        return False
    return last.input_digest == digest and found.started_at >= last.stopped_at


def _attempt(last: Attempt, row: ExecutionRow, found: Observation) -> Attempt:
    return Attempt(
        number=last.number + 1,
        execution_name=row.name,
        input=last.input,
        input_digest=last.input_digest,
        status=found.status,
        execution_arn=row.execution_arn,
        redrive_count=found.redrive_count,
        redrive_status=found.redrive_status,
        started_at=found.started_at,
        stopped_at=found.stopped_at,
        output=found.output,
        error=found.error,
        cause=found.cause,
        began=Began.RESTART,
        external=STARTED_AGAIN,
    )
