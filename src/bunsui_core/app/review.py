"""Look up, in the approver's own process, everything a human should see before deciding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bunsui_core.app.perform import Stopped, input_of
from bunsui_core.app.propose import Asked, ask_about
from bunsui_core.app.world import checks
from bunsui_core.domain.answer import Check, StepReview
from bunsui_core.domain.approval import Request
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.inputs import input_changes
from bunsui_core.domain.odds import odds
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.plan import RedriveJob, RestartJob, StartSession, Step
from bunsui_core.domain.propose import Question, verdict_for
from bunsui_core.domain.recovery import Odds
from bunsui_core.domain.rerun import last_attempt, mismatch, preview, rerun_risk
from bunsui_core.domain.reviewing import effects_of, sentence, undo_of
from bunsui_core.domain.session import Session
from bunsui_core.domain.verdict import Mode
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store


@dataclass(frozen=True)
class Looked:
    """Where the approver's process looks, and when."""

    store: Store
    seeing: Seeing
    at: datetime


def review_steps(request: Request, looked: Looked) -> tuple[StepReview, ...]:
    """Return each step of a request with what was looked up for it just now."""
    return tuple(_review(step, request, looked) for step in request.plan.steps)


def _review(step: Step, request: Request, looked: Looked) -> StepReview:
    if isinstance(step, StartSession):
        return _review_start(step, request, looked)
    text = _input_text(step, request, looked)
    session = looked.store.sessions.get(step.session_id)
    recorded = last_attempt(session, step.job)
    question = _question(step, request, looked, text)
    return StepReview(
        sentence=sentence(step, session.pipeline, request.plan),
        input=text,
        changes=input_changes(recorded.input if recorded else text, text),
        verdict=verdict_for(question, Mode(step.kind)) if question else None,
        odds=_odds(question, step, looked),
        preview=preview(session, step.job),
        effects=effects_of(session.pipeline, preview(session, step.job)),
        undo=undo_of(step),
        checks=(_honest(step, session, request), *_checks(step, question)),
    )


def _odds(question: Question | None, step: RedriveJob | RestartJob, looked: Looked) -> Odds | None:
    if question is None:
        return None
    category = question.case.diagnosis.category
    return odds(category, Mode(step.kind), looked.store.outcomes.all())


def _honest(step: RedriveJob | RestartJob, session: Session, request: Request) -> Check:
    """Whether the plan, written by its asker, names this session's own things and its risk."""
    edited = isinstance(step, RestartJob) and step.input_edited
    own = rerun_risk(session, step.job, edited)
    wrong = mismatch(step, session)
    if not wrong and request.plan.risk.rank < own.rank:
        wrong = f"the plan says {request.plan.risk.value} risk, it is {own.value}"
    return Check(name="plan", expected="honest", found=wrong or "honest", holds=not wrong)


def _checks(step: RedriveJob | RestartJob, question: Question | None) -> tuple[Check, ...]:
    if question is None:
        gone = Check(name="world", expected="visible", found="cannot be seen now", holds=False)
        return (gone,)
    return checks(step.expect, question.expect)


def _question(
    step: RedriveJob | RestartJob, request: Request, looked: Looked, text: str
) -> Question | None:
    """Return the question as of now; nothing when AWS cannot be seen or the job did not fail."""
    edited = text if isinstance(step, RestartJob) and step.input_edited else None
    asked = Asked(
        session_id=step.session_id,
        job=step.job,
        edited_input=edited,
        requester=request.plan.requester,
        at=looked.at,
        request_ids=(request.id, request.id),
    )
    try:
        return ask_about(asked, looked.store, looked.seeing)
    except BunsuiError:
        return None


def _input_text(step: RedriveJob | RestartJob, request: Request, looked: Looked) -> str:
    if isinstance(step, RestartJob):
        return _carried(step, request)
    session = looked.store.sessions.get(step.session_id)
    attempt = last_attempt(session, step.job)
    return attempt.input if attempt else "null"


def _carried(step: RestartJob | StartSession, request: Request) -> str:
    try:
        return input_of(step, request)
    except Stopped:
        return '"the request does not carry the input that the plan names"'


def _review_start(step: StartSession, request: Request, looked: Looked) -> StepReview:
    pipeline = looked.store.pipelines.get(step.pipeline)
    return StepReview(
        sentence=sentence(step, pipeline, request.plan),
        input=_carried(step, request),
        changes=(),
        verdict=None,
        odds=None,
        preview=None,
        effects=_start_effects(pipeline),
        undo=undo_of(step),
        checks=(
            Check(
                name="graph",
                expected=step.graph_hash[:12],
                found=pipeline.graph_hash[:12],
                holds=step.graph_hash == pipeline.graph_hash,
            ),
        ),
    )


def _start_effects(pipeline: Pipeline) -> tuple[str, ...]:
    return tuple(f"{job.name} is {job.effect.value} (declared)" for job in pipeline.jobs)
