"""The policy, explained for one plan: which rule decided, what would have, and who may sign."""

from __future__ import annotations

from collections.abc import Iterable

from bunsui_core.domain.approval import Approval, lifted
from bunsui_core.domain.deciding import (
    Counted,
    Law,
    approved_before,
    could_approve,
    different,
    lifts,
    refusal,
)
from bunsui_core.domain.freezing import Frozen
from bunsui_core.domain.policy import Policy, Requirement
from bunsui_core.domain.supposing import Otherwise, otherwise
from bunsui_core.domain.trust import Approver, Role
from bunsui_core.domain.value import Instant, Value


class Signer(Value):
    """A trusted approver, and why she may not approve now; an empty `why` says that she may.

    `with_reason` says that she may when she types a reason to lift the freeze.
    """

    name: str
    role: Role
    why: str
    with_reason: bool = False


class Explained(Value):
    """What the policy says of one plan at one moment, and why.

    `number` is the rule that decided, counted from 1, 0 where none did; `rule` is its text, `why`
    what else there is to say. `approved` and `needed` count humans; `uncounted` says why recorded
    decisions do not count, `short` that too few could ever approve, `lifted` who lifted the freeze
    and why, `crowd` that more wait than the policy lets wait.
    """

    requirement: Requirement
    number: int
    rule: str
    why: str
    frozen: Frozen | None
    lifted_by: tuple[Role, ...]
    until: Instant
    needed: int
    approved: int
    signers: tuple[Signer, ...]
    uncounted: tuple[str, ...]
    short: str
    otherwise: tuple[Otherwise, ...]
    lifted: str = ""
    crowd: str = ""

    @property
    def is_approved(self) -> bool:
        """Whether as many approved as must; a freeze may hold it all the same."""
        return 0 < self.needed <= self.approved


def explain(
    policy: Policy | None,
    law: Law,
    standing: Approval,
    counted: Counted,
    approvers: Iterable[Approver],
) -> Explained:
    """Return what the policy says of a request now.

    `counted` are the decisions that count and why others do not; `approvers` all who are trusted.
    """
    ruled, trusted = law.terms.ruled, [one for one in approvers if one.revoked_at is None]
    rule = policy.rules[ruled.number - 1] if policy and ruled.number else None
    return Explained(
        requirement=ruled.requirement,
        number=ruled.number,
        rule=rule.text if rule else "",
        why=ruled.why,
        frozen=law.terms.frozen,
        lifted_by=law.terms.lifted_by,
        until=law.terms.until,
        needed=0 if law.terms.denial else law.terms.approvers,
        approved=different(counted.good),
        signers=tuple(_signer(one, law, standing) for one in trusted),
        uncounted=counted.refusals,
        short=too_few(law, standing, trusted),
        lifted=lifted(filter(lifts, counted.good)).removeprefix("; "),
        otherwise=otherwise(policy, law.terms.subjects) if policy and not ruled.is_brake else (),
    )


def _signer(approver: Approver, law: Law, standing: Approval) -> Signer:
    plan = standing.request.plan
    if approved_before(approver, standing):
        why, lifting = "decided it before", False
    else:
        why = refusal(plan, law, approver, standing)
        lifting = bool(why) and not refusal(plan, law, approver, standing, "a reason")
    return Signer(name=approver.name, role=approver.role, why=why, with_reason=lifting)


def too_few(law: Law, standing: Approval, trusted: Iterable[Approver]) -> str:
    """Return that fewer humans could approve than must, or an empty text."""
    if law.terms.denial:
        return ""
    able = [one.name for one in trusted if could_approve(one, standing.request.plan, law)]
    needed = law.terms.approvers
    if len(able) >= needed:
        return ""
    must = "two humans must approve it" if needed > 1 else "a human must approve it"
    who = f"only {able[0]} could" if able else "nobody who is trusted here could"
    return f"{must}, and {who}; another approver is missing"
