"""The policy fails closed: no rule, no policy or one more deny never lets more through."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunsui_core.domain.freezing import Span
from bunsui_core.domain.plan import ControlSession, Plan
from bunsui_core.domain.policy import (
    STARTER,
    Match,
    Policy,
    Requirement,
    Rule,
    first_rule,
    parse_policy,
    requirement,
)
from bunsui_core.domain.rules import subjects
from bunsui_core.domain.terms import terms
from tests.builders import NOW, SESSION_ID, a_plan, a_redrive, a_restart, a_start, later

PLANS = [
    a_plan(requester=requester, environment=environment, risk=risk, steps=steps)
    for requester in ("agent:claude", "human:hanako")
    for environment in ("local", "prod")
    for risk in ("low", "high")
    for steps in ((a_redrive(),), (a_restart(),), (a_start(),), (a_redrive(), a_restart()))
]

KNOWN = {SESSION_ID: "orders"}
"""The pipeline of the session that the plans are about."""

GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "environment": st.sampled_from(["local", "prod"]),
        "kind": st.sampled_from(["redrive", "restart", "start", "control", "pause", "unpause"]),
        "risk": st.sampled_from(["low", "high"]),
        "agent": st.sampled_from(["claude", "c*", "other"]),
        "pipeline": st.sampled_from(["orders", "or*", "billing"]),
        "requester": st.sampled_from(["agent", "human", "agent:claude"]),
    },
)
MATCHES = GIVEN.map(Match.model_validate)
FEW = settings(max_examples=30)

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
    (subject, *more) = subjects(plan, KNOWN)
    matching = [rule.require for rule in rules if rule.match.covers(subject)]

    assert more or of(rules, plan) is (matching[0] if matching else Requirement.DENY)


@FEW
@given(rules=RULES, match=MATCHES, plan=st.sampled_from(PLANS))
def test_a_deny_in_front_of_all_rules_denies_whatever_it_matches(
    rules: list[Rule], match: Match, plan: Plan
) -> None:
    denied = any(match.covers(one) for one in subjects(plan, KNOWN))

    after = of([Rule(match=match, require=Requirement.DENY), *rules], plan)

    assert after is (Requirement.DENY if denied else of(rules, plan))


@FEW
@given(rules=RULES, plan=st.sampled_from(PLANS))
def test_where_the_session_is_not_known_no_more_is_allowed(rules: list[Rule], plan: Plan) -> None:
    policy = Policy(version=1, rules=tuple(rules))

    assert requirement(policy, plan) in {of(rules, plan), Requirement.DENY}


@FEW
@given(rules=RULES, match=MATCHES, plan=st.sampled_from(PLANS))
def test_one_more_freeze_never_thaws(rules: list[Rule], match: Match, plan: Plan) -> None:
    first = Span(since=NOW, until=later(hours=2), match=match)
    policy = Policy(version=1, rules=tuple(rules), freezes=(first,))
    more = policy.model_copy(
        update={"freezes": (Span(since=NOW, until=later(hours=1)), *policy.freezes)}
    )

    before, after = (terms(one, plan, later(minutes=5), KNOWN) for one in (policy, more))

    assert after.frozen
    if before.frozen and before.frozen.until:
        assert after.frozen.until
        assert after.frozen.until >= before.frozen.until


@pytest.mark.parametrize("action", ["pause", "cancel"])
@FEW
@given(rules=RULES)
def test_the_brake_needs_one_signature_whatever_the_rules_say(
    action: str, rules: list[Rule]
) -> None:
    brake = a_plan(steps=(a_control(action),))

    assert of(rules, brake) is Requirement.SELF
    assert requirement(None, brake) is Requirement.DENY


@FEW
@given(rules=RULES)
def test_what_else_is_done_beside_the_brake_is_ruled(rules: list[Rule]) -> None:
    both = a_plan(steps=(a_control("pause"), a_control("unpause")))

    assert of(rules, both) is max(
        (
            first_rule(Policy(version=1, rules=tuple(rules)), one).requirement
            for one in subjects(both, KNOWN)
        ),
        key=list(Requirement).index,
    )


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


def a_control(action: str) -> ControlSession:
    """A step about a session as a whole."""
    return ControlSession.model_validate(
        {"session_id": SESSION_ID, "action": action, "expect_status": "RUNNING"}
    )


def of(rules: list[Rule], plan: Plan) -> Requirement:
    """What a policy of these rules requires."""
    return requirement(Policy(version=1, rules=tuple(rules)), plan, KNOWN)
