"""What a policy that parses would do here, and what of it can hardly be meant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from bunsui_core.domain.freezing import thaw
from bunsui_core.domain.policy import Match, Policy, Requirement
from bunsui_core.domain.propose import LIFETIME
from bunsui_core.domain.rules import BRAKES, Rule, is_like
from bunsui_core.domain.trust import Approver
from bunsui_core.domain.value import Value


class Surroundings(Value):
    """What a policy is looked at with: who is trusted, and which names there are.

    What is not given is not known: nothing is said of it.
    """

    approvers: tuple[Approver, ...] | None = None
    environments: tuple[str, ...] = ()
    pipelines: tuple[str, ...] = ()


def remarks(policy: Policy, around: Surroundings, now: datetime) -> tuple[str, ...]:
    """Return what somebody should know who is about to sign a policy, a sentence each."""
    return (
        *_of_approvers(policy, around.approvers),
        *_of_rules(policy),
        *_of_names(policy, around),
        *_of_freezes(policy, now),
        *_of_times(policy),
    )


def _of_approvers(policy: Policy, approvers: Iterable[Approver] | None) -> Iterable[str]:
    if approvers is None:
        return
    trusted = [one for one in approvers if one.revoked_at is None]
    pairs = [n for n, rule in enumerate(policy.rules, 1) if rule.require is Requirement.TWO]
    if pairs and len(trusted) < 2:
        who = f"only {trusted[0].name} is trusted" if trusted else "nobody is trusted"
        yield (
            f"{_numbered('rule', pairs)} for two approvers, and {who} here: "
            "what falls under it cannot run before another approver is added"
        )
    elif pairs and len(trusted) == 2:
        yield (
            "two approvers are trusted here: what one of them asks for herself, and what needs "
            "two, cannot run before a third is added"
        )
    roles = {one.role for one in trusted}
    for role in policy.break_glass:
        if role not in roles:
            yield f"break_glass names {role.value}, and no approver here is one"


def _numbered(noun: str, numbers: list[int]) -> str:
    told = ", ".join(map(str, numbers))
    return f"{noun} {told} asks" if len(numbers) == 1 else f"{noun}s {told} ask"


def _of_rules(policy: Policy) -> Iterable[str]:
    if not policy.rules:
        yield "there is no rule, so nothing but pausing and cancelling is allowed"
    for number, rule in enumerate(policy.rules, 1):
        hiding = next(
            (n for n, one in enumerate(policy.rules[: number - 1], 1) if _hides(one, rule)), 0
        )
        if hiding:
            yield f"rule {number} never decides: rule {hiding} before it matches all of it"
        if rule.match.kind in BRAKES:
            yield (
                f"rule {number} never decides: pausing and cancelling need one signature, "
                "whatever the rules say"
            )
        if rule.match.agent and rule.match.requester.startswith("human"):
            yield f"rule {number} never decides: it asks for an agent and for a human"


def _hides(first: Rule, second: Rule) -> bool:
    """Whether everything that the second rule matches is matched by the first."""
    wide, narrow = first.match, second.match
    return (
        wide.environment in {"", narrow.environment}
        and (wide.kind in {"", narrow.kind} or (wide.kind == "control" and _controls(narrow)))
        and _covers_name(wide.pipeline, narrow.pipeline)
        and wide.risk in {"", narrow.risk}
        and _covers_name(wide.agent, narrow.agent)
        and _covers_asker(wide.requester, narrow)
    )


def _controls(match: Match) -> bool:
    return match.kind in {"pause", "unpause", "cancel"}


def _covers_name(wide: str, narrow: str) -> bool:
    return not wide or (bool(narrow) and is_like(wide, narrow))


def _covers_asker(wide: str, narrow: Match) -> bool:
    asker = narrow.requester.split(":")[0] or ("agent" if narrow.agent else "")
    return wide in {"", narrow.requester, asker}


def _of_names(policy: Policy, around: Surroundings) -> Iterable[str]:
    for what, match in _matches(policy):
        if around.environments and match.environment not in {"", *around.environments}:
            yield f"{what} names the environment {match.environment}, which bunsui.toml has not"
        is_known = any(is_like(match.pipeline, name) for name in around.pipelines)
        if match.pipeline and around.pipelines and not is_known:
            yield f"{what} names the pipeline {match.pipeline}, and none here is called so"


def _matches(policy: Policy) -> Iterable[tuple[str, Match]]:
    yield from ((f"rule {n}", rule.match) for n, rule in enumerate(policy.rules, 1))
    yield from ((f"freeze {n}", one.match) for n, one in enumerate(policy.freezes, 1))


def _of_freezes(policy: Policy, now: datetime) -> Iterable[str]:
    for number, one in enumerate(policy.freezes, 1):
        name = f"freeze {number} ({one.name or one.text})"
        if one.is_over(now):
            yield f"{name} is over"
        elif end := one.end_at(now):
            until = thaw((one,), end)
            till = f", until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if until else ""
            yield f"{name} holds now{till}"
    if policy.freezes and not policy.break_glass:
        yield "nobody may lift a freeze: break_glass names no role"


def _of_times(policy: Policy) -> Iterable[str]:
    most = LIFETIME.total_seconds() // 60
    longest = max([policy.expiry_minutes, *(rule.expiry_minutes for rule in policy.rules)])
    if longest > most:
        yield f"a request waits {most:.0f} minutes at most, whatever a longer expiry_minutes says"
