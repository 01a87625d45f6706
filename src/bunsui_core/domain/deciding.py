"""Who may decide what, and which recorded decisions count. Fails closed."""

from __future__ import annotations

from bunsui_core.domain.approval import Answer, ApprovalStatus, Request, SignedDecision
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.plan import Plan
from bunsui_core.domain.policy import Policy, Requirement, requirement
from bunsui_core.domain.trust import Approver
from bunsui_core.domain.value import Instant, Value

DEMO_PLACE = ("local", "000000000000")
"""Environment and account of the embedded AWS, where alone a demo key counts."""


class Law(Value):
    """What decisions about one plan are measured by, at one moment."""

    policy_digest: str
    requirement: Requirement
    now: Instant

    @property
    def approvers(self) -> int:
        """How many different humans must approve."""
        return 2 if self.requirement is Requirement.TWO else 1


class Verified(Value):
    """The approvals that count, and in sentences why others or all of them do not."""

    valid: tuple[SignedDecision, ...]
    refusals: tuple[str, ...]

    @property
    def is_approved(self) -> bool:
        """Whether the plan may run."""
        return bool(self.valid)


def refusal(plan: Plan, policy: Policy | None, approver: Approver, status: ApprovalStatus) -> str:
    """Return why this approver may not approve this plan now, or an empty text."""
    needed = requirement(policy, plan)
    waits = (
        ApprovalStatus.REQUESTED,
        *([ApprovalStatus.APPROVED] if needed is Requirement.TWO else []),
    )
    checks = (
        (status in waits, f"the request is {status.value}, it waits for no approval"),
        (policy is not None, "there is no policy with a good signature, so nothing is allowed"),
        (needed is not Requirement.DENY, "the policy does not allow this plan"),
        (approver.revoked_at is None, f"the key of {approver.name} was revoked"),
        (_counts_here(approver, plan), "a demo key decides in the embedded AWS only"),
        (
            needed is Requirement.SELF or not is_asker(approver, plan),
            f"{approver.name} asked for it, so another human must approve it",
        ),
    )
    return _first(checks)


def rejection_refusal(approver: Approver, status: ApprovalStatus) -> str:
    """Return why this approver may not reject now, or an empty text; no policy forbids it."""
    waits = {ApprovalStatus.REQUESTED, ApprovalStatus.APPROVED}
    checks = (
        (status in waits, f"the request is {status.value}, it is too late to reject it"),
        (approver.revoked_at is None, f"the key of {approver.name} was revoked"),
    )
    return _first(checks)


def flaw(signed: SignedDecision, request: Request, approver: Approver | None, law: Law) -> str:
    """Return why a decision does not count, its signature aside, or an empty text.

    `approver` is the trusted owner of the decision's key. Digests are taken of what is at hand;
    those that the request states are not believed.
    """
    decision, plan = signed.decision, request.plan
    if approver is None:
        return "its key is not trusted"
    checks = (
        (approver.name == decision.approver, "its key is another approver's"),
        (approver.revoked_at is None, f"the key of {approver.name} was revoked"),
        (decision.request_id == plan.request_id, "it is about another request"),
        (decision.plan_digest == plan.digest, "it is about another plan"),
        (text_digest(signed.shown) == decision.shown_digest, "the review was altered"),
    )
    return _first(checks) or _approval_flaw(signed, plan, approver, law)


def _approval_flaw(signed: SignedDecision, plan: Plan, approver: Approver, law: Law) -> str:
    decision = signed.decision
    if decision.decision is Answer.REJECT:
        return ""
    checks = (
        (decision.policy_digest == law.policy_digest, "the policy changed since"),
        (decision.risk is plan.risk, "it names another risk"),
        (decision.not_after <= plan.expires_at, "it would outlive the request"),
        (law.now < decision.not_after, "it has expired"),
        (_counts_here(approver, plan), "a demo key decides in the embedded AWS only"),
        (
            law.requirement is Requirement.SELF or not is_asker(approver, plan),
            f"{approver.name} asked for it",
        ),
    )
    return _first(checks)


def weigh(
    request: Request, good: tuple[SignedDecision, ...], refusals: tuple[str, ...], law: Law
) -> Verified:
    """Return whether decisions without a flaw are enough; one rejection outweighs all."""
    against = [d.decision.approver for d in good if d.decision.decision is Answer.REJECT]
    humans = {d.decision.approver for d in good} - set(against)
    checks = (
        (law.now >= request.plan.created_at, "the clock is behind the request"),
        (law.requirement is not Requirement.DENY, "the policy does not allow this plan"),
        (not against, f"{', '.join(against)} rejected it"),
        (len(humans) >= law.approvers, f"{law.approvers} must approve, {len(humans)} did"),
    )
    why = _first(checks)
    return Verified(valid=() if why else good, refusals=(*refusals, why) if why else refusals)


def is_asker(approver: Approver, plan: Plan) -> bool:
    """Whether this human asked for the plan, under the name or under the key's id."""
    return plan.requester in {f"human:{approver.name}", f"human:{approver.key_id}"}


def _counts_here(approver: Approver, plan: Plan) -> bool:
    return not approver.is_demo or (plan.environment, plan.account) == DEMO_PLACE


def _first(checks: tuple[tuple[bool, str], ...]) -> str:
    return next((why for holds, why in checks if not holds), "")
