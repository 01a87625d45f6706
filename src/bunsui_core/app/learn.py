"""Record what followed each executed plan, and whether it was what the plan previewed."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.domain.approval import Effect, EffectState, Request
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.fidelity import (
    States,
    attempts_since,
    fidelity,
    is_over,
    tried_by,
)
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.plan import ControlSession, JobStep, RedriveJob, StartSession
from bunsui_core.domain.session import Session
from bunsui_core.domain.verdict import Mode
from bunsui_core.domain.walk import states_run
from bunsui_core.domain.waves import Fate
from bunsui_core.ports.observe import Executions
from bunsui_core.ports.store import Store


def learn(request: Request, store: Store, executions: Executions, now: datetime) -> bool:
    """Record the outcome of a request's reruns once they ended; whether nothing is left to learn.

    Raises: Unavailable when the histories of what ran cannot be read now.
    """
    effect = store.requests.effect(request.id)
    if effect is None:
        return True
    if request.plan.waves:
        return _learn_each(request, effect, store, executions, now)
    steps = job_steps(request)
    if effect.state is not EffectState.DONE or not steps:
        return True
    try:
        sessions = {step.session_id: store.sessions.get(step.session_id) for step in steps}
    except NotFound:
        return True
    if not all(is_over(step, sessions[step.session_id]) for step in steps):
        return False
    told = (_fidelity(step, sessions[step.session_id], effect, executions) for step in steps)
    if outcome := _outcome(request, steps[0], sessions[steps[0].session_id], store, now):
        differed = "; ".join(text for text in told if text)
        store.outcomes.put(outcome.model_copy(update={"fidelity": differed}))
    return True


def _learn_each(
    request: Request, effect: Effect, store: Store, executions: Executions, now: datetime
) -> bool:
    """Record an outcome for each step of a plan in waves that was performed, also of a stopped one.

    The first has the request's id, the others the id with their number.
    """
    tried = [one.number for one in effect.steps if one.fate in {Fate.SUCCEEDED, Fate.FAILED}]
    for number in tried:
        step = request.plan.steps[number - 1]
        if isinstance(step, StartSession | ControlSession):
            continue
        session = store.sessions.get(step.session_id)
        if outcome := _outcome(request, step, session, store, now):
            said = fidelity(step, session, _states(step, session, executions), _since(effect))
            request_id = request.id if number == 1 else f"{request.id}/{number}"
            update = {"request_id": request_id, "fidelity": said}
            store.outcomes.put(outcome.model_copy(update=update))
    return True


def job_steps(request: Request) -> tuple[JobStep, ...]:
    """Return the steps of a request that run a job again."""
    steps = request.plan.steps
    return tuple(one for one in steps if not isinstance(one, StartSession | ControlSession))


def _fidelity(step: JobStep, session: Session, effect: Effect, executions: Executions) -> str:
    return fidelity(step, session, _states(step, session, executions), _since(effect))


def _since(effect: Effect) -> datetime:
    return effect.steps[0].at if effect.steps else effect.at


def _states(step: JobStep, session: Session, executions: Executions) -> States:
    """The states that ran, by execution; of a redriven one, those after what the plan saw."""
    found: dict[str, tuple[str, ...]] = {}
    for attempt in attempts_since(step, session):
        arn = attempt.execution_arn
        if not arn:
            continue
        is_redriven = isinstance(step, RedriveJob) and arn == step.execution_arn
        try:
            events = executions.history(arn)
        except NotFound:
            continue
        found[arn] = states_run(events, step.expect.last_event_id if is_redriven else 0)
    return found


def _outcome(
    request: Request, step: JobStep, session: Session, store: Store, now: datetime
) -> Outcome | None:
    tried = tried_by(step, session)
    if not tried:
        return None
    diagnosis = store.diagnoses.get(step.session_id, step.job)
    known = diagnosis if diagnosis and step.expect.status.is_failure else None
    asked_at = request.plan.created_at
    failed_at = (known.failure.failed_at if known else None) or asked_at
    return Outcome(
        request_id=request.id,
        session_id=step.session_id,
        job=step.job,
        mode=Mode(step.kind),
        category=known.category if known else None,
        result=tried[-1].status,
        waited_s=max(0, int((asked_at - failed_at).total_seconds())),
        at=now,
    )
