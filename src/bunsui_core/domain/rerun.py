"""What a rerun does to a session, before and after it happens."""

from __future__ import annotations

from collections.abc import Callable

from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.joining import execution_name, new_attempt
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.plan import RedriveJob, RestartJob, Risk
from bunsui_core.domain.preview import Preview, ReusedOutput
from bunsui_core.domain.session import Attempt, JobRun, JobStatus, Session
from bunsui_core.domain.settling import status_of

_REPEATS = {SideEffect.APPEND, SideEffect.EXTERNAL}


def preview(session: Session, job: str) -> Preview:
    """Return which jobs run, follow, are reused or stay untouched when this job runs again."""
    below = set(session.pipeline.descendants(job))
    runs = {run.job: run for run in session.runs}
    others = [name for name in session.pipeline.order if name != job]
    follows = tuple(n for n in others if n in below and runs[n].status is JobStatus.WAITING)
    reused = tuple(
        ReusedOutput(job=name, output_digest=text_digest(run.last.output or ""))
        for name in others
        if (run := runs[name]).last and run.status is JobStatus.SUCCEEDED
    )
    kept = {job, *follows, *(r.job for r in reused)}
    untouched = tuple(name for name in others if name not in kept)
    needs = tuple(
        name
        for name in others
        if runs[name].status.is_failure and set(session.pipeline.descendants(name)) & set(follows)
    )
    return Preview(
        runs=(job,), follows=follows, reused=reused, untouched=untouched, also_needs=needs
    )


def rerun_risk(session: Session, job: str, edited: bool) -> Risk:
    """Return how much a mistake would cost; what appends, is unknown or edited is high."""
    touched = {job, *preview(session, job).follows}
    effects = {j.effect for j in session.pipeline.jobs if j.name in touched}
    if edited or effects & _REPEATS:
        return Risk.HIGH
    return Risk.LOW if session.environment == "local" else Risk.MEDIUM


def mismatch(step: RedriveJob | RestartJob, session: Session) -> str:
    """Return what a step names that is not this session's own, or an empty text.

    A request is written by its asker: its machine, execution, name and input are believed only
    when they are what the session itself says.
    """
    job = session.pipeline.find(step.job)
    last = last_attempt(session, step.job)
    if job is None or last is None:
        return f"session {session.id} has no execution of job {step.job}"
    said = {"machine": (step.machine, job.machine), **_targets(step, session, last)}
    wrong = (name for name, (named, own) in said.items() if named != own)
    return next((f"the plan names another {name} than the session's" for name in wrong), "")


def _targets(
    step: RedriveJob | RestartJob, session: Session, last: Attempt
) -> dict[str, tuple[str, str]]:
    if isinstance(step, RedriveJob):
        return {
            "execution": (step.execution_arn, last.execution_arn),
            "input": (step.input_digest, last.input_digest),
        }
    number = last.number + 1
    own = step.input_digest if step.input_edited else last.input_digest
    return {
        "execution": (step.failed_execution_arn, last.execution_arn),
        "attempt": (str(step.attempt), str(number)),
        "name": (step.execution_name, execution_name(session.id, step.job, number)),
        "input": (step.input_digest, own),
    }


def redriven(session: Session, step: RedriveJob) -> Session:
    """Return the session with the job's execution running again."""
    update = {
        "status": JobStatus.RUNNING,
        "redrive_count": step.expect.redrive_count + 1,
        "stopped_at": None,
        "error": "",
        "cause": "",
    }
    return _changed(session, step.job, lambda run: _replace_last(run, update))


def restarted(session: Session, step: RestartJob, text: str, execution_arn: str) -> Session:
    """Return the session with a new attempt of the job running; an attempt is added only once."""

    def added(run: JobRun) -> JobRun:
        if any(attempt.number == step.attempt for attempt in run.attempts):
            return run
        first = new_attempt(session, step.job, step.attempt, text)
        running = first.model_copy(
            update={"status": JobStatus.RUNNING, "execution_arn": execution_arn}
        )
        return run.model_copy(update={"attempts": (*run.attempts, running)})

    return _changed(session, step.job, added)


def has_effect(session: Session, step: RedriveJob | RestartJob) -> bool:
    """Whether the session already shows what the step did."""
    last = last_attempt(session, step.job)
    if isinstance(step, RestartJob):
        return last is not None and last.number >= step.attempt
    return last is not None and (
        last.execution_arn != step.execution_arn or last.redrive_count > step.expect.redrive_count
    )


def last_attempt(session: Session, job: str) -> Attempt | None:
    """Return the newest attempt of a job, if it ever started."""
    run = session.run(job)
    return run.last if run else None


def _replace_last(run: JobRun, update: dict[str, object]) -> JobRun:
    if run.last is None:
        return run
    return run.model_copy(
        update={"attempts": (*run.attempts[:-1], run.last.model_copy(update=update))}
    )


def _changed(session: Session, job: str, change: Callable[[JobRun], JobRun]) -> Session:
    runs = tuple(change(run) if run.job == job else run for run in session.runs)
    return session.model_copy(update={"runs": runs, "status": status_of(runs), "stopped_at": None})
