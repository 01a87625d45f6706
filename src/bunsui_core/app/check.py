"""Compare what a step expects with the world, just before anything is called."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.app.fulfil import wrong_reference
from bunsui_core.app.perform import Deed, Hands, Stopped, input_of
from bunsui_core.app.propose import present_pipeline
from bunsui_core.app.questioned import foreign, question_of
from bunsui_core.app.world import checks, difference, look
from bunsui_core.domain.accepted import require_one_meaning
from bunsui_core.domain.approval import EffectState, Request
from bunsui_core.domain.coherent import elsewhere, may_be_named
from bunsui_core.domain.controlling import is_as_expected, require_control
from bunsui_core.domain.eligible import require_same_pipeline
from bunsui_core.domain.errors import BadInput, NotFound, Refused
from bunsui_core.domain.plan import (
    SESSION_RISK,
    ControlSession,
    EnterJob,
    JobStep,
    RedriveJob,
    RestartJob,
    StartSession,
    step_job,
)
from bunsui_core.domain.previewing import preview_difference
from bunsui_core.domain.propose import preview_for
from bunsui_core.domain.rerun import last_attempt, mismatch, step_risk
from bunsui_core.domain.session import Session
from bunsui_core.domain.verdict import Mode

UNDERSTATED = "nothing was called: the plan understates its risk"


def check(deed: Deed) -> None:
    """Compare what the step expects with the world. Raises: Stopped (STALE) on a difference."""
    step, request, hands, now = deed.step, deed.request, deed.hands, deed.now
    if request.plan.version == 1:
        raise Stopped(EffectState.STALE, "nothing was called: an older bunsui planned it, ask anew")
    try:
        if step_job(step) == "" and request.plan.risk.rank < SESSION_RISK.rank:
            raise Stopped(EffectState.FAILED, UNDERSTATED)
        match step:
            case StartSession():
                _check_start(step, request, hands)
            case ControlSession():
                _check_control(step, request, hands)
            case _:
                _check_job(step, request, hands, now)
    except (Refused, NotFound, BadInput) as error:
        raise Stopped(EffectState.STALE, f"nothing was called: {error.message}") from error


def _check_job(step: JobStep, request: Request, hands: Hands, now: datetime) -> None:
    session = hands.store.sessions.get(step.session_id)
    if wrong := elsewhere(session, request.plan) or mismatch(step, session):
        raise Stopped(EffectState.STALE, f"nothing was called: {wrong}")
    if request.plan.risk.rank < step_risk(step, session).rank:
        raise Stopped(EffectState.FAILED, UNDERSTATED)
    world = look(session, step.job, hands.seeing)
    if changed := difference(checks(step.expect, world.expect)):
        raise Stopped(EffectState.STALE, f"nothing was called: {changed}")
    text = _text_of(step, request, session)
    question = question_of(step, text, session, world, hands.seeing, now)
    if foreign(step, text, question):
        raise Stopped(EffectState.STALE, "nothing was called: the plan names another input")
    require_same_pipeline(session, present_pipeline(session, hands.store))
    found = preview_for(question, Mode(step.kind))
    wrong = preview_difference(step.preview, found) or _wrong_reference(step, text, hands)
    if wrong:
        raise Stopped(EffectState.STALE, f"nothing was called: {wrong}")


def _wrong_reference(step: JobStep, text: str, hands: Hands) -> str:
    """What is wrong with a reference in what a job would start with."""
    starts = isinstance(step, RestartJob | EnterJob)
    return wrong_reference(text, hands.control.payloads) if starts else ""


def _text_of(step: JobStep, request: Request, session: Session) -> str:
    """The text that goes with a step: what it carries, or what a redrive goes on with."""
    if not isinstance(step, RedriveJob):
        return input_of(step, request)
    last = last_attempt(session, step.job)
    return last.input if last else "null"


def _check_control(step: ControlSession, request: Request, hands: Hands) -> None:
    session = hands.store.sessions.get(step.session_id)
    if wrong := elsewhere(session, request.plan):
        raise Stopped(EffectState.STALE, f"nothing was called: {wrong}")
    require_control(session, step.action)
    if not is_as_expected(session, step):
        found = f"status was {step.expect_status}, is {session.status}"
        raise Stopped(EffectState.STALE, f"nothing was called: {found}")


def _check_start(step: StartSession, request: Request, hands: Hands) -> None:
    require_one_meaning(input_of(step, request), "the session's input")
    if not may_be_named(step.session_id) or _is_there(step.session_id, hands):
        why = "the plan names a session that is there, or no session could have that name"
        raise Stopped(EffectState.STALE, f"nothing was called: {why}")
    try:
        pipeline = hands.store.pipelines.get(step.pipeline)
    except NotFound as error:
        raise Stopped(EffectState.STALE, error.message) from error
    if pipeline.graph_hash != step.graph_hash:
        raise Stopped(EffectState.STALE, f"nothing was called: {step.pipeline} has a new graph")


def _is_there(session_id: str, hands: Hands) -> bool:
    try:
        hands.store.sessions.get(session_id)
    except NotFound:
        return False
    return True
