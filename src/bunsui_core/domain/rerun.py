"""What a rerun does to a session, before and after it happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bunsui_core.domain.entry import payload_of
from bunsui_core.domain.joining import execution_name, new_attempt
from bunsui_core.domain.observing import REDRIVEN
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.plan import EnterJob, JobStep, MarkDone, RedriveJob, RestartJob, Risk
from bunsui_core.domain.previewing import preview
from bunsui_core.domain.session import Attempt, Began, JobRun, JobStatus, Session
from bunsui_core.domain.settling import settled
from bunsui_core.domain.value import Instant
from bunsui_core.domain.verdict import Mode

_REPEATS = {SideEffect.APPEND, SideEffect.EXTERNAL}


def rerun_risk(
    session: Session,
    job: str,
    edited: bool,
    mode: Mode = Mode.RESTART,
    downstream: bool = False,
) -> Risk:
    """Return how much a mistake would cost; what appends, is unknown or edited is high.

    So is an output that a human gives, and running jobs again that were done.
    """
    found = preview(session, job, mode, downstream)
    touched = {*found.runs, *found.follows, *found.resets}
    effects = {j.effect for j in session.pipeline.jobs if j.name in touched}
    if edited or mode is Mode.MARK_DONE or found.resets or effects & _REPEATS:
        return Risk.HIGH
    return Risk.LOW if session.environment == "local" else Risk.MEDIUM


def step_risk(step: JobStep, session: Session) -> Risk:
    """Return how much a mistake of this step would cost in this session as it is now."""
    return rerun_risk(session, step.job, is_edited(step), Mode(step.kind), step.downstream)


def is_edited(step: JobStep) -> bool:
    """Whether a step runs its job with another input than the recorded one."""
    return isinstance(step, RestartJob | EnterJob) and step.input_edited


def recorded_input(attempt: Attempt) -> str:
    """Return the job's own input, also of an attempt that entered at a state."""
    return payload_of(attempt.input) if attempt.entered_state else attempt.input


def mismatch(step: JobStep, session: Session) -> str:
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


def _targets(step: JobStep, session: Session, last: Attempt) -> Mapping[str, tuple[str, str]]:
    if isinstance(step, RedriveJob):
        return {
            "execution": (step.execution_arn, last.execution_arn),
            "input": (step.input_digest, last.input_digest),
        }
    number = next_number(session, step.job)
    targets = {
        "execution": (step.failed_execution_arn, last.execution_arn),
        "attempt": (str(step.attempt), str(number)),
    }
    if isinstance(step, MarkDone):
        return targets
    name = execution_name(session.id, step.job, number)
    return {**targets, "name": (step.execution_name, name), **_input_target(step, last)}


def _input_target(step: RestartJob | EnterJob, last: Attempt) -> Mapping[str, tuple[str, str]]:
    """The recorded input; that of a state lies in the execution's history, not in the session."""
    if isinstance(step, EnterJob) or step.input_edited or last.entered_state:
        return {}
    return {"input": (step.input_digest, last.input_digest)}


def redriven(session: Session, step: RedriveJob, now: Instant) -> Session:
    """Return the session with the job's execution running again.

    Where that was seen before it could be stored, it was not somebody else who did it.
    """
    last = last_attempt(session, step.job)
    if last and last.redrive_count > step.expect.redrive_count:
        mine: Mapping[str, object] = {"external": ""}
        return _changed(session, step, lambda run: _replace_last(run, mine), now)
    update = {
        "status": JobStatus.RUNNING,
        "redrive_count": step.expect.redrive_count + 1,
        "stopped_at": None,
        "error": "",
        "cause": "",
    }
    return _changed(session, step, lambda run: _replace_last(run, update), now)


def restarted(
    session: Session, step: RestartJob | EnterJob, text: str, execution_arn: str, now: Instant
) -> Session:
    """Return the session with a new attempt of the job running; an attempt is added only once."""
    entered = step.state if isinstance(step, EnterJob) else ""
    began = Began.ENTER_AT if entered else Began.RESTART
    running = new_attempt(session, step.job, step.attempt, text).model_copy(
        update={
            "status": JobStatus.RUNNING,
            "execution_arn": execution_arn,
            "started_at": now,
            "began": began,
            "entered_state": entered,
        }
    )
    return _changed(session, step, lambda run: _added(run, running), now)


def marked(session: Session, step: MarkDone, output: str, now: Instant) -> Session:
    """Return the session with the job done by an output that a human gave; only once."""
    last = last_attempt(session, step.job)
    text = recorded_input(last) if last else "null"
    done = new_attempt(session, step.job, step.attempt, text).model_copy(
        update={
            "execution_name": "",
            "status": JobStatus.SUCCEEDED,
            "began": Began.MARKED,
            "started_at": now,
            "stopped_at": now,
            "output": output,
        }
    )
    return _changed(session, step, lambda run: _added(run, done), now)


def has_effect(session: Session, step: JobStep) -> bool:
    """Whether the session already shows what the step did."""
    last = last_attempt(session, step.job)
    if not isinstance(step, RedriveJob):
        return last is not None and last.number >= step.attempt
    if last is None or last.execution_arn != step.execution_arn:
        return last is not None
    if last.redrive_count == step.expect.redrive_count + 1:
        return last.external != REDRIVEN
    return last.redrive_count > step.expect.redrive_count


def last_attempt(session: Session, job: str) -> Attempt | None:
    """Return the newest attempt of a job, if it ever started."""
    run = session.run(job)
    return run.last if run else None


def next_number(session: Session, job: str) -> int:
    """Return the number that the next attempt of a job has."""
    last = last_attempt(session, job)
    return last.number + 1 if last else 1


def _added(run: JobRun, attempt: Attempt) -> JobRun:
    if any(known.number == attempt.number for known in run.attempts):
        return run
    return run.model_copy(update={"attempts": (*run.attempts, attempt), "is_reset": False})


def _replace_last(run: JobRun, update: Mapping[str, object]) -> JobRun:
    if run.last is None:
        return run
    return run.model_copy(
        update={"attempts": (*run.attempts[:-1], run.last.model_copy(update=update))}
    )


def _changed(
    session: Session, step: JobStep, change: Callable[[JobRun], JobRun], now: Instant
) -> Session:
    """The session with the step's job changed, and those below reset that run again after it."""
    resets = preview(session, step.job, Mode(step.kind), step.downstream).resets

    def after(run: JobRun) -> JobRun:
        if run.job == step.job:
            return change(run)
        return run.model_copy(update={"is_reset": True}) if run.job in resets else run

    return settled(session, tuple(after(run) for run in session.runs), now)
