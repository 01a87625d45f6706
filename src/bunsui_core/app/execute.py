"""Execute exactly what was decided, once.

A request is consumed by one conditional write. Per step: intent, expectation against the world,
call, record, read back. A lease that ran out is taken over and repaired, never blindly repeated.
A plan in waves gives its lease back between them, and goes on in a later turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bunsui_core.app.perform import Hands, Stopped, call, check, repair
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
from bunsui_core.domain.coherent import incoherence
from bunsui_core.domain.waves import Fate, Waves
from bunsui_core.ports.control import Claim

LEASE = timedelta(seconds=30)
"""How long an executor may be silent before another one takes over."""


@dataclass(frozen=True)
class Turn:
    """One executor at work at one moment."""

    executor: str
    now: datetime


def execute(request: Request, hands: Hands, turn: Turn) -> EffectState | None:
    """Execute a request whose decisions allow it; None when it is not this executor's to run.

    Raises: Unavailable when AWS does not answer; the lease then runs out and the step is repaired.
    """
    recorded = hands.store.requests.effect(request.id)
    if recorded is None and not _is_allowed(request, hands, turn):
        return None
    if recorded and waits(request, recorded, hands.store.sessions):
        return None
    claim = Claim(
        request_id=request.id,
        executor=turn.executor,
        now=turn.now,
        lease_until=turn.now + LEASE,
    )
    effect = hands.control.effects.claim(claim)
    if effect is None:
        return None
    ended = _run(request, effect, claim, hands)
    if ended is None:
        hands.control.effects.pause(claim)
        return EffectState.EXECUTING
    state, note = ended
    hands.control.effects.finish(claim, state, note)
    _record(f"effect_{state.value.lower()}", request, hands, turn)
    return state


def _is_allowed(request: Request, hands: Hands, turn: Turn) -> bool:
    decisions = hands.store.requests.decisions(request.id)
    if fold(request, decisions, None, turn.now).status is not ApprovalStatus.APPROVED:
        return False
    if request.plan.place != hands.place:
        _record("refused: another place", request, hands, turn)
        return False
    verified = verify_decisions(request, decisions, hands.control.keys, turn.now)
    for refusal in verified.refusals:
        _record(f"refused: {refusal}"[:200], request, hands, turn)
    return verified.is_approved


def _run(
    request: Request, effect: Effect, claim: Claim, hands: Hands
) -> tuple[EffectState, str] | None:
    if not effect.steps and (ended := _not_to_begin(request, claim, hands)):
        return ended
    if request.plan.waves:
        return _run_waves(request, request.plan.waves, effect, claim, hands)
    known = {step.number: step for step in effect.steps}
    total = len(request.plan.steps)
    for number in range(1, total + 1):
        before = known.get(number)
        if before and before.state is StepState.DONE:
            continue
        try:
            _step(request, number, before, claim, hands)
        except Stopped as stopped:
            done = f" ({number - 1} of {total} steps were done)" if total > 1 else ""
            return stopped.state, f"{stopped.note}{done}"
    return EffectState.DONE, "done as approved"


def _not_to_begin(request: Request, claim: Claim, hands: Hands) -> tuple[EffectState, str] | None:
    """How a request ends that was claimed and of which nothing is to be begun; None when it is."""
    if hands.store.requests.get(request.id).withdrawn:
        # Looked up after the claim: of the two, the later one sees the earlier.
        return EffectState.WITHDRAWN, "its asker took it back before anything ran"
    if why := incoherence(request.plan):
        return EffectState.FAILED, f"nothing was called: {why}"
    if claim.now >= request.plan.expires_at:
        return EffectState.STALE, "nothing was called: it expired before it could be begun"
    return None


def _run_waves(
    request: Request, waves: Waves, effect: Effect, claim: Claim, hands: Hands
) -> tuple[EffectState, str] | None:
    def perform(number: int, before: StepEffect | None) -> None:
        _step(request, number, before, claim, hands)

    def record(number: int, state: StepState, result: str, fate: Fate | None) -> None:
        _note(claim, number, state, result, hands, fate)

    run = WaveRun(request, effect, hands.store.sessions, perform, record)
    if hands.store.requests.get(request.id).withdrawn:
        return EffectState.FAILED, f"its asker took back the rest; {run.progress}"
    if not _still_counts(request, hands):
        return EffectState.FAILED, f"its approval does not count any more; {run.progress}"
    return run.go_on(waves)


def _still_counts(request: Request, hands: Hands) -> bool:
    """Whether keys and policy allow the rest, too; it was approved in time, however long it is."""
    decisions = hands.store.requests.decisions(request.id)
    in_time = request.plan.created_at
    return verify_decisions(request, decisions, hands.control.keys, in_time).is_approved


def _step(
    request: Request, number: int, before: StepEffect | None, claim: Claim, hands: Hands
) -> None:
    step = request.plan.steps[number - 1]
    token = f"{request.id}-{number}"
    if before is None:
        check(step, request, hands, claim.now)
        _note(claim, number, StepState.INTENDED, token, hands)
        result = call(step, token, request, hands, claim.now)
    else:
        result = repair(step, token, request, hands, claim.now)
    _note(claim, number, StepState.DONE, result, hands)


def _note(
    claim: Claim,
    number: int,
    state: StepState,
    result: str,
    hands: Hands,
    fate: Fate | None = None,
) -> None:
    effect = StepEffect(number=number, state=state, result=result, at=claim.now, fate=fate)
    hands.control.effects.record(claim, effect)


def _record(kind: str, request: Request, hands: Hands, turn: Turn) -> None:
    hands.control.audit.append(kind, request.id, turn.executor, request.plan_digest, turn.now)
