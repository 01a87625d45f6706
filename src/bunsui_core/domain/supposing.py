"""What a policy would require if a plan were another one."""

from __future__ import annotations

from collections.abc import Iterable

from bunsui_core.domain.policy import Policy, Requirement, first_rule
from bunsui_core.domain.rules import BRAKES, Match, Subject
from bunsui_core.domain.value import Value

SOMEBODY = "somebody"
"""Stands for any name."""


class Otherwise(Value):
    """A rule that would require something else, and of which plan it would.

    `number` counts the rules from 1, and is 0 where no rule would speak of the plan.
    """

    requirement: Requirement
    number: int
    when: str


def otherwise(policy: Policy, subjects: Iterable[Subject]) -> tuple[Otherwise, ...]:
    """Return for each other requirement the rule that the least of a difference would lead to.

    Of several that are as near it is the first one.
    """
    told = tuple(subjects)
    strictest = max(told, key=lambda one: _rank(first_rule(policy, one).requirement))
    now = first_rule(policy, strictest).requirement
    found = (_nearest(policy, strictest, wanted) for wanted in Requirement if wanted is not now)
    return tuple(one for one in found if one)


def _nearest(policy: Policy, subject: Subject, wanted: Requirement) -> Otherwise | None:
    reached = [
        (len(differences), number, _when(rule.match, differences))
        for number, rule in enumerate(policy.rules, 1)
        if rule.require is wanted
        and (differences := rule.match.differences(subject))
        and _leads_to(policy, number, _supposed(rule.match, subject, differences))
    ]
    if reached:
        _, number, when = min(reached)
        return Otherwise(requirement=wanted, number=number, when=when)
    spoken_of = any(rule.match == Match() for rule in policy.rules)
    if wanted is not Requirement.DENY or spoken_of:
        return None
    return Otherwise(requirement=wanted, number=0, when="no rule spoke of it")


def _leads_to(policy: Policy, number: int, subject: Subject | None) -> bool:
    return subject is not None and first_rule(policy, subject).number == number


def _supposed(match: Match, subject: Subject, differences: tuple[str, ...]) -> Subject | None:
    """The subject with as little changed as a match asks for; None when there is no such."""
    if match.kind in BRAKES:  # no rule decides about those
        return None
    new: dict[str, object] = {
        "environment": match.environment,
        "kinds": ("unpause", "control") if match.kind == "control" else (match.kind,),
        "pipeline": match.pipeline.replace("*", "x"),
        "risk": match.risk,
        "requester": _requester(match),
    }
    names = {"kind": "kinds", "agent": "requester"}
    changed = {names.get(one, one): new[names.get(one, one)] for one in differences}
    supposed = subject.model_copy(update=changed)
    return supposed if match.covers(supposed) else None


def _requester(match: Match) -> str:
    if match.agent:
        return f"agent:{match.agent.replace('*', 'x')}"
    return match.requester if ":" in match.requester else f"{match.requester}:{SOMEBODY}"


def _when(match: Match, differences: tuple[str, ...]) -> str:
    article = "an" if match.requester[:1] == "a" else "a"
    asker = match.requester if ":" in match.requester else f"{article} {match.requester}"
    words = {
        "environment": f"it were in {match.environment}",
        "kind": f"it were {match.kind}",
        "pipeline": f"it were about {match.pipeline}",
        "risk": f"its risk were {match.risk}",
        "agent": f"agent {match.agent} asked",
        "requester": f"{asker} asked",
    }
    told = [words[one] for one in differences if not (one == "requester" and match.agent)]
    return " and ".join(told)


def _rank(requirement: Requirement) -> int:
    return list(Requirement).index(requirement)
