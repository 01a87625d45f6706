"""One step against the world: call once, read back, and store what it made of its session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bunsui_core.app.fulfil import Means
from bunsui_core.app.lease import Lease
from bunsui_core.domain.approval import EffectState, Request
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.controlling import controlled, is_as_expected, require_control
from bunsui_core.domain.errors import Conflict, NotAuthorised, NotFound, Refused
from bunsui_core.domain.plan import (
    ControlSession,
    EnterJob,
    MarkDone,
    Place,
    RedriveJob,
    RestartJob,
    StartSession,
    Step,
)
from bunsui_core.domain.rerun import has_effect, marked, redriven, restarted
from bunsui_core.domain.session import JobRun, Session, SessionStatus
from bunsui_core.domain.traces import Trace, intended, trace
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


def means_of(hands: Hands, clock: Callable[[], datetime]) -> Means:
    """Return what of it brings sessions forward."""
    control = hands.control
    return Means(
        sessions=hands.store.sessions,
        executions=hands.seeing.executions,
        runner=control.runner,
        payloads=control.payloads,
        clock=clock,
    )


class Stopped(Exception):
    """A step that was not done, or about which nobody can be sure; carries the final state."""

    def __init__(self, state: EffectState, note: str) -> None:
        super().__init__(note)
        self.state = state
        self.note = note


@dataclass(frozen=True)
class Deed:
    """One step of a request, in the hands of whoever holds the lease."""

    request: Request
    number: int
    hands: Hands
    lease: Lease

    @property
    def step(self) -> Step:
        """What is to be done."""
        return self.request.plan.steps[self.number - 1]

    @property
    def token(self) -> str:
        """What this step, and no other, is known by in AWS and in a session."""
        return f"{self.request.id}-{self.number}"

    @property
    def now(self) -> datetime:
        """The moment now."""
        return self.lease.now

    @property
    def intent(self) -> str:
        """What is recorded before the call, from the session as it is now."""
        is_control = isinstance(self.step, ControlSession)
        known = self.hands.store.sessions.get(self.step.session_id) if is_control else None
        return intended(self.step, self.token, known)


def call(deed: Deed, intent: str) -> str:
    """Do the step and return what came back.

    Raises: Stopped when AWS refuses, or the session is not as the intent says any more.
    """
    step = deed.step
    try:
        match step:
            case RedriveJob():
                return _redrive(step, deed)
            case RestartJob() | EnterJob():
                return _restart(step, deed)
            case MarkDone():
                return _mark(step, deed)
            case ControlSession():
                return _control(step, deed, intent)
            case StartSession():
                return _start(step, deed)
    except NotAuthorised as error:
        raise Stopped(EffectState.FAILED, f"nothing was called: {error.message}") from error
    except (Refused, NotFound) as error:
        raise Stopped(EffectState.FAILED, error.message) from error


def input_of(step: Step, request: Request) -> str:
    """Return the text whose digest the plan names. Raises: Stopped when there is none."""
    named = step.output_digest if isinstance(step, MarkDone) else ""
    if isinstance(step, RestartJob | EnterJob | StartSession):
        named = step.input_digest
    for text in request.inputs:
        if json_digest(text) == named:
            return text
    raise Stopped(EffectState.FAILED, "the request does not carry the input that the plan names")


def _redrive(step: RedriveJob, deed: Deed) -> str:
    try:
        deed.hands.control.runner.redrive(step.execution_arn, deed.token, deed.lease.must_hold)
    except Refused as error:
        raise _refused(step, deed, error) from error
    keep_redriven(step, deed)
    count = redrives(step, deed.hands)
    if count > step.expect.redrive_count + 1:
        raise Stopped(
            EffectState.NEEDS_HUMAN,
            f"{step.execution_arn} was redriven, and by somebody else as well "
            f"(redriveCount {count}): look at it",
        )
    return step.execution_arn


def _refused(step: RedriveJob, deed: Deed, error: Refused) -> Stopped:
    """What a refusal means: somebody was faster, or the execution cannot be redriven at all."""
    found = deed.hands.seeing.executions.describe(step.execution_arn)
    expected = step.expect
    if found.redrive_count == expected.redrive_count and found.status is expected.status:
        return Stopped(EffectState.FAILED, error.message)
    return Stopped(
        EffectState.STALE,
        f"AWS refused the call, somebody was faster: status was {expected.status}, is "
        f"{found.status}; redrives was {expected.redrive_count}, is {found.redrive_count}",
    )


def redrives(step: RedriveJob, hands: Hands) -> int:
    """Return how often the execution was redriven, as AWS says now."""
    return hands.seeing.executions.describe(step.execution_arn).redrive_count


def keep_redriven(step: RedriveJob, deed: Deed) -> None:
    """Store that the execution runs again, once."""

    def once(session: Session) -> Session:
        return session if has_effect(session, step) else redriven(session, step, deed.now)

    store_change(step.session_id, deed.hands, once)


def _restart(step: RestartJob | EnterJob, deed: Deed) -> str:
    text = input_of(step, deed.request)
    try:
        receipt = deed.hands.control.runner.start(step.machine, step.execution_name, text)
    except Conflict as error:
        raise Stopped(EffectState.NEEDS_HUMAN, f"nothing was called: {error.message}") from error
    keep_restarted(step, deed, receipt.execution_arn)
    return receipt.execution_arn


def keep_restarted(step: RestartJob | EnterJob, deed: Deed, arn: str) -> None:
    """Store the attempt that was started, once. Raises: Stopped when another one is there."""
    text = input_of(step, deed.request)

    def once(session: Session) -> Session:
        match trace(step, session):
            case Trace.OWN:
                return session
            case Trace.OTHER:
                raise Stopped(
                    EffectState.NEEDS_HUMAN,
                    f"{arn} runs, and meanwhile job {step.job} got another attempt: look at both",
                )
        return restarted(session, step, text, arn, deed.now)

    store_change(step.session_id, deed.hands, once)


def _mark(step: MarkDone, deed: Deed) -> str:
    output = input_of(step, deed.request)

    def once(session: Session) -> Session:
        match trace(step, session):
            case Trace.OWN:
                return session
            case Trace.OTHER:
                raise Stopped(
                    EffectState.STALE, f"nothing was called: job {step.job} began anew meanwhile"
                )
        return marked(session, step, output, deed.now)

    store_change(step.session_id, deed.hands, once)
    return f"{step.job} is done with the output {step.output_digest[:12]}"


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


def _control(step: ControlSession, deed: Deed, intent: str) -> str:
    def once(session: Session) -> Session:
        if session.wished_by == deed.token:
            return session
        if intended(step, deed.token, session) != intent or not is_as_expected(session, step):
            raise Stopped(
                EffectState.STALE,
                f"nothing was called: {session.wished_by or 'somebody'} was faster, session "
                f"{session.id} is {session.status}",
            )
        require_control(session, step.action)
        changed = controlled(session, step, deed.now)
        return changed.model_copy(update={"wished_by": deed.token})

    session = store_change(step.session_id, deed.hands, once)
    return f"session {session.id} is {session.status}"


def _start(step: StartSession, deed: Deed) -> str:
    store, request = deed.hands.store, deed.request
    pipeline = store.pipelines.get(step.pipeline)
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
        created_at=deed.now,
        requested_by=plan.requester,
        request_id=request.id,
    )
    try:
        store.sessions.save(session)
    except Conflict as error:
        if store.sessions.get(step.session_id).request_id != request.id:
            why = f"nothing was called: session {step.session_id} is there by now"
            raise Stopped(EffectState.STALE, why) from error
    return step.session_id
