"""Each forged decision counts once the check that stops it is taken out: no other one hides it."""

from __future__ import annotations

from datetime import datetime

import pytest

from bunsui_core.adapters.local.control import verifying
from bunsui_core.app import verify
from bunsui_core.app.decide import Signing
from bunsui_core.app.govern import sign_policy
from bunsui_core.app.verify import verify_decisions
from bunsui_core.domain import deciding
from bunsui_core.domain.approval import Answer, Request, SignedDecision
from tests.attack.test_forged_decisions import ODD, altered
from tests.builders import NOW, a_request, later
from tests.local_home import HANAKO, PASSPHRASE, LocalHome

Patch = pytest.MonkeyPatch


def is_approved(
    home: LocalHome, request: Request, *decisions: SignedDecision, now: datetime = NOW
) -> bool:
    return verify_decisions(request, decisions, home.keys, now).is_approved


def no_words(patch: Patch) -> None:
    """What a decision says is not compared with anything."""
    patch.setattr(verify, "flaw", lambda *_: "")


def no_signatures(patch: Patch) -> None:
    """Every signature is good, also that of a policy and of the trust list."""
    patch.setattr(verifying, "is_signed", lambda *_: True)


def no_humans(patch: Patch) -> None:
    """Approvals are counted, not humans."""
    patch.setattr(deciding, "different", lambda made: len([*made]))


def no_asker(patch: Patch) -> None:
    """Nobody looks at who asked."""
    patch.setattr(deciding, "is_asker", lambda *_: False)


@pytest.mark.parametrize("what", ODD)
def test_without_the_comparison_a_decision_under_the_wrong_words_counts(
    home: LocalHome, what: str, monkeypatch: Patch
) -> None:
    request, hanako = a_request(), home.keys.trusted()[0]
    good = home.signed(request, hanako)
    words = altered(good, **ODD[what][0]).decision
    signature = home.keys.sign(HANAKO, PASSPHRASE, words.message)
    odd = good.model_copy(update={"decision": words, "signature": signature})
    assert not is_approved(home, request, odd)

    no_words(monkeypatch)

    assert is_approved(home, request, odd)


def test_without_the_comparison_an_edited_plan_runs_under_the_old_decision(
    home: LocalHome, monkeypatch: Patch
) -> None:
    request = a_request()
    signed = home.signed(request, home.keys.trusted()[0])
    plan = request.plan.model_copy(update={"requester": "agent:other"})
    edited = request.model_copy(update={"plan": plan})
    assert not is_approved(home, edited, signed)

    no_words(monkeypatch)

    assert is_approved(home, edited, signed)


def test_without_signatures_an_unknown_key_decides_under_a_trusted_id(
    home: LocalHome, monkeypatch: Patch
) -> None:
    request, hanako = a_request(), home.keys.trusted()[0]
    stranger = LocalHome(home.folder / "stranger")
    stranger.trust(HANAKO)
    good = home.signed(request, hanako)
    signature = stranger.keys.sign(HANAKO, PASSPHRASE, good.decision.message)
    forged = good.model_copy(update={"signature": signature})
    assert not is_approved(home, request, forged)

    no_signatures(monkeypatch)

    assert is_approved(home, request, forged)


def test_without_signatures_an_edited_policy_is_in_force(
    home: LocalHome, monkeypatch: Patch
) -> None:
    policy = home.keys.policy()
    assert policy
    lax = policy.model_copy(update={"text": policy.text.replace('"one"', '"self"')})
    with home.writer.writing() as connection:
        connection.execute("DROP TRIGGER policies_never_change")
        connection.execute("UPDATE policies SET body = ?", (lax.model_dump_json(),))
    assert verify.policy_in_force(home.keys) is None

    no_signatures(monkeypatch)

    assert verify.policy_in_force(home.another().keys) is not None


@pytest.mark.parametrize("of_two", ["one approver twice", "the asker and another"])
def test_without_counting_humans_two_approvals_of_fewer_than_two_are_enough(
    home: LocalHome, of_two: str, monkeypatch: Patch
) -> None:
    hanako, taro = home.keys.trusted()[0], home.trust("taro")
    home.rule("two")
    asker = f"human:{taro.name}" if of_two == "the asker and another" else "agent:claude"
    request = a_request(requester=asker)
    first = home.signed(request, hanako)
    second = home.signed(request, taro if asker != "agent:claude" else hanako, nonce="n-2")
    assert not is_approved(home, request, first, second)

    (no_humans if asker == "agent:claude" else no_asker)(monkeypatch)

    assert is_approved(home, request, first, second)


@pytest.mark.parametrize("version", [1, 2])
def test_a_freeze_is_not_lifted_by_words_that_the_signature_does_not_cover(
    home: LocalHome, version: int, monkeypatch: Patch
) -> None:
    frozen(home)
    request, hanako = a_request(), home.keys.trusted()[0]
    plain = home.signed(request, hanako, version=version)
    loud = home.signed(request, hanako, break_glass="the shop is down")
    forged = altered(plain, break_glass="the shop is down")

    assert is_approved(home, request, loud)
    assert not is_approved(home, request, plain)
    assert not is_approved(home, request, forged)

    no_signatures(monkeypatch)
    monkeypatch.setattr(deciding, "lifts", lambda one: bool(one.decision.break_glass))
    assert is_approved(home, request, forged)


def test_an_approver_who_may_not_lift_a_freeze_lifts_none(home: LocalHome) -> None:
    frozen(home, "break_glass = []")
    request, hanako = a_request(), home.keys.trusted()[0]

    assert not is_approved(home, request, home.signed(request, hanako, break_glass="it burns"))


def frozen(home: LocalHome, glass: str = 'break_glass = ["lead"]') -> None:
    """Put a policy in force under which nothing runs now."""
    text = f"""version = 1
{glass}
[[rules]]
match = {{}}
require = "one"
[[freeze]]
from = {later(days=-1).isoformat()}
until = {later(days=1).isoformat()}
"""
    sign_policy(text, Signing(HANAKO, PASSPHRASE), home.keys, NOW)


def test_who_does_not_look_at_the_clock_begins_what_is_over(home: LocalHome) -> None:
    request = a_request()
    signed = home.signed(request, home.keys.trusted()[0])
    over = request.plan.expires_at

    assert not is_approved(home, request, signed, now=over)
    assert verify_decisions(request, (signed,), home.keys, over, begun=True).is_approved


def test_a_rejection_is_not_turned_into_an_approval(home: LocalHome, monkeypatch: Patch) -> None:
    request, hanako = a_request(), home.keys.trusted()[0]
    turned = altered(home.signed(request, hanako, decision="reject"), decision=Answer.APPROVE)
    assert not is_approved(home, request, turned)

    no_signatures(monkeypatch)

    assert is_approved(home, request, turned)
