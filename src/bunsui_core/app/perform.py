"""One step against the world: check what it expects, call once, read back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bunsui_core.app.world import checks, difference, expectation
from bunsui_core.domain.approval import EffectState, Request
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.errors import Conflict, NotFound, Refused
from bunsui_core.domain.plan import Place, RedriveJob, RestartJob, StartSession, Step
from bunsui_core.domain.rerun import (
    has_effect,
    mismatch,
    redriven,
    rerun_risk,
    restarted,
)
from bunsui_core.domain.session import JobRun, Session, SessionStatus
from bunsui_core.ports.control import Control
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store

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


def check(step: Step, request: Request, hands: Hands) -> None:
    """Compare what the step expects with the world. Raises: Stopped (STALE) on a difference."""
    if isinstance(step, StartSession):
        _check_start(step, hands)
        return
    session = hands.store.sessions.get(step.session_id)
    _must_be_honest(step, session, request)
    try:
        found = expectation(session, step.job, hands.seeing)
    except NotFound as error:
        raise Stopped(EffectState.STALE, error.message) from error
    if changed := difference(checks(step.expect, found)):
        raise Stopped(EffectState.STALE, f"nothing was called: {changed}")
    if isinstance(step, RestartJob):
        input_of(step, request)


def _must_be_honest(step: RedriveJob | RestartJob, session: Session, request: Request) -> None:
    if wrong := mismatch(step, session):
        raise Stopped(EffectState.STALE, f"nothing was called: {wrong}")
    edited = isinstance(step, RestartJob) and step.input_edited
    if request.plan.risk.rank < rerun_risk(session, step.job, edited).rank:
        raise Stopped(EffectState.FAILED, "nothing was called: the plan understates its risk")


def call(step: Step, token: str, request: Request, hands: Hands, now: datetime) -> str:
    """Do the step and return what came back. Raises: Stopped (FAILED) when AWS refuses."""
    try:
        match step:
            case RedriveJob():
                hands.control.runner.redrive(step.execution_arn, token)
                return _redriven(step, hands)
            case RestartJob():
                return _restart(step, request, hands)
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
        return call(step, token, request, hands, now)
    if count == step.expect.redrive_count + 1:
        _redriven(step, hands)
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


def input_of(step: RestartJob | StartSession, request: Request) -> str:
    """Return the input text whose digest the plan names. Raises: Stopped when there is none."""
    for text in request.inputs:
        if json_digest(text) == step.input_digest:
            return text
    raise Stopped(EffectState.FAILED, "the request does not carry the input that the plan names")


def _redriven(step: RedriveJob, hands: Hands) -> str:
    _store(step, hands, lambda session: redriven(session, step))
    count = hands.seeing.executions.describe(step.execution_arn).redrive_count
    if count > step.expect.redrive_count + 1:
        return f"{step.execution_arn} (redriveCount {count}: somebody else redrove it as well)"
    return step.execution_arn


def _restart(step: RestartJob, request: Request, hands: Hands) -> str:
    text = input_of(step, request)
    receipt = hands.control.runner.start(step.machine, step.execution_name, text)
    _store(step, hands, lambda session: restarted(session, step, text, receipt.execution_arn))
    return receipt.execution_arn


def _store(
    step: RedriveJob | RestartJob, hands: Hands, change: Callable[[Session], Session]
) -> None:
    for _ in range(TRIES):
        session = hands.store.sessions.get(step.session_id)
        if has_effect(session, step):
            return
        try:
            hands.store.sessions.save(change(session))
        except Conflict:
            continue
        return
    raise Conflict(f"session {step.session_id} changes too fast to be stored.", "Try again.")


def _check_start(step: StartSession, hands: Hands) -> None:
    try:
        pipeline = hands.store.pipelines.get(step.pipeline)
    except NotFound as error:
        raise Stopped(EffectState.STALE, error.message) from error
    if pipeline.graph_hash != step.graph_hash:
        raise Stopped(EffectState.STALE, f"nothing was called: {step.pipeline} has a new graph")


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
