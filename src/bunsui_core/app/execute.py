"""Execute exactly what was decided, once.

A request is consumed by one conditional write. Per step: expectation against the world, intent,
call, read back, record. A lease that ran out is taken over and repaired, never blindly repeated.
A plan in waves gives its lease back between them, and goes on in a later turn.
"""

from __future__ import annotations

from datetime import datetime

from bunsui_core.app.check import check
from bunsui_core.app.lease import LEASE, Lease, Turn
from bunsui_core.app.perform import Deed, Hands, Stopped, call
from bunsui_core.app.repair import NOT_CALLED, repair, settle
from bunsui_core.app.verify import verify_decisions
from bunsui_core.app.waves import WaveRun, waits
from bunsui_core.domain.approval import (
    ApprovalStatus,
    Effect,
    EffectState,
    Request,
    StepEffect,
    StepState,
    fold,
)
from bunsui_core.domain.audit import fact_of
from bunsui_core.domain.coherent import incoherence
from bunsui_core.domain.deciding import Verified
from bunsui_core.domain.partial import stopped_at
from bunsui_core.domain.waves import Waves
from bunsui_core.ports.control import Claim

STEP_STATES = {EffectState.DONE_AMBIGUOUS: StepState.DONE}
"""How a step is recorded at which a plan stopped, when it is not simply FAILED."""

MOST_REFUSALS = 10
"""How many decisions of a request that do not count the record tells of."""


def execute(request: Request, hands: Hands, turn: Turn) -> EffectState | None:
    """Execute a request whose decisions allow it; None when it is not this executor's to run.

    Raises: Unavailable when AWS does not answer; the lease then runs out and the step is repaired.
    """
    recorded = hands.store.requests.effect(request.id)
    if recorded is None and not _is_allowed(request, hands, turn):
        return None
    if recorded and (
        recorded.state.is_final
        or waits(request, recorded, hands.store.sessions)
        or _verified(request, recorded, hands, turn.moment).held
    ):
        return None
    claim = Claim(
        request_id=request.id,
        executor=turn.executor,
        now=turn.moment,
        lease_until=turn.moment + LEASE,
    )
    effect = hands.control.effects.claim(claim)
    if effect is None:
        return None
    _record("begun", request, hands, turn)
    lease = Lease(claim, hands.control.effects, turn)
    ended = _run(request, effect, lease, hands)
    if ended is None:
        lease.pause()
        return EffectState.EXECUTING
    state, note = ended
    lease.finish(state, note)
    if done := hands.store.requests.effect(request.id):
        hands.control.audit.append(*fact_of(done), turn.moment)
    return state


def _is_allowed(request: Request, hands: Hands, turn: Turn) -> bool:
    decisions = hands.store.requests.decisions(request.id)
    if fold(request, decisions, None, turn.moment).status is not ApprovalStatus.APPROVED:
        return False
    if request.plan.place != hands.place:
        _record("refused: another place", request, hands, turn)
        return False
    verified = verify_decisions(
        request, decisions, hands.control.keys, turn.moment, hands.store.sessions
    )
    for refusal in verified.refusals[:MOST_REFUSALS]:
        _record(f"refused: {refusal}"[:200], request, hands, turn)
    return verified.is_approved


def _run(
    request: Request, effect: Effect, lease: Lease, hands: Hands
) -> tuple[EffectState, str] | None:
    """Do what can be done now; how it ended, or None while a wave runs or a freeze holds it.

    What forbids it is looked up after the claim: of two writers, the later one sees the earlier.
    """
    why, verified = "", _verified(request, effect, hands, lease.now)
    if effect.steps:
        why = _not_to_go_on(request, verified, hands)
    elif ended := _not_to_begin(request, verified, lease.now, hands):
        return ended
    if verified.held and not why:
        return None
    if request.plan.waves:
        return _run_waves(request, effect, lease, hands, why)
    return _run_in_order(request, effect, lease, hands, why)


