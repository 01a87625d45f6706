"""What the policy says of a request: which rule decided, what would have, and who may sign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bunsui_core.domain.approval import Request, SignedDecision, fold
from bunsui_core.domain.deciding import Counted, Law
from bunsui_core.domain.explaining import Explained, explain
from bunsui_core.domain.plan import ControlSession
from bunsui_core.domain.policy import Requirement, parse_policy
from bunsui_core.domain.policy_words import sentences, supposed
from bunsui_core.domain.rules import NOT_LOOKED_UP, Pipelines, subjects
from bunsui_core.domain.supposing import otherwise
from bunsui_core.domain.terms import terms
from bunsui_core.domain.trust import Approver, Role
from tests.builders import NOW, SESSION_ID, a_request, a_signed_decision, later

HEAD = "version = 1\n"

POLICY = """\
version = 1
break_glass = ["lead"]

[[rules]]
match = { pipeline = "billing-*", kind = "mark_done" }
require = "deny"

[[rules]]
match = { environment = "production", risk = "high" }
require = "two"

[[rules]]
match = { agent = "nightly" }
require = "two"
expiry_minutes = 5

[[rules]]
match = { requester = "agent" }
require = "one"

[[rules]]
match = { requester = "human" }
require = "self"

[[freeze]]
name = "year end"
from = 2026-12-24T00:00:00Z
until = 2027-01-04T00:00:00Z
match = { environment = "production" }
"""

YEAR_END = datetime.fromisoformat("2026-12-25T08:00:00+00:00")
IN_ORDERS: Pipelines = {SESSION_ID: "orders"}


def approver(name: str, role: str = "lead", **changes: object) -> Approver:
    """Someone who is trusted."""
    given = {"name": name, "key_id": name, "public_key": "", "is_demo": False, "added_at": NOW}
    return Approver.model_validate({**given, "role": role, **changes})


HANAKO, TARO = approver("hanako"), approver("taro", "approver")


def a_control(action: str) -> ControlSession:
    """A step about a session as a whole."""
    return ControlSession.model_validate(
        {"session_id": SESSION_ID, "action": action, "expect_status": "RUNNING"}
    )


def told(
    request: Request,
    now: datetime = NOW,
    approvers: tuple[Approver, ...] = (HANAKO, TARO),
    decisions: tuple[SignedDecision, ...] = (),
    pipelines: Pipelines = IN_ORDERS,
) -> Explained:
    """What the policy above says of a request."""
    policy = parse_policy(POLICY)
    law = Law(policy_digest="0" * 64, terms=terms(policy, request.plan, now, pipelines))
    standing = fold(request, decisions, None, now)
    return explain(policy, law, standing, Counted(good=decisions), approvers)


def test_the_rule_that_decided_is_named_with_what_it_matches() -> None:
    found = told(a_request())

    assert (found.requirement, found.number, found.rule) == ("one", 4, "requester = agent: one")


def test_it_is_told_what_another_risk_asker_or_kind_would_have_led_to() -> None:
    found = told(a_request(environment="production"))

    assert [supposed(one) for one in found.otherwise] == [
        "self, by rule 5, if a human asked",
        "two, by rule 2, if its risk were high",
        "deny, by rule 1, if it were mark_done and it were about billing-*",
    ]


def test_a_rule_for_everything_is_reached_by_leaving_the_one_before_it() -> None:
    risky = told(a_request(environment="production", risk="high"))

    assert [supposed(one) for one in risky.otherwise] == [
        "one, by rule 4, if its risk were low",
        "deny, by rule 1, if it were mark_done and it were about billing-*",
    ]


def test_of_a_plan_that_could_fall_under_no_rule_it_is_told() -> None:
    policy = parse_policy(f'{HEAD}[[rules]]\nmatch = {{ risk = "low" }}\nrequire = "one"\n')

    (found,) = otherwise(policy, subjects(a_request().plan))

    assert supposed(found) == "deny, by no rule, if its risk were medium"


def test_a_policy_of_a_thousand_rules_is_explained() -> None:
    rules = "".join(
        f'[[rules]]\nmatch = {{ agent = "a{n}", risk = "high" }}\nrequire = "two"\n'
        for n in range(1000)
    )
    policy = parse_policy(f'{HEAD}{rules}[[rules]]\nrequire = "one"\n')

    (found,) = otherwise(policy, subjects(a_request().plan))

    assert supposed(found) == "two, by rule 1, if its risk were high and agent a0 asked"


def test_a_plan_that_no_rule_speaks_of_is_told_so_and_nobody_may_approve_it() -> None:
    found = told(a_request(requester="robot:x"))

    assert found.requirement is Requirement.DENY
    assert sentences(found) == ("nobody may approve it: no rule speaks of it",)


def test_an_unknown_session_is_denied_under_a_policy_that_asks_for_pipelines() -> None:
    assert "not known here" in told(a_request(), pipelines=NOT_LOOKED_UP).why


def test_who_may_sign_now_is_named_and_who_asked_is_not_among_them() -> None:
    found = told(a_request(requester="human:taro", environment="production", risk="high"))

    assert [(one.name, one.why) for one in found.signers] == [
        ("hanako", ""),
        ("taro", "taro asked for it, so another human must approve it"),
    ]


def test_where_two_must_approve_and_only_one_could_it_says_so() -> None:
    risky = a_request(environment="production", risk="high")

    assert not told(risky).short
    assert (
        "two humans must approve it, and only hanako could"
        in told(risky, approvers=(HANAKO, approver("mallory", revoked_at=NOW))).short
    )
    asked_by_taro = a_request(requester="human:taro", environment="production", risk="high")
    assert "only hanako could" in told(asked_by_taro).short


def test_of_two_approvals_the_first_is_counted_and_its_approver_may_not_be_the_second() -> None:
    risky = a_request(environment="production", risk="high")
    first = a_signed_decision(risky, approver="hanako", key_id="hanako").model_copy(
        update={"needs": 2}
    )

    found = told(risky, decisions=(first,))

    assert (found.approved, found.needed) == (1, 2)
    assert [(one.name, one.why) for one in found.signers] == [
        ("hanako", "decided it before"),
        ("taro", ""),
    ]
    assert "1 of 2 approved" in sentences(found)


def test_in_a_freeze_only_who_may_break_the_glass_may_sign_with_a_reason() -> None:
    frozen = a_request(
        environment="production", created_at=YEAR_END, expires_at=YEAR_END.replace(hour=9)
    )

    found = told(frozen, YEAR_END)

    assert found.frozen
    assert found.frozen.until == datetime.fromisoformat("2027-01-04T00:00Z")
    assert [(one.name, bool(one.why), one.with_reason) for one in found.signers] == [
        ("hanako", True, True),
        ("taro", True, False),
    ]
    assert any("a lead may lift the freeze" in one for one in sentences(found))


@pytest.mark.parametrize("action", ["pause", "cancel"])
def test_the_brake_is_never_frozen_and_needs_one_signature(action: str) -> None:
    brake = a_request(
        environment="production",
        risk="high",
        requester="agent:nightly",
        steps=(a_control(action),),
        created_at=YEAR_END,
        expires_at=YEAR_END.replace(hour=9),
    )

    found = told(brake, YEAR_END)

    assert found.frozen is None
    assert found.needed == 1
    assert [one.why for one in found.signers] == ["", ""]


def test_going_on_is_no_brake() -> None:
    going_on = a_request(
        environment="production",
        steps=(a_control("unpause"),),
        created_at=YEAR_END,
        expires_at=YEAR_END.replace(hour=9),
    )

    assert told(going_on, YEAR_END).frozen


def test_a_rule_of_its_own_expiry_ends_a_request_sooner_than_its_asker_wrote() -> None:
    found = told(a_request(requester="agent:nightly"), later(minutes=6))

    assert found.until == later(minutes=5)
    assert all("waited longer" in one.why for one in found.signers)
    assert Role.LEAD in found.lifted_by


def test_the_end_of_its_time_is_told_in_utc_whatever_zone_its_asker_wrote() -> None:
    east = later(minutes=20).astimezone(timezone(timedelta(hours=9)))
    found = terms(parse_policy(POLICY), a_request(expires_at=east).plan, NOW)

    assert (found.until, found.until.tzinfo) == (later(minutes=20), UTC)


def test_a_time_that_has_no_moment_in_utc_ends_no_list() -> None:
    first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9)))
    plan = a_request(created_at=first, expires_at=first + timedelta(minutes=1)).plan

    assert terms(parse_policy(POLICY), plan, NOW).until == first + timedelta(minutes=1)
