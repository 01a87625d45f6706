"""A lead signs the policy, and what it says holds for whoever approves and executes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bunsui_core.app.decide import Said, Signing, decide
from bunsui_core.app.govern import sign_policy
from bunsui_core.app.request import approval
from bunsui_core.app.verify import in_force, verify_decisions
from bunsui_core.domain.approval import Answer, ApprovalStatus, Request, SignedDecision
from bunsui_core.domain.deciding import Verified
from bunsui_core.domain.errors import BadInput, Conflict, NotAuthorised, Refused
from bunsui_core.domain.policy import STARTER, SignedPolicy
from bunsui_core.domain.trust import Role
from tests.builders import ACCOUNT, NOW, REGION, a_plan, a_request, later
from tests.local_home import HANAKO, PASSPHRASE, LocalHome

HER, HIS = Signing(HANAKO, PASSPHRASE), Signing("taro", PASSPHRASE)

TWO = 'version = 1\n[[rules]]\nrequire = "two"\n'

ONE = 'version = 1\n[[rules]]\nrequire = "one"\n'

FROZEN = """\
version = 1
break_glass = ["lead"]
[[rules]]
require = "one"
[[freeze]]
name = "the fair"
from = 2026-03-02T01:20:00Z
until = 2026-03-02T01:30:00Z
"""

WARM, COLD, AFTER = later(minutes=5), later(minutes=10), later(minutes=16)
"""Before the freeze, in it, and after the thaw."""


@pytest.fixture
def home(tmp_path: Path) -> LocalHome:
    """A home where hanako leads and taro approves."""
    made = LocalHome(tmp_path / "home")
    made.trust()
    made.trust("taro", role=Role.APPROVER)
    return made


def govern(home: LocalHome, text: str, signing: Signing = HER) -> SignedPolicy:
    """A policy is signed at NOW."""
    return sign_policy(text, signing, home.keys, NOW)


def asked(home: LocalHome, **plan_changes: object) -> Request:
    """A request that waits."""
    return home.requests.submit(a_request("please", **plan_changes))


def approve(
    home: LocalHome,
    request: Request,
    signing: Signing = HER,
    at: datetime = NOW,
    break_glass: str = "",
) -> SignedDecision:
    """A human approves at a moment."""
    said = Said(answer=Answer.APPROVE, reason="", nonce="n", break_glass=break_glass)
    return decide(home.review(request), said, signing, home.deciding, home.requests, at)


def verified(home: LocalHome, request: Request, at: datetime = NOW) -> Verified:
    """What the executor finds at a moment."""
    return verify_decisions(request, home.requests.decisions(request.id), home.keys, at)


def test_a_policy_that_a_lead_signed_is_in_force_and_the_ones_before_are_kept(
    home: LocalHome,
) -> None:
    signed = govern(home, TWO)

    assert in_force(home.keys).signed == signed
    assert (signed.seq, signed.account, signed.region) == (2, ACCOUNT, REGION)
    assert [one.text for one in home.keys.policies()] == [TWO, STARTER]
    assert signed.prev == home.keys.policies()[1].digest


def test_only_a_lead_signs_a_policy_and_only_a_new_one_that_parses(home: LocalHome) -> None:
    with pytest.raises(NotAuthorised, match="only a lead"):
        govern(home, TWO, HIS)
    with pytest.raises(NotAuthorised):
        govern(home, TWO, Signing(HANAKO, "a wrong one"))
    with pytest.raises(BadInput, match="line 2"):
        govern(home, "version = 1\nrulez = 3\n")
    with pytest.raises(Refused, match="in force already"):
        govern(home, STARTER)

    assert home.keys.policies()[0].text == STARTER


def test_a_policy_whose_signer_leads_no_more_is_not_in_force(home: LocalHome) -> None:
    request = asked(home)
    approve(home, request)
    ken = home.trust("ken")
    govern(home, STARTER + "\n", Signing("ken", PASSPHRASE))
    home.revoke(ken)

    assert "ken, whose key was revoked" in in_force(home.keys).why
    with pytest.raises(Refused, match="so nothing is allowed"):
        approve(home, asked(home, request_id="r-2"), HIS)
    govern(home, STARTER + "\n")
    assert in_force(home.keys).policy


def test_a_signed_policy_counts_nowhere_else(home: LocalHome) -> None:
    signed = govern(home, TWO)
    elsewhere = home.another(region="eu-west-1")
    elsewhere.trust()

    with pytest.raises((NotAuthorised, Conflict)):
        elsewhere.keys.set_policy(signed)
    forged = signed.model_copy(update={"region": "eu-west-1"})
    with pytest.raises((NotAuthorised, Conflict)):
        elsewhere.keys.set_policy(forged)
    assert in_force(elsewhere.keys).signed == elsewhere.keys.policies()[0]


def test_of_two_who_must_approve_the_first_leaves_the_request_waiting(home: LocalHome) -> None:
    govern(home, TWO)
    request = asked(home)

    approve(home, request)

    standing = approval(request, home.requests, NOW)
    assert standing.status is ApprovalStatus.REQUESTED
    assert standing.note == "approved by hanako: 1 of 2, another must approve"
    assert verified(home, request).refusals == ("2 must approve, 1 did",)
    with pytest.raises(Conflict, match="before"):
        approve(home, request)

    approve(home, request, HIS)

    standing = approval(request, home.requests, NOW)
    assert standing.status is ApprovalStatus.APPROVED
    assert standing.note == "approved by hanako and taro, waiting for the worker"
    assert verified(home, request).is_approved


def test_the_second_of_two_is_not_who_asked(home: LocalHome) -> None:
    govern(home, TWO)
    request = asked(home, requester="human:taro")
    approve(home, request)

    with pytest.raises(Refused, match="taro asked for it"):
        approve(home, request, HIS)
    assert not verified(home, request).is_approved


def test_when_the_first_of_two_is_revoked_meanwhile_another_must_approve(home: LocalHome) -> None:
    home.trust("ken")
    taro = next(one for one in home.keys.trusted() if one.name == "taro")
    govern(home, TWO)
    request = asked(home)
    approve(home, request, HIS)
    approve(home, request, HER)
    home.revoke(taro)

    assert verified(home, request).refusals == (
        "the decision of taro does not count: the key of taro was revoked",
        "2 must approve, 1 did",
    )
    approve(home, request, Signing("ken", PASSPHRASE))
    assert verified(home, request).is_approved


def test_an_approval_under_an_earlier_policy_stops_counting_and_says_so(home: LocalHome) -> None:
    request = asked(home)
    approve(home, request)
    assert verified(home, request).is_approved

    govern(home, ONE)

    assert verified(home, request).refusals[0].endswith("the policy changed since")
    approve(home, request, HIS)
    assert verified(home, request).is_approved


def test_in_a_freeze_nothing_is_approved_and_what_was_approved_waits_for_the_thaw(
    home: LocalHome,
) -> None:
    govern(home, FROZEN)
    early, late = asked(home, request_id="r-1"), asked(home, request_id="r-2")
    approve(home, early, at=WARM)
    assert verified(home, early, WARM).is_approved

    with pytest.raises(Refused, match=r"frozen until 2026-03-02 01:30 UTC \(the fair\)"):
        approve(home, late, at=COLD)
    held = verified(home, early, COLD)

    assert not held.is_approved
    assert held.held == "frozen until 2026-03-02 01:30 UTC (the fair)"
    assert verified(home, early, AFTER).is_approved


def test_a_lead_lifts_a_freeze_for_one_request_with_a_typed_reason(home: LocalHome) -> None:
    govern(home, FROZEN)
    request, other = asked(home, request_id="r-1"), asked(home, request_id="r-2")

    signed = approve(home, request, at=COLD, break_glass="the till is down")

    assert signed.decision.break_glass == "the till is down"
    assert verified(home, request, COLD).is_approved
    assert not verified(home, other, COLD).is_approved


def test_a_reason_of_blanks_lifts_no_freeze(home: LocalHome) -> None:
    govern(home, FROZEN)
    request = asked(home)

    with pytest.raises(Refused, match="frozen until"):
        approve(home, request, at=COLD, break_glass="   ")
    hanako = home.keys.trusted()[0]
    by_hand = home.signed(request, hanako, break_glass="   ")
    assert not verify_decisions(request, (by_hand,), home.keys, COLD).is_approved


def test_an_approver_who_is_no_lead_lifts_no_freeze(home: LocalHome) -> None:
    govern(home, FROZEN)
    request = asked(home)

    with pytest.raises(Refused, match="a lead may lift the freeze"):
        approve(home, request, HIS, COLD, "please")
    taro = next(one for one in home.keys.trusted() if one.name == "taro")
    by_hand = home.signed(request, taro, break_glass="please")
    found = verify_decisions(request, (by_hand,), home.keys, COLD)
    assert "does not let taro lift a freeze" in found.refusals[0]


def test_a_freeze_that_came_after_the_approval_is_lifted_by_a_second_one(home: LocalHome) -> None:
    govern(home, FROZEN)
    request = asked(home)
    approve(home, request, HIS, WARM)
    assert not verified(home, request, COLD).is_approved

    approve(home, request, HER, COLD, "the till is down")

    assert verified(home, request, COLD).is_approved


def test_without_a_freeze_there_is_no_glass_to_break(home: LocalHome) -> None:
    with pytest.raises(Refused, match="no glass to break"):
        approve(home, asked(home), break_glass="just in case")


def test_a_reason_that_a_decision_of_version_1_did_not_sign_lifts_nothing(home: LocalHome) -> None:
    govern(home, FROZEN)
    request = asked(home)
    hanako = home.keys.trusted()[0]
    old = home.signed(request, hanako, version=1)
    forged = old.model_copy(
        update={"decision": old.decision.model_copy(update={"break_glass": "the till is down"})}
    )

    found = verify_decisions(request, (forged,), home.keys, COLD)

    assert not found.is_approved
    assert home.keys.verify(hanako.key_id, forged.decision.message, forged.signature)


def test_a_rule_about_a_pipeline_denies_where_nobody_looked_which_one_it_is(
    home: LocalHome,
) -> None:
    govern(home, f'{ONE}match = {{ pipeline = "orders" }}\n')
    request = asked(home)

    with pytest.raises(Refused, match="the session is not known here"):
        approve(home, request)


def test_a_request_of_a_time_that_has_not_come_cannot_be_approved(home: LocalHome) -> None:
    request = asked(home, created_at=later(hours=1), expires_at=later(hours=2))

    with pytest.raises(Refused, match="has not come yet"):
        approve(home, request)
    assert a_plan().created_at == NOW
