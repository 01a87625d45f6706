"""Automatic retries: a failed job starts anew by itself, later each time."""

from __future__ import annotations

from datetime import timedelta

from bunsui_core.domain.joining import execution_name
from bunsui_core.domain.pipeline import Retries
from bunsui_core.domain.session import Attempt, Began, JobRun, JobStatus, Session
from bunsui_core.domain.value import Instant

_RETRIED = frozenset({JobStatus.FAILED, JobStatus.TIMED_OUT})


def retried(session: Session, runs: tuple[JobRun, ...], now: Instant) -> tuple[JobRun, ...]:
    """Return the runs with a retry planned for each job that failed and has one left.

    What was stopped, redriven or never began is not retried: somebody has taken it in hand, or
    it would be refused again. An attempt that a human asked for has all retries anew.
    """
    wanted = {job.name: job.retries for job in session.pipeline.jobs if job.retries.most}
    if not wanted:
        return runs
    return tuple(
        _retried(session, run, wanted[run.job], now) if run.job in wanted else run for run in runs
    )


def back_off(retries: Retries, number: int) -> timedelta:
    """Return how long after a failure the retry of that number starts; the first has number 1."""
    seconds = min(retries.first_s * retries.rate ** (number - 1), retries.longest_s)
    return timedelta(seconds=seconds)


def _retried(session: Session, run: JobRun, retries: Retries, now: Instant) -> JobRun:
    last = run.last
    if last is None or run.is_reset or not _is_to_retry(last):
        return run
    number = _spent(run) + 1
    if number > retries.most:
        return run
    planned = Attempt(
        number=last.number + 1,
        execution_name=execution_name(session.id, run.job, last.number + 1),
        input=last.input,
        input_digest=last.input_digest,
        status=JobStatus.WAITING,
        began=Began.RETRY,
        not_before=(last.stopped_at or now) + back_off(retries, number),
        entered_state=last.entered_state,
    )
    return run.model_copy(update={"attempts": (*run.attempts, planned)})


def _is_to_retry(last: Attempt) -> bool:
    return last.status in _RETRIED and bool(last.execution_arn) and last.redrive_count == 0


def _spent(run: JobRun) -> int:
    """How many retries the newest attempt that was no retry has had."""
    spent = 0
    for attempt in reversed(run.attempts):
        if attempt.began is not Began.RETRY:
            break
        spent += 1
    return spent
