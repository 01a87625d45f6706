"""Who may decide what, and which recorded decisions count. Fails closed."""

from __future__ import annotations

from collections.abc import Iterable

from bunsui_core.domain.approval import (
    Answer,
    Approval,
    ApprovalStatus,
    Request,
    SignedDecision,
)
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.plan import Plan
from bunsui_core.domain.policy import Requirement
from bunsui_core.domain.terms import Terms
from bunsui_core.domain.trust import Approver
from bunsui_core.domain.value import Value

DEMO_PLACE = ("local", "000000000000")
"""Environment and account of the embedded AWS, where alone a demo key counts."""


class Law(Value):
    """What decisions about one plan are measured by, at one moment.

    Of a plan that was `begun` in time nobody asks again whether its time is over.
    """

    policy_digest: str
    terms: Terms
    begun: bool = False


class Counted(Value):
    """The decisions that count, and in sentences why others do not."""

    good: tuple[SignedDecision, ...] = ()
    refusals: tuple[str, ...] = ()


class Verified(Value):
    """The approvals that count, and in sentences why others or all of them do not.

    `held` says why the plan does not run now although they are enough: a freeze ends.
    """

    valid: tuple[SignedDecision, ...]
    refusals: tuple[str, ...]
    held: str = ""

    @property
    def is_approved(self) -> bool:
        """Whether the plan may run now."""
        return bool(self.valid) and not self.held


def refusal(
    plan: Plan, law: Law, approver: Approver, standing: Approval, break_glass: str = ""
) -> str:
    """Return why this approver may not approve this plan now, or an empty text."""
    terms = law.terms
    checks = (
        (_waits(law, standing, break_glass), _no_waiting(standing)),
        (not terms.denial, terms.denial),
        (approver.revoked_at is None, f"the key of {approver.name} was revoked"),
        (_counts_here(approver, plan), "a demo key decides in the embedded AWS only"),
        (
            terms.requirement is Requirement.SELF or not is_asker(approver, plan),
            f"{approver.name} asked for it, so another human must approve it",
        ),
        (terms.now >= plan.created_at, "the request is of a time that has not come yet"),
        (terms.now < terms.until, "it waited longer than the policy lets a request wait"),
    )
    return _first(checks) or _freeze_refusal(terms, approver, standing, break_glass)


def _freeze_refusal(terms: Terms, approver: Approver, standing: Approval, break_glass: str) -> str:
    if terms.frozen is None:
        return "nothing is frozen now, so there is no glass to break" if break_glass else ""
    who = terms.lifters
    way = f"{who} may lift the freeze with a typed reason" if who else "nobody may lift the freeze"
    if break_glass:
        return "" if terms.may_lift(approver) else f"it is {terms.frozen.text}; {way}"
    lifted = any(lifts(one) for one in standing.decisions)
    return "" if lifted else f"it is {terms.frozen.text}; {way}"


def _waits(law: Law, standing: Approval, break_glass: str) -> bool:
    """Whether one more approval can still matter: others may not count, or not lift the freeze."""
    if standing.status is ApprovalStatus.REQUESTED:
        return True
    outdated = any(d.decision.policy_digest != law.policy_digest for d in standing.decisions)
    more = law.terms.requirement is Requirement.TWO or bool(break_glass) or outdated
    return standing.status is ApprovalStatus.APPROVED and more


def _no_waiting(standing: Approval) -> str:
    return f"the request is {standing.status.value}, it waits for no approval"


def approved_before(approver: Approver, standing: Approval) -> bool:
    """Whether this approver's answer to a request is recorded; the same human counts once."""
    return any(d.decision.approver == approver.name for d in standing.decisions)


def rejection_refusal(approver: Approver, standing: Approval) -> str:
    """Return why this approver may not reject now, or an empty text; no policy forbids it.

    Of a plan of several steps the rest is stopped while it is executed.
    """
    status = standing.status
    is_partial = status is ApprovalStatus.EXECUTING and len(standing.request.plan.steps) > 1
    waits = status in {ApprovalStatus.REQUESTED, ApprovalStatus.APPROVED} or is_partial
    checks = (
        (waits, f"the request is {status.value}, it is too late to reject it"),
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
    decision, terms = signed.decision, law.terms
    if decision.decision is Answer.REJECT:
        return ""
    checks = (
        (decision.policy_digest == law.policy_digest, "the policy changed since"),
        (decision.risk is plan.risk, "it names another risk"),
        (decision.not_after <= plan.expires_at, "it would outlive the request"),
        (law.begun or terms.now < decision.not_after, "it has expired"),
        (_counts_here(approver, plan), "a demo key decides in the embedded AWS only"),
        (
            terms.requirement is Requirement.SELF or not is_asker(approver, plan),
            f"{approver.name} asked for it",
        ),
        (
            not decision.break_glass or (lifts(signed) and terms.may_lift(approver)),
            f"the policy does not let {approver.name} lift a freeze",
        ),
    )
    return _first(checks)


def weigh(request: Request, counted: Counted, law: Law) -> Verified:
    """Return whether the decisions that count are enough; one rejection outweighs all."""
    terms, good, refusals = law.terms, counted.good, counted.refusals
    against = [d.decision.approver for d in good if d.decision.decision is Answer.REJECT]
    checks = (
        (terms.now >= request.plan.created_at, "the clock is behind the request"),
        (not terms.denial, terms.denial),
        (not against, f"{', '.join(against)} rejected it"),
        (
            law.begun or terms.now < terms.until,
            "it waited longer than the policy lets a request wait",
        ),
        (
            different(good) >= terms.approvers,
            f"{terms.approvers} must approve, {different(good)} did",
        ),
    )
    if why := _first(checks):
        return Verified(valid=(), refusals=(*refusals, why))
    is_held = terms.frozen is not None and not any(lifts(one) for one in good)
    held = terms.frozen.text if terms.frozen and is_held else ""
    return Verified(valid=good, refusals=(*refusals, held) if held else refusals, held=held)


def different(decisions: Iterable[SignedDecision]) -> int:
    """Return how many humans approved: neither a name nor a key counts twice."""
    made = [d.decision for d in decisions if d.decision.decision is Answer.APPROVE]
    return min(len({one.approver for one in made}), len({one.key_id for one in made}))


def lifts(signed: SignedDecision) -> bool:
    """Whether an approval says why it lifts a freeze, under its signature."""
    made = signed.decision
    is_signed = made.version != 1 and bool(made.break_glass.strip())
    return is_signed and made.decision is Answer.APPROVE


def could_approve(approver: Approver, plan: Plan, law: Law) -> bool:
    """Whether an approval of this approver could count for a plan, if she has not decided."""
    may_ask = law.terms.requirement is Requirement.SELF or not is_asker(approver, plan)
    return may_ask and approver.revoked_at is None and _counts_here(approver, plan)


def is_asker(approver: Approver, plan: Plan) -> bool:
    """Whether this human asked for the plan, under the name or under the key's id."""
    return plan.requester in {f"human:{approver.name}", f"human:{approver.key_id}"}


def _counts_here(approver: Approver, plan: Plan) -> bool:
    return not approver.is_demo or (plan.environment, plan.account) == DEMO_PLACE


def _first(checks: tuple[tuple[bool, str], ...]) -> str:
    return next((why for holds, why in checks if not holds), "")
