"""What a session is after an intent was performed. Each function may be repeated.

An intent names the attempt it is about; one that is not there any more, or stands otherwise by
now, is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.intents import KeepPayload, StartJob, StopJob
from bunsui_core.domain.joining import reference
from bunsui_core.domain.session import Attempt, JobRun, JobStatus, Session
from bunsui_core.domain.settling import settled
from bunsui_core.domain.value import Instant

NEVER_STARTED = "Bunsui.NeverStarted"
"""The error of an attempt whose start was decided and did not happen before a cancellation."""

GONE = "Bunsui.ExecutionGone"
"""The error of an attempt whose execution Step Functions does not know any more."""

START_REFUSED = "Bunsui.StartRefused"
"""The error of an attempt that could not be started."""

SURE_AFTER = timedelta(seconds=30)
"""How long after a start was decided another worker may still be about to do it, or Step Functions
may not tell of it yet: its answers are eventually consistent."""

Change = Mapping[str, object]


def started(session: Session, intent: StartJob, execution_arn: str, now: Instant) -> Session:
    """Return the session with the start of an attempt confirmed."""

    def change(attempt: Attempt) -> Change:
        if attempt.execution_arn:
            return {}
        running = {"execution_arn": execution_arn, "status": JobStatus.RUNNING, "started_at": now}
        return {**running, "stopped_at": None, "error": "", "cause": ""}

    return _with(session, intent.job, intent.attempt.number, change, now)


def refused(session: Session, intent: StartJob, sentence: str, now: Instant) -> Session:
    """Return the session with an attempt failed because its execution could not be started."""

    def change(attempt: Attempt) -> Change:
        return _ended(JobStatus.FAILED, START_REFUSED, sentence, now) if _is_owed(attempt) else {}

    return _with(session, intent.job, intent.attempt.number, change, now)


def stopped(session: Session, intent: StopJob, now: Instant) -> Session:
    """Return the session after a stop that was accepted; the next look tells how it ended."""

    def change(attempt: Attempt) -> Change:
        if not _is_owed(attempt):
            return {}
        return {
            "execution_arn": intent.execution_arn,
            "status": JobStatus.RUNNING,
            "started_at": now,
        }

    return _with(session, intent.job, intent.number, change, now)


def missing(session: Session, intent: StopJob, now: Instant) -> Session:
    """Return the session after a stop of an execution that Step Functions does not know.

    An attempt that was just about to start stays as it is, until it is sure that it did not.
    """

    def change(attempt: Attempt) -> Change:
        since = attempt.started_at or attempt.not_before
        if not attempt.status.is_open or (since and now - since < SURE_AFTER):
            return {}
        if attempt.execution_arn:
            return _ended(JobStatus.ABORTED, GONE, _GONE, now)
        return _ended(JobStatus.ABORTED, NEVER_STARTED, _NEVER_STARTED, now)

    return _with(session, intent.job, intent.number, change, now)


def kept(session: Session, intent: KeepPayload, uri: str, now: Instant) -> Session:
    """Return the session with a large input replaced by the reference to where it lies."""
    text = reference(uri, intent.text)

    def change(attempt: Attempt) -> Change:
        if attempt.status is not JobStatus.WAITING or attempt.input != intent.text:
            return {}
        return {"input": text, "input_digest": json_digest(text)}

    return _with(session, intent.job, intent.number, change, now)


def _is_owed(attempt: Attempt) -> bool:
    return attempt.status is JobStatus.STARTING and not attempt.execution_arn


def _ended(status: JobStatus, error: str, cause: str, now: Instant) -> Change:
    return {"status": status, "error": error, "cause": cause, "stopped_at": now}


def _with(
    session: Session, job: str, number: int, change: Callable[[Attempt], Change], now: Instant
) -> Session:
    runs = tuple(_changed(run, number, change) if run.job == job else run for run in session.runs)
    return settled(session, runs, now)


def _changed(run: JobRun, number: int, change: Callable[[Attempt], Change]) -> JobRun:
    attempts = tuple(
        one.model_copy(update=update) if one.number == number and (update := change(one)) else one
        for one in run.attempts
    )
    return run.model_copy(update={"attempts": attempts})


_GONE = "Step Functions does not know this execution any more; it was deleted with its machine."
_NEVER_STARTED = "The session was cancelled before the execution began."