def _verified(request: Request, effect: Effect, hands: Hands, now: datetime) -> Verified:
    """What its decisions say of a plan now; one that was begun in time may take longer."""
    store = hands.store
    decisions = store.requests.decisions(request.id)
    begun = bool(effect.steps)
    return verify_decisions(request, decisions, hands.control.keys, now, store.sessions, begun)


def _not_to_begin(
    request: Request, verified: Verified, now: datetime, hands: Hands
) -> tuple[EffectState, str] | None:
    """How a request ends that was claimed and of which nothing is to be begun; None when it is."""
    if hands.store.requests.get(request.id).withdrawn:
        return EffectState.WITHDRAWN, "its asker took it back before anything ran"
    if why := incoherence(request.plan):
        return EffectState.FAILED, f"nothing was called: {why}"
    if now >= request.plan.expires_at:
        return EffectState.STALE, "nothing was called: it expired before it could be begun"
    if not verified.valid:
        return EffectState.STALE, f"nothing was called: {verified.refusals[-1]}"
    return None


def _not_to_go_on(request: Request, verified: Verified, hands: Hands) -> str:
    """Why the rest of a plan that was begun is never done; empty when it is, now or later."""
    if hands.store.requests.get(request.id).withdrawn:
        return "its asker took back the rest"
    if not verified.valid:
        return f"its approval does not count any more ({verified.refusals[-1]})"
    return ""


def _run_in_order(
    request: Request, effect: Effect, lease: Lease, hands: Hands, why: str
) -> tuple[EffectState, str] | None:
    steps, known = request.plan.steps, {step.number: step for step in effect.steps}
    done: list[int] = []
    for number in range(1, len(steps) + 1):
        before, deed = known.get(number), Deed(request, number, hands, lease)
        if before and before.state is StepState.DONE:
            done.append(number)
            continue
        if done and not before:
            verified = _verified(request, effect, hands, lease.now)
            why = why or _not_to_go_on(request, verified, hands)
            if verified.held and not why:
                return None
        try:
            _step(deed, before, why)
        except Stopped as stopped:
            lease.record(number, STEP_STATES.get(stopped.state, StepState.FAILED), stopped.note)
            return stopped.state, stopped_at(steps, done, number, stopped.note)
        done.append(number)
    return EffectState.DONE, "done as approved"


def _run_waves(
    request: Request, effect: Effect, lease: Lease, hands: Hands, why: str
) -> tuple[EffectState, str] | None:
    waves = request.plan.waves or Waves()

    def perform(number: int, before: StepEffect | None) -> None:
        _step(Deed(request, number, hands, lease), before, why)

    run = WaveRun(request, effect, hands.store.sessions, perform, lease.record)
    if why:
        run.settle()
        return EffectState.FAILED, f"{why}; {run.progress}"
    return run.go_on(waves)


def _step(deed: Deed, before: StepEffect | None, why: str) -> None:
    """Do a step, or see what became of one that was begun; with a `why` nothing is called."""
    deed.lease.keep()
    if before and before.state is StepState.FAILED:
        raise Stopped(EffectState.FAILED, before.result)
    if before:
        result = _finished(deed, before.result) if why else repair(deed, before.result)
    elif why:
        raise Stopped(EffectState.FAILED, why)
    else:
        result = _begun(deed)
    deed.lease.record(deed.number, StepState.DONE, result)


def _begun(deed: Deed) -> str:
    check(deed)
    deed.lease.keep()
    intent = deed.intent
    deed.lease.record(deed.number, StepState.INTENDED, intent)
    deed.lease.must_hold()
    return call(deed, intent)


def _finished(deed: Deed, intent: str) -> str:
    if (done := settle(deed, intent)) is None:
        raise Stopped(EffectState.STALE, NOT_CALLED)
    return done


def _record(kind: str, request: Request, hands: Hands, turn: Turn) -> None:
    hands.control.audit.append(kind, request.id, turn.executor, request.plan_digest, turn.moment)
