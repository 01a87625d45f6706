"""Look up, in the approver's own process, everything a human should see before deciding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bunsui_core.app.glance import at_a_glance
from bunsui_core.app.held_up import (
    as_planned,
    nameable,
    no_less_risky,
    of_this_place,
    still_so,
    true_to,
)
from bunsui_core.app.perform import Stopped, input_of
from bunsui_core.app.propose import Asked, offers
from bunsui_core.domain.answer import Check, StepReview
from bunsui_core.domain.approval import Request
from bunsui_core.domain.coherent import incoherence
from bunsui_core.domain.controlling import is_as_expected, open_jobs, waiting_jobs
from bunsui_core.domain.entry import entry_in
from bunsui_core.domain.errors import BunsuiError, NotFound
from bunsui_core.domain.inputs import input_changes
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.plan import (
    SESSION_RISK,
    Control,
    ControlSession,
    EnterJob,
    JobStep,
    MarkDone,
    RedriveJob,
    StartSession,
    Step,
    step_job,
)
from bunsui_core.domain.previewing import preview
from bunsui_core.domain.propose import Question, odds_for, preview_for, verdict_for
from bunsui_core.domain.rerun import last_attempt, mismatch, recorded_input
from bunsui_core.domain.reviewing import effects_of, sentence, undo_of
from bunsui_core.domain.safe import safe
from bunsui_core.domain.session import Session
from bunsui_core.domain.stepped import wanted_of
from bunsui_core.domain.verdict import Look, Mode, Subject
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store


@dataclass(frozen=True)
class Looked:
    """Where the approver's process looks, and when."""

    store: Store
    seeing: Seeing
    at: datetime


def review_steps(request: Request, looked: Looked) -> tuple[StepReview, ...]:
    """Return each step of a request with what was looked up for it just now.

    Of a plan in waves the canary is looked up in AWS, the others as they were archived; so is all
    of a plan of which nothing may be done.
    """
    steps, waves, wrong = request.plan.steps, request.plan.waves, incoherence(request.plan)
    first = 0 if wrong else waves.canary if waves else len(steps)
    glance = replace(looked, seeing=at_a_glance(looked.seeing, looked.store))
    found = tuple(
        _review(step, request, looked if number < first else glance)
        for number, step in enumerate(steps)
    )
    return (_refused(found[0], wrong), *found[1:]) if wrong else found


def _refused(step: StepReview, wrong: str) -> StepReview:
    """The step, marked as one of a plan of which nothing may be done."""
    check = Check(name="whole plan", expected="coherent", found=wrong, holds=False)
    return step.model_copy(update={"checks": (check, *step.checks)})


def _review(step: Step, request: Request, looked: Looked) -> StepReview:
    try:
        if isinstance(step, StartSession):
            return _review_start(step, request, looked)
        if isinstance(step, ControlSession):
            return _review_control(step, request, looked)
        return _review_job(step, request, looked)
    except NotFound as error:
        return _review_nothing(step, error)


def _review_nothing(step: Step, error: NotFound) -> StepReview:
    """What is shown of a step about nothing that is there: so that it can be rejected."""
    return StepReview(
        sentence=f"{step.kind} {safe(step_job(step) or step.session_id, 80, False)}, not there",
        input="null",
        changes=(),
        verdict=None,
        odds=None,
        preview=None,
        effects=(),
        undo="there is nothing to undo",
        checks=(Check(name="step", expected="there", found=error.message, holds=False),),
    )


def _review_job(step: JobStep, request: Request, looked: Looked) -> StepReview:
    text = _carried_by(step, request, looked)
    session = looked.store.sessions.get(step.session_id)
    if session.pipeline.find(step.job) is None:
        raise NotFound(mismatch(step, session), "Reject the request.")
    question = _question(step, request, looked, text)
    mode = Mode(step.kind)
    found = (
        preview_for(question, mode)
        if question
        else preview(session, step.job, mode, step.downstream)
    )
    before, after = _compared(step, session, text, question)
    return StepReview(
        sentence=sentence(step, session.pipeline, request.plan),
        input=after,
        changes=input_changes(before, after),
        verdict=verdict_for(question, mode) if question else None,
        odds=odds_for(question, mode, looked.store.outcomes.all()) if question else None,
        preview=found,
        effects=effects_of(session.pipeline, found),
        undo=undo_of(step),
        checks=(
            true_to(step, session, request),
            *still_so(step, question),
            *as_planned(step, question, text),
        ),
        since=_since(question),
    )


def _since(question: Question | None) -> tuple[Look, ...]:
    """What was looked at beside the failure, its input aside: that has a difference of its own."""
    looks = question.case.looks if question and question.case else ()
    return tuple(one for one in looks if one.subject is not Subject.INPUT)


def _compared(
    step: JobStep, session: Session, text: str, question: Question | None
) -> tuple[str, str]:
    """The text that was recorded and the one that is carried; of an entry, those of its state."""
    recorded = last_attempt(session, step.job)
    if isinstance(step, MarkDone):
        return text, text
    if isinstance(step, EnterJob):
        given = entry_in(text)
        known = question.ground.recorded if question else None
        after = given.input if given else text
        return (after if known is None else known), after
    return (recorded_input(recorded) if recorded else text), text


def _question(step: JobStep, request: Request, looked: Looked, text: str) -> Question | None:
    """Return the question as of now; nothing when AWS cannot be seen or it is not possible now."""
    asked = Asked(
        session_id=step.session_id,
        job=step.job,
        wanted=wanted_of(step, text),
        requester=request.plan.requester,
        at=looked.at,
        request_ids=(request.id,),
        repairs=False,
    )
    try:
        return offers(asked, looked.store, looked.seeing).question
    except BunsuiError:
        return None


def _carried_by(step: JobStep, request: Request, looked: Looked) -> str:
    if not isinstance(step, RedriveJob):
        return _carried(step, request)
    session = looked.store.sessions.get(step.session_id)
    attempt = last_attempt(session, step.job)
    return attempt.input if attempt else "null"


def _carried(step: Step, request: Request) -> str:
    try:
        return input_of(step, request)
    except Stopped:
        return '"the request does not carry the input that the plan names"'


def _review_control(step: ControlSession, request: Request, looked: Looked) -> StepReview:
    session = looked.store.sessions.get(step.session_id)
    running, waiting = ", ".join(open_jobs(session)), ", ".join(waiting_jobs(session))
    told = {
        Control.PAUSE: (("runs to the end", running), ("does not start", waiting)),
        Control.UNPAUSE: (("starts when its turn comes", waiting), ("runs on", running)),
        Control.CANCEL: (("stopped", running), ("never starts", waiting)),
    }[step.action]
    return StepReview(
        sentence=sentence(step, session.pipeline, request.plan),
        input="null",
        changes=(),
        verdict=None,
        odds=None,
        preview=None,
        effects=tuple(f"{what}: {jobs or 'nothing'}" for what, jobs in told),
        undo=undo_of(step),
        checks=(
            no_less_risky(request.plan.risk, SESSION_RISK),
            *of_this_place(session, request),
            Check(
                name="session",
                expected=step.expect_status.value,
                found=session.status.value,
                holds=is_as_expected(session, step),
            ),
        ),
    )


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
            no_less_risky(request.plan.risk, SESSION_RISK),
            nameable(step),
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
