"""What a policy would require if a plan were another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bunsui_core.domain.plan import Risk
from bunsui_core.domain.policy import Policy, Requirement, first_rule
from bunsui_core.domain.rules import BRAKES, Match, Subject
from bunsui_core.domain.value import Value

MOST_NAMED = 50
"""Rules whose names are supposed, so that a policy of a thousand is explained at once too."""

OTHER, SOMEBODY = "another", "somebody"
"""Stand for any name."""

JOB_KINDS = ("redrive", "restart", "enter_at", "mark_done", "start")


class Otherwise(Value):
    """A rule that would require something else, and of which plan it would.

    `number` counts the rules from 1, and is 0 where no rule would speak of the plan.
    """

    requirement: Requirement
    number: int
    when: str


class Supposed(NamedTuple):
    """A plan that differs in so many ways, which are told."""

    changes: int
    when: str
    subject: Subject


def otherwise(policy: Policy, subjects: Iterable[Subject]) -> tuple[Otherwise, ...]:
    """Return for each other requirement the rule that the least of a difference would lead to.

    Of several that are as near it is the first one.
    """
    told = tuple(subjects)
    strictest = max(told, key=lambda one: _rank(first_rule(policy, one).requirement))
    now = first_rule(policy, strictest).requirement
    found: dict[Requirement, tuple[int, int, str]] = {}
    for one in _supposed(policy, strictest):
        reached = first_rule(policy, one.subject)
        near = one.changes, reached.number or len(policy.rules) + 1, one.when
        known = found.get(reached.requirement)
        if reached.requirement is not now and (known is None or near[:2] < known[:2]):
            found[reached.requirement] = near
    rules = len(policy.rules)
    return tuple(
        Otherwise(requirement=wanted, number=number if number <= rules else 0, when=when)
        for wanted in Requirement
        if wanted in found
        for _, number, when in [found[wanted]]
    )


def _supposed(policy: Policy, subject: Subject) -> Iterator[Supposed]:
    """Plans that differ from a subject in one way, then those that a rule asks for."""
    matches = tuple(rule.match for rule in policy.rules[:MOST_NAMED])
    yield from _of_risk(subject)
    yield from _of_asker(matches, subject)
    yield from _of_kind(subject)
    yield from _of_names(matches, subject)
    for match in matches:
        differences = match.differences(subject)
        if len(differences) > 1 and (one := _as_asked(match, subject, differences)):
            yield one


def _of_risk(subject: Subject) -> Iterator[Supposed]:
    for risk in Risk:
        if risk.value != subject.risk:
            changed = subject.model_copy(update={"risk": risk.value})
            yield Supposed(1, f"its risk were {risk.value}", changed)


def _of_asker(matches: Iterable[Match], subject: Subject) -> Iterator[Supposed]:
    def by(requester: str, who: str) -> Supposed:
        return Supposed(1, f"{who} asked", subject.model_copy(update={"requester": requester}))

    yield by(f"human:{SOMEBODY}", "another human" if subject.asker == "human" else "a human")
    yield by(f"agent:{SOMEBODY}", "another agent" if subject.asker == "agent" else "an agent")
    for match in matches:
        if match.agent:
            yield by(f"agent:{_sample(match.agent)}", f"agent {match.agent}")
        elif ":" in match.requester:
            yield by(match.requester, match.requester)


def _of_kind(subject: Subject) -> Iterator[Supposed]:
    for kind in (*JOB_KINDS, "unpause"):
        if kind not in subject.kinds:
            changed = subject.model_copy(update={"kinds": _kinds(kind)})
            yield Supposed(1, f"it were {kind}", changed)


def _of_names(matches: Iterable[Match], subject: Subject) -> Iterator[Supposed]:
    told = tuple(matches)
    places = dict.fromkeys(match.environment for match in told if match.environment)
    for place in (*places, OTHER):
        if place != subject.environment:
            words = "another environment" if place == OTHER else place
            changed = subject.model_copy(update={"environment": place})
            yield Supposed(1, f"it were in {words}", changed)
    pipelines = dict.fromkeys(match.pipeline for match in told if match.pipeline)
    for name in (*pipelines, OTHER):
        words = "another pipeline" if name == OTHER else name
        changed = subject.model_copy(update={"pipeline": _sample(name)})
        yield Supposed(1, f"it were about {words}", changed)


def _as_asked(match: Match, subject: Subject, differences: tuple[str, ...]) -> Supposed | None:
    """A subject with as little changed as a match asks for; None when there is no such."""
    if match.kind in BRAKES:  # no rule decides about those
        return None
    new: dict[str, object] = {
        "environment": match.environment,
        "kinds": _kinds(match.kind),
        "pipeline": _sample(match.pipeline),
        "risk": match.risk,
        "requester": _requester(match),
    }
    names = {"kind": "kinds", "agent": "requester"}
    changed = {names.get(one, one): new[names.get(one, one)] for one in differences}
    supposed = subject.model_copy(update=changed)
    if not match.covers(supposed):
        return None
    return Supposed(len(changed), _when(match, differences), supposed)


def _kinds(kind: str) -> tuple[str, ...]:
    return ("unpause", "control") if kind in {"control", "unpause"} else (kind,)


def _sample(pattern: str) -> str:
    """A name that is like a pattern."""
    return pattern.replace("*", "x")


def _requester(match: Match) -> str:
    if match.agent:
        return f"agent:{_sample(match.agent)}"
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
