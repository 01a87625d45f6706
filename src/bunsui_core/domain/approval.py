"""The agent's question, the human's signed answer, and the fold of everything that happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from bunsui_core.domain.canonical import canonical, canonical_json, text_digest
from bunsui_core.domain.errors import Conflict
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.plan import Plan, Risk
from bunsui_core.domain.value import Instant, JsonText, Value
from bunsui_core.domain.waves import Fate, progress

REASON_LIMIT = 2000
"""Longest reason, in characters, that an asker may give."""


LONGEST_WAIT = timedelta(days=7)
"""How long a request waits at most, whatever its asker and the policy say."""


class Withdrawal(Value):
    """That an asker took a request back, and why. It can only keep a plan from running."""

    request_id: str
    by: str
    reason: str
    at: Instant


class Request(Value):
    """A plan, the texts of its inputs, and the asker's own words, which are never trusted."""

    plan: Plan
    plan_digest: str
    reason: str
    reason_digest: str
    inputs: tuple[JsonText, ...] = ()
    client_claim: str = ""
    withdrawn: Withdrawal | None = None

    @property
    def id(self) -> str:
        """The request's id, which is the plan's."""
        return self.plan.request_id


def ask(plan: Plan, reason: str, inputs: tuple[str, ...], client_claim: str = "") -> Request:
    """Return the request for a plan, with its digests."""
    return Request(
        plan=plan,
        plan_digest=plan.digest,
        reason=reason,
        reason_digest=text_digest(reason),
        inputs=inputs,
        client_claim=client_claim,
    )


class Answer(StrEnum):
    """What a human may say."""

    APPROVE = "approve"
    REJECT = "reject"


class Decision(Value):
    """The bytes a human signs: bound to one plan, one request, one policy and what was shown.

    `break_glass` is why a freeze of the policy is lifted for this plan, typed by the human; empty
    when none is. A decision of version 1 was signed before there was such a thing.
    """

    version: Literal[1, 2] = 2
    request_id: str
    plan_digest: str
    decision: Answer
    approver: str
    key_id: str
    policy_digest: str
    risk: Risk
    shown_digest: str
    audit_head: str
    not_after: Instant
    nonce: str
    reason: str = ""
    break_glass: str = ""

    @property
    def slot(self) -> str:
        """Where it is kept: who approved may reject later, which stops the rest."""
        return self.approver if self.decision is Answer.APPROVE else f"{self.approver}#stop"

    @property
    def message(self) -> bytes:
        """What the signature covers."""
        if self.version == 1:
            signed = self.model_dump(mode="json", exclude={"break_glass"})
            return b"bunsui/decision/v1\0" + canonical_json(signed)
        return b"bunsui/decision/v2\0" + canonical(self)


class SignedDecision(Value):
    """A decision with its Ed25519 signature (hex) and the review document that was shown.

    `needs` is how many had to approve when it was made, so that a list can say whether one more
    is awaited; nobody believes it who executes.
    """

    decision: Decision
    signature: str
    shown: str
    at: Instant
    needs: int = 1


def may_follow(known: Decision, made: Decision) -> bool:
    """Whether one approver's second answer stands beside the first: a rejection after approving."""
    return known.decision is Answer.APPROVE and made.decision is Answer.REJECT


def decided_before(made: Decision) -> Conflict:
    """Return the error for an approver whose answer stands already."""
    return Conflict(
        f"{made.approver} has decided request {made.request_id} before.",
        "A decision stands; ask again for another one.",
    )


