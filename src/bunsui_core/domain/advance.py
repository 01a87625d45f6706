"""The reducer: what a session is after what was seen, and what starts next."""

from __future__ import annotations

import json

from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.pipeline import Job
from bunsui_core.domain.session import (
    Attempt,
    JobRun,
    JobStatus,
    Session,
    SessionOrigin,
    SessionStatus,
)
from bunsui_core.domain.value import Instant, Value


class StartJob(Value):
    """An intent: start this attempt's execution under its name."""

    job: str
    machine: str
    attempt: Attempt


class Advanced(Value):
    """The session after an observation, and the starts it still owes."""

    session: Session
    intents: tuple[StartJob, ...]


def advance(session: Session, observations: tuple[Observation, ...], now: Instant) -> Advanced:
    """Return the session with what was seen, and every job that may start now and has not.

    A job starts when all its dependencies have succeeded, and not one moment later. A failed job
    blocks only its descendants. The same observations again change nothing. In a session that was
    found nothing starts.
    """
    seen = {found.execution_arn: found for found in observations}
    observed = tuple(_observe(run, seen) for run in session.runs)
    is_ours = session.origin is SessionOrigin.STARTED
    ready = tuple(_ready(session, run, observed) for run in observed) if is_ours else observed
    status = status_of(ready)
    after = session.model_copy(
        update={"runs": ready, "status": status, "stopped_at": _stopped(ready, status, now)}
    )
    return Advanced(session=after, intents=owed_starts(after) if is_ours else ())


def owed_starts(session: Session) -> tuple[StartJob, ...]:
    """Return the starts that were decided and not yet confirmed."""
    return tuple(
        StartJob(job=run.job, machine=_job(session, run.job).machine, attempt=run.last)
        for run in session.runs
        if run.last and run.last.status is JobStatus.STARTING
    )


def started(session: Session, job: str, execution_arn: str, now: Instant) -> Session:
    """Return the session with the start of a job's newest attempt confirmed."""
    return _with_last(
        session,
        job,
        {"execution_arn": execution_arn, "status": JobStatus.RUNNING, "started_at": now},
    )


def refused(session: Session, job: str, sentence: str, now: Instant) -> Session:
    """Return the session with a job failed because its execution could not be started."""
    update = {"status": JobStatus.FAILED, "error": "Bunsui.StartRefused", "cause": sentence}
    return _with_last(session, job, {**update, "stopped_at": now})


def status_of(runs: tuple[JobRun, ...]) -> SessionStatus:
    """Return what the jobs together mean for the session."""
    statuses = {run.status for run in runs}
    if any(status.is_open for status in statuses):
        return SessionStatus.RUNNING
    if statuses == {JobStatus.SUCCEEDED}:
        return SessionStatus.SUCCEEDED
    return SessionStatus.FAILED


def job_input(session: Session, job: Job, runs: tuple[JobRun, ...]) -> str:
    """Return the JSON a job starts with: the session's input and its dependencies' outputs."""
    outputs = {run.job: run.last.output for run in runs if run.last}
    document = {
        "input": json.loads(session.input),
        "outputs": {name: json.loads(outputs.get(name) or "null") for name in sorted(job.after)},
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def new_attempt(session: Session, job: str, number: int, text: str) -> Attempt:
    """Return the attempt that starts a job under its deterministic execution name."""
    return Attempt(
        number=number,
        execution_name=execution_name(session.id, job, number),
        input=text,
        input_digest=json_digest(text),
        status=JobStatus.STARTING,
    )


def execution_name(session_id: str, job: str, attempt: int) -> str:
    """Return `{session}-{job}-a{attempt}`, at most 80 characters (StartExecution's limit)."""
    tail = f"-a{attempt}"
    return f"{session_id}-{job}"[: 80 - len(tail)] + tail


def _observe(run: JobRun, seen: dict[str, Observation]) -> JobRun:
    last = run.last
    found = seen.get(last.execution_arn) if last and last.execution_arn else None
    if last is None or found is None or _is_older(found, last):
        return run
    changed = last.model_copy(
        update={
            "status": found.status,
            "redrive_count": found.redrive_count,
            "redrive_status": found.redrive_status,
            "started_at": found.started_at,
            "stopped_at": found.stopped_at,
            "output": found.output,
            "error": found.error,
            "cause": found.cause,
        }
    )
    return run.model_copy(update={"attempts": (*run.attempts[:-1], changed)})


def _is_older(found: Observation, known: Attempt) -> bool:
    """Whether an eventually consistent answer lags behind what is known already."""
    if found.redrive_count != known.redrive_count:
        return found.redrive_count < known.redrive_count
    return found.status is JobStatus.RUNNING and not known.status.is_open


def _ready(session: Session, run: JobRun, runs: tuple[JobRun, ...]) -> JobRun:
    job = _job(session, run.job)
    done = {r.job for r in runs if r.status is JobStatus.SUCCEEDED}
    if run.attempts or not done.issuperset(job.after):
        return run
    first = new_attempt(session, job.name, 1, job_input(session, job, runs))
    return run.model_copy(update={"attempts": (first,)})


def _stopped(runs: tuple[JobRun, ...], status: SessionStatus, now: Instant) -> Instant | None:
    if status is SessionStatus.RUNNING:
        return None
    ends = [run.last.stopped_at for run in runs if run.last and run.last.stopped_at]
    return max(ends, default=now)


def _job(session: Session, name: str) -> Job:
    found = session.pipeline.find(name)
    if found is None:
        raise ValueError(f"session {session.id} has a run of {name}, its pipeline has no such job")
    return found


def _with_last(session: Session, job: str, update: dict[str, object]) -> Session:
    def changed(run: JobRun) -> JobRun:
        if run.job != job or run.last is None:
            return run
        last = run.last.model_copy(update=update)
        return run.model_copy(update={"attempts": (*run.attempts[:-1], last)})

    runs = tuple(changed(run) for run in session.runs)
    return session.model_copy(update={"runs": runs, "status": status_of(runs)})
