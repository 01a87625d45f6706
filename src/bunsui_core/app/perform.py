"""One step against the world: check what it expects, call once, read back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bunsui_core.app.fulfil import wrong_reference
from bunsui_core.app.propose import present_pipeline
from bunsui_core.app.questioned import foreign, question_of
from bunsui_core.app.world import checks, difference, look
from bunsui_core.domain.accepted import require_one_meaning
from bunsui_core.domain.approval import EffectState, Request
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.coherent import elsewhere, may_be_named
from bunsui_core.domain.controlling import controlled, is_as_expected, require_control
from bunsui_core.domain.eligible import require_same_pipeline
from bunsui_core.domain.errors import BadInput, Conflict, NotFound, Refused
from bunsui_core.domain.plan import (
    SESSION_RISK,
    ControlSession,
    EnterJob,
    JobStep,
    MarkDone,
    Place,
    RedriveJob,
    RestartJob,
    StartSession,
    Step,
    step_job,
)
from bunsui_core.domain.previewing import preview_difference
from bunsui_core.domain.propose import preview_for
from bunsui_core.domain.rerun import (
    has_effect,
    last_attempt,
    marked,
    mismatch,
    redriven,
    restarted,
    step_risk,
)
from bunsui_core.domain.session import JobRun, Session, SessionStatus
from bunsui_core.domain.verdict import Mode
from bunsui_core.ports.control import Control
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store

UNDERSTATED = "nothing was called: the plan understates its risk"

TRIES = 8
"""How often a session is stored again when another writer was faster."""


@dataclass(frozen=True)
class Hands:
    """What a worker holds: what it remembers, sees and may change."""

    store: Store
    seeing: Seeing
    control: Control
    place: Place


class Stopped(Exception):
    """A step that was not done, or about which nobody can be sure; carries the final state."""

    def __init__(self, state: EffectState, note: str) -> None:
        super().__init__(note)
        self.state = state
        self.note = note


def check(step: Step, request: Request, hands: Hands, now: datetime) -> None:
    """Compare what the step expects with the world. Raises: Stopped (STALE) on a difference."""
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


def call(step: Step, token: str, request: Request, hands: Hands, now: datetime) -> str:
    """Do the step and return what came back. Raises: Stopped (FAILED) when AWS refuses."""
    try:
        match step:
            case RedriveJob():
                hands.control.runner.redrive(step.execution_arn, token)
                return _redriven(step, hands, now)
            case RestartJob() | EnterJob():
                return _restart(step, request, hands, now)
            case MarkDone():
                return _mark(step, request, hands, now)
            case ControlSession():
                return _control(step, hands, now)
            case StartSession():
                return _start(step, request, hands, now)
    except (Refused, NotFound) as error:
        raise Stopped(EffectState.FAILED, error.message) from error


def repair(step: Step, token: str, request: Request, hands: Hands, now: datetime) -> str:
    """Finish a step whose executor died after its intent.

    Raises: Stopped with DONE_AMBIGUOUS, NEEDS_HUMAN or FAILED.
    """
    if not isinstance(step, RedriveJob):
        return call(step, token, request, hands, now)
    count = hands.seeing.executions.describe(step.execution_arn).redrive_count
    if count == step.expect.redrive_count:
        _must_be_newest(step, hands)
        return call(step, token, request, hands, now)
    if count == step.expect.redrive_count + 1:
        _redriven(step, hands, now)
        raise Stopped(
            EffectState.DONE_AMBIGUOUS,
            f"redriven once since the plan ({step.execution_arn}); by this request or by somebody "
            "else cannot be told, so it was not redriven again",
        )
    raise Stopped(
        EffectState.NEEDS_HUMAN,
        f"redriven {count - step.expect.redrive_count} times since the plan: look at "
        f"{step.execution_arn}",
    )


def _must_be_newest(step: RedriveJob, hands: Hands) -> None:
    """Of one job two executions do not run at a time."""
    last = last_attempt(hands.store.sessions.get(step.session_id), step.job)
    if last and last.execution_arn != step.execution_arn:
        why = f"nothing was called: job {step.job} began anew meanwhile"
        raise Stopped(EffectState.FAILED, why)


def input_of(step: Step, request: Request) -> str:
    """Return the text whose digest the plan names. Raises: Stopped when there is none."""
    named = step.output_digest if isinstance(step, MarkDone) else ""
    if isinstance(step, RestartJob | EnterJob | StartSession):
        named = step.input_digest
    for text in request.inputs:
        if json_digest(text) == named:
            return text
    raise Stopped(EffectState.FAILED, "the request does not carry the input that the plan names")


def _redriven(step: RedriveJob, hands: Hands, now: datetime) -> str:
    _store(step, hands, lambda session: redriven(session, step, now))
    count = hands.seeing.executions.describe(step.execution_arn).redrive_count
    if count > step.expect.redrive_count + 1:
        return f"{step.execution_arn} (redriveCount {count}: somebody else redrove it as well)"
    return step.execution_arn


def _restart(step: RestartJob | EnterJob, request: Request, hands: Hands, now: datetime) -> str:
    text = input_of(step, request)
    receipt = hands.control.runner.start(step.machine, step.execution_name, text)
    arn = receipt.execution_arn
    _store(step, hands, lambda session: restarted(session, step, text, arn, now))
    return arn


def _mark(step: MarkDone, request: Request, hands: Hands, now: datetime) -> str:
    output = input_of(step, request)
    _store(step, hands, lambda session: marked(session, step, output, now))
    return f"{step.job} is done with the output {step.output_digest[:12]}"


def _store(step: JobStep, hands: Hands, change: Callable[[Session], Session]) -> None:
    store_change(step.session_id, hands, lambda one: one if has_effect(one, step) else change(one))


def store_change(session_id: str, hands: Hands, change: Callable[[Session], Session]) -> Session:
    """Store a session changed, whoever else stores it meanwhile. Raises: Conflict after a while."""
    for _ in range(TRIES):
        session = hands.store.sessions.get(session_id)
        changed = change(session)
        if changed == session:
            return session
        try:
            return hands.store.sessions.save(changed)
        except Conflict:
            continue
    raise Conflict(f"session {session_id} changes too fast to be stored.", "Try again.")


def _check_control(step: ControlSession, request: Request, hands: Hands) -> None:
    session = hands.store.sessions.get(step.session_id)
    if wrong := elsewhere(session, request.plan):
        raise Stopped(EffectState.STALE, f"nothing was called: {wrong}")
    require_control(session, step.action)
    if not is_as_expected(session, step):
        found = f"status was {step.expect_status}, is {session.status}"
        raise Stopped(EffectState.STALE, f"nothing was called: {found}")


def _control(step: ControlSession, hands: Hands, now: datetime) -> str:
    session = store_change(step.session_id, hands, lambda one: controlled(one, step, now))
    return f"session {session.id} is {session.status}"


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


def _start(step: StartSession, request: Request, hands: Hands, now: datetime) -> str:
    pipeline = hands.store.pipelines.get(step.pipeline)
    plan = request.plan
    session = Session(
        id=step.session_id,
        pipeline=pipeline,
        environment=plan.environment,
        account=plan.account,
        region=plan.region,
        input=input_of(step, request),
        runs=tuple(JobRun(job=job) for job in pipeline.order),
        status=SessionStatus.RUNNING,
        created_at=now,
        requested_by=plan.requester,
        request_id=request.id,
    )
    try:
        hands.store.sessions.save(session)
    except Conflict:
        if hands.store.sessions.get(step.session_id).request_id != request.id:
            raise
    return step.session_id