class EffectState(StrEnum):
    """How far the execution of a request came."""

    EXECUTING = "EXECUTING"
    DONE = "DONE"
    FAILED = "FAILED"
    STALE = "STALE"
    DONE_AMBIGUOUS = "DONE_AMBIGUOUS"
    NEEDS_HUMAN = "NEEDS_HUMAN"
    WITHDRAWN = "WITHDRAWN"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will be done for this request."""
        return self is not EffectState.EXECUTING


class StepState(StrEnum):
    """How far one step came. An intent is written before the call it names."""

    INTENDED = "INTENDED"
    DONE = "DONE"
    FAILED = "FAILED"


class StepEffect(Value):
    """What was done for one step; `result` is the ARN or the sentence that came back.

    `fate` is what came of the job, in a plan of waves, once its wave has ended.
    """

    number: int
    state: StepState
    result: str
    at: Instant
    fate: Fate | None = None


class Effect(Value):
    """The one consumption of a request, with its steps."""

    request_id: str
    state: EffectState
    executor: str
    lease_until: Instant
    claims: int
    note: str
    at: Instant
    steps: tuple[StepEffect, ...] = ()


class ApprovalStatus(StrEnum):
    """Where a request stands. "Pending" is never stored, it is derived."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    EXECUTING = "EXECUTING"
    DONE = "DONE"
    FAILED = "FAILED"
    STALE = "STALE"
    DONE_AMBIGUOUS = "DONE_AMBIGUOUS"
    NEEDS_HUMAN = "NEEDS_HUMAN"
    WITHDRAWN = "WITHDRAWN"

    @property
    def is_open(self) -> bool:
        """Whether something can still happen for this request."""
        return self in {
            ApprovalStatus.REQUESTED,
            ApprovalStatus.APPROVED,
            ApprovalStatus.EXECUTING,
        }


class Approval(Value):
    """Everything known about one request, folded.

    `outcomes` are what came of it, once its jobs have ended; a list leaves them out.
    """

    request: Request
    status: ApprovalStatus
    decisions: tuple[SignedDecision, ...]
    effect: Effect | None
    note: str
    outcomes: tuple[Outcome, ...] = ()


def fold(
    request: Request,
    decisions: tuple[SignedDecision, ...],
    effect: Effect | None,
    now: Instant,
) -> Approval:
    """Return where a request stands. Signatures are the executor's to verify, not this view's."""
    status, note = _status(request, decisions, effect, now)
    return Approval(request=request, status=status, decisions=decisions, effect=effect, note=note)


def _status(
    request: Request,
    decisions: tuple[SignedDecision, ...],
    effect: Effect | None,
    now: Instant,
) -> tuple[ApprovalStatus, str]:
    answers = {d.decision.decision: d.decision for d in decisions}
    if effect:
        told = [effect.note or _how_far(request, effect)]
        if not effect.state.is_final and (stopped := answers.get(Answer.REJECT)):
            told.insert(0, f"{stopped.approver} stopped what is not begun")
        return ApprovalStatus(effect.state.value), "; ".join(one for one in told if one)
    if rejected := answers.get(Answer.REJECT):
        return ApprovalStatus.REJECTED, rejected.reason
    if request.withdrawn:
        return ApprovalStatus.WITHDRAWN, request.withdrawn.reason
    if _is_over(request.plan, now):
        return ApprovalStatus.EXPIRED, "nobody decided in time"
    return _awaited([d for d in decisions if d.decision.decision is Answer.APPROVE])


def _awaited(approvals: list[SignedDecision]) -> tuple[ApprovalStatus, str]:
    """Whether the approvals are as many as were needed, and whom the request waits for."""
    if not approvals:
        return ApprovalStatus.REQUESTED, "waiting for a human"
    needed, names = max(one.needs for one in approvals), _names(approvals)
    by = f"approved by {' and '.join(names)}"
    if len(names) < needed:
        said = f"{by}: {len(names)} of {needed}, another must approve"
        return ApprovalStatus.REQUESTED, f"{said}{lifted(approvals)}"
    return ApprovalStatus.APPROVED, f"{by}, waiting for the worker{lifted(approvals)}"


def lifted(decisions: Iterable[SignedDecision]) -> str:
    """Return who lifted a freeze and why, to be added to a sentence; empty when nobody did."""
    made = [d.decision for d in decisions if d.decision.version != 1 and d.decision.break_glass]
    return "".join(f"; {one.approver} LIFTED A FREEZE: {one.break_glass}" for one in made)


def _names(approvals: list[SignedDecision]) -> list[str]:
    return list(dict.fromkeys(one.decision.approver for one in approvals))


def _is_over(plan: Plan, now: Instant) -> bool:
    """Whether its time is over; whatever its asker wrote, it waits no longer than any may."""
    return now >= plan.expires_at or now - plan.created_at >= LONGEST_WAIT


def _how_far(request: Request, effect: Effect) -> str:
    """How far a plan in waves is; a job that was started counts as running until its wave ends."""
    if request.plan.waves is None:
        return ""
    begun = (step for step in effect.steps if step.fate or step.state is StepState.DONE)
    return progress(len(request.plan.steps), {s.number: s.fate or Fate.RUNNING for s in begun})
