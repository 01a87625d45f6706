"""The policy fails closed: no rule, no policy or one more deny never lets more through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.plan import Plan
from bunsui_core.domain.policy import (
    STARTER,
    Match,
    Policy,
    Requirement,
    Rule,
    parse_policy,
    requirement,
)
from bunsui_core.domain.rules import subjects
from tests.builders import a_plan, a_redrive, a_restart, a_start

PLANS = [
    a_plan(requester=requester, environment=environment, risk=risk, steps=steps)
    for requester in ("agent:claude", "human:hanako")
    for environment in ("local", "prod")
    for risk in ("low", "high")
    for steps in ((a_redrive(),), (a_restart(),), (a_start(),), (a_redrive(), a_restart()))
]

MATCHES = st.builds(
    Match,
    environment=st.sampled_from(["", "local", "prod"]),
    kind=st.sampled_from(["", "redrive", "restart", "start"]),
    risk=st.sampled_from(["", "low", "high"]),
    requester=st.sampled_from(["", "agent", "human", "agent:claude"]),
)
RULES = st.lists(st.builds(Rule, match=MATCHES, require=st.sampled_from(Requirement)), max_size=5)


@given(rules=RULES, match=MATCHES, place=st.integers(0, 5), plan=st.sampled_from(PLANS))
def test_one_more_deny_never_widens(
    rules: list[Rule], match: Match, place: int, plan: Plan
) -> None:
    deny = Rule(match=match, require=Requirement.DENY)
    more = [*rules[:place], deny, *rules[place:]]

    before, after = of(rules, plan), of(more, plan)

    assert after in {before, Requirement.DENY}


@given(rules=RULES, plan=st.sampled_from(PLANS))
def test_the_first_rule_that_matches_decides(rules: list[Rule], plan: Plan) -> None:
    (subject, *more) = subjects(plan)
    matching = [rule.require for rule in rules if rule.match.covers(subject)]

    assert more or of(rules, plan) is (matching[0] if matching else Requirement.DENY)


def test_without_a_policy_everything_is_denied() -> None:
    assert {requirement(None, plan) for plan in PLANS} == {Requirement.DENY}


def test_a_rule_about_one_kind_does_not_cover_a_plan_of_several_kinds() -> None:
    mixed = a_plan(steps=(a_redrive(), a_restart()))

    assert of([Rule(match=Match(kind="redrive"), require=Requirement.ONE)], mixed) == "deny"


@pytest.mark.parametrize("first", [Requirement.DENY, Requirement.TWO])
def test_a_step_of_another_kind_hides_none_of_the_kind_that_a_rule_is_about(
    first: Requirement,
) -> None:
    rules = [
        Rule(match=Match(kind="restart"), require=first),
        Rule(match=Match(), require=Requirement.ONE),
    ]
    alone, mixed = a_plan(steps=(a_restart(),)), a_plan(steps=(a_redrive(), a_restart()))

    assert of(rules, alone) is first
    assert of(rules, mixed) is first
    assert of(rules, a_plan()) is Requirement.ONE


def test_under_the_starter_policy_a_human_may_decide_alone_and_an_agent_needs_one() -> None:
    starter = parse_policy(STARTER)

    assert requirement(starter, a_plan(requester="human:hanako")) is Requirement.SELF
    assert requirement(starter, a_plan(requester="agent:claude")) is Requirement.ONE
    assert requirement(starter, a_plan(requester="robot:x")) is Requirement.DENY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version = 1",
        "version = 1\n[[rules]]\nmatch = {}\n",
        STARTER.replace('"one"', '"all"'),
        STARTER.replace("requester", "who"),
        f"{STARTER}\nallow_everything = true\n",
        "not TOML",
    ],
)
def test_a_text_that_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_policy(text)


def of(rules: list[Rule], plan: Plan) -> Requirement:
    """What a policy of these rules requires."""
    return requirement(Policy(version=1, rules=tuple(rules)), plan)
