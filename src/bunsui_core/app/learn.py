"""Record what followed each executed plan."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.domain.approval import EffectState, Request
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.plan import RedriveJob, RestartJob
from bunsui_core.domain.session import Attempt, Session
from bunsui_core.domain.verdict import Mode
from bunsui_core.ports.store import Store


def learn(request: Request, store: Store, now: datetime) -> Outcome | None:
    """Return and store the outcome of a request's rerun once its job has settled."""
    effect = store.requests.effect(request.id)
    step = request.plan.steps[0]
    if effect is None or effect.state is not EffectState.DONE:
        return None
    if not isinstance(step, RedriveJob | RestartJob):
        return None
    session = store.sessions.get(step.session_id)
    attempt = _attempt(session, step)
    diagnosis = store.diagnoses.get(step.session_id, step.job)
    if attempt is None or attempt.status.is_open or diagnosis is None:
        return None
    outcome = _outcome(request, step, attempt, diagnosis, now)
    store.outcomes.put(outcome)
    return outcome


def _attempt(session: Session, step: RedriveJob | RestartJob) -> Attempt | None:
    number = step.attempt if isinstance(step, RestartJob) else step.expect.attempt
    run = session.run(step.job)
    return next((a for a in run.attempts if a.number == number), None) if run else None


def _outcome(
    request: Request,
    step: RedriveJob | RestartJob,
    attempt: Attempt,
    diagnosis: Diagnosis,
    now: datetime,
) -> Outcome:
    failed_at = diagnosis.failure.failed_at or request.plan.created_at
    return Outcome(
        request_id=request.id,
        session_id=step.session_id,
        job=step.job,
        mode=Mode(step.kind),
        category=diagnosis.category,
        result=attempt.status,
        waited_s=max(0, int((request.plan.created_at - failed_at).total_seconds())),
        at=now,
    )
