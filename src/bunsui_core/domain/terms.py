"""On which terms a plan may be approved and executed now, as the policy in force has them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bunsui_core.domain.freezing import Freeze, Frozen, frozen
from bunsui_core.domain.plan import Plan
from bunsui_core.domain.policy import Policy, Requirement, Ruled, ruled
from bunsui_core.domain.rules import LONGEST, NOT_LOOKED_UP, Pipelines, Subject, subjects
from bunsui_core.domain.trust import Approver, Role
from bunsui_core.domain.value import Instant, Value


class Terms(Value):
    """What the policy asks for one plan, whose `subjects` its rules look at, at one moment.

    `frozen` is the freeze that holds, `lifted_by` the roles whose typed reason lifts it.
    A request waits no longer than `until`, whatever its asker wrote.
    """

    subjects: tuple[Subject, ...]
    ruled: Ruled
    frozen: Frozen | None
    lifted_by: tuple[Role, ...]
    until: Instant
    now: Instant

    @property
    def requirement(self) -> Requirement:
        """What the plan needs."""
        return self.ruled.requirement

    @property
    def approvers(self) -> int:
        """How many different humans must approve."""
        return 2 if self.requirement is Requirement.TWO else 1

    @property
    def denial(self) -> str:
        """Why the plan is not allowed at all, or an empty text."""
        if self.requirement is not Requirement.DENY:
            return ""
        if self.ruled.number:
            return f"the policy does not allow this plan: its rule {self.ruled.number} denies it"
        return f"the policy does not allow this plan: {self.ruled.why}"

    @property
    def lifters(self) -> str:
        """Who lifts a freeze, in words; empty when nobody does."""
        return lifters(self.lifted_by)

    def may_lift(self, approver: Approver) -> bool:
        """Whether an approver's typed reason lifts a freeze."""
        return approver.role in self.lifted_by


def lifters(roles: Iterable[Role]) -> str:
    """Return roles in words: `a lead or an approver`; empty without any."""
    return " or ".join(f"{'an' if one is Role.APPROVER else 'a'} {one.value}" for one in roles)


def terms(
    policy: Policy | str | None, plan: Plan, now: datetime, pipelines: Pipelines = NOT_LOOKED_UP
) -> Terms:
    """Return the terms of a plan; what only stops things is never frozen.

    A text in place of the policy says why there is none.
    """
    found, told = ruled(policy, plan, pipelines), subjects(plan, pipelines)
    waits = timedelta(minutes=found.expiry_minutes or LONGEST)
    return Terms(
        subjects=told,
        ruled=found,
        frozen=None if found.is_brake else frozen(_freezes(policy), told, now),
        lifted_by=policy.break_glass if isinstance(policy, Policy) else (),
        until=_last(plan, waits),
        now=now,
    )


def _freezes(policy: Policy | str | None) -> tuple[Freeze, ...]:
    return policy.freezes if isinstance(policy, Policy) else ()


def _last(plan: Plan, waits: timedelta) -> datetime:
    """The end of a request's time; its asker may have written a moment that has none in UTC."""
    last = plan.created_at + min(waits, plan.expires_at - plan.created_at)
    try:
        return last.astimezone(UTC)
    except OverflowError:
        return last
