"""Deciding: only about what was shown, only by who may, and only with the passphrase."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_core.app.decide import Said, Signing, decide
from bunsui_core.app.verify import verify_decisions
from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Answer, EffectState, Request, SignedDecision
from bunsui_core.domain.audit import GENESIS
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.errors import (
    BadInput,
    BunsuiError,
    Conflict,
    NotAuthorised,
    NotFound,
    Refused,
    Stale,
)
from bunsui_core.ports.control import Claim
from tests.builders import NOW, a_plan, a_request, later
from tests.local_home import DOCUMENT, HANAKO, PASSPHRASE, LocalHome

HER_SIGNING = Signing(approver=HANAKO, passphrase=PASSPHRASE)

EDIT = "UPDATE policies SET body = replace(body, 'expiry_minutes = 30', 'expiry_minutes = 31')"


@pytest.fixture
def home(tmp_path: Path) -> LocalHome:
    made = LocalHome(tmp_path / "home")
    made.trust()
    return made


def said(answer: Answer = Answer.APPROVE, reason: str = "") -> Said:
    """What the human says."""
    return Said(answer=answer, reason=reason, nonce="n-7")


def answer(
    home: LocalHome, review: Review, what: Said | None = None, signing: Signing = HER_SIGNING
) -> SignedDecision:
    """A human decides at NOW."""
    return decide(review, what or said(), signing, home.deciding, home.requests, NOW)


def asked(home: LocalHome, **plan_changes: object) -> Request:
    """A request that waits."""
    return home.requests.submit(a_request("please", **plan_changes))


def test_an_approval_is_signed_recorded_and_good_for_the_executor(home: LocalHome) -> None:
    request = asked(home)
    head = home.audit.append("requested", request.id, "agent:claude", request.plan_digest, NOW)

    signed = answer(home, home.review(request), said(reason="looks right"))

    decision = signed.decision
    assert home.requests.decisions(request.id) == (signed,)
    assert verify_decisions(request, (signed,), home.keys, NOW).is_approved
    assert (decision.plan_digest, decision.shown_digest) == (
        request.plan_digest,
        text_digest(DOCUMENT),
    )
    assert (decision.audit_head, decision.nonce) == (head.digest, "n-7")
    assert (decision.reason, decision.not_after) == ("looks right", request.plan.expires_at)


def test_the_record_that_is_still_empty_is_anchored_too(home: LocalHome) -> None:
    assert answer(home, home.review(asked(home))).decision.audit_head == GENESIS


def test_a_rejection_is_signed_and_stops_the_request(home: LocalHome) -> None:
    request = asked(home)

    signed = answer(home, home.review(request), said(Answer.REJECT, "not today"))

    assert signed.decision.decision is Answer.REJECT
    assert not verify_decisions(request, (signed,), home.keys, NOW).is_approved


def test_a_plan_that_changed_after_review_cannot_be_approved(home: LocalHome) -> None:
    review = home.review(asked(home))
    other = review.model_copy(update={"plan": a_plan(risk="high")})

    with pytest.raises(Stale, match="not the one that was reviewed"):
        answer(home, other)


def test_a_review_whose_text_changed_cannot_be_approved(home: LocalHome) -> None:
    review = home.review(asked(home))

    with pytest.raises(Stale, match="not the one that was shown"):
        answer(home, review.model_copy(update={"document": "all is well"}))


def test_a_request_that_is_gone_cannot_be_decided(home: LocalHome) -> None:
    with pytest.raises(NotFound):
        answer(home, home.review(a_request()))


def test_a_wrong_passphrase_decides_nothing(home: LocalHome) -> None:
    request = asked(home)

    with pytest.raises(NotAuthorised, match="passphrase"):
        answer(home, home.review(request), signing=Signing(HANAKO, "wrong"))
    assert home.requests.decisions(request.id) == ()


@pytest.mark.parametrize("name", ["mallory", ""])
def test_whoever_is_no_approver_decides_nothing(home: LocalHome, name: str) -> None:
    with pytest.raises(NotAuthorised, match="not an approver"):
        answer(home, home.review(asked(home)), signing=Signing(name, PASSPHRASE))


def test_no_text_shows_a_passphrase() -> None:
    assert PASSPHRASE not in f"{HER_SIGNING!r} {HER_SIGNING}"


def test_an_expired_request_cannot_be_approved(home: LocalHome) -> None:
    review = home.review(asked(home))

    with pytest.raises(Refused, match="EXPIRED"):
        decide(review, said(), HER_SIGNING, home.deciding, home.requests, later(minutes=30))


@pytest.mark.parametrize("what", list(Answer))
def test_a_request_under_execution_cannot_be_decided_any_more(
    home: LocalHome, what: Answer
) -> None:
    request = asked(home)
    claim = Claim(request_id=request.id, executor="w", now=NOW, lease_until=later(minutes=1))
    home.effects.claim(claim)
    home.effects.finish(claim, EffectState.DONE, "")

    with pytest.raises(Refused, match="DONE"):
        answer(home, home.review(request), said(what))


def test_a_rejected_request_cannot_be_approved(home: LocalHome) -> None:
    home.trust("taro")
    review = home.review(asked(home))
    answer(home, review, said(Answer.REJECT))

    with pytest.raises(Refused, match="REJECTED"):
        answer(home, review, signing=Signing("taro", PASSPHRASE))


def test_an_approval_that_nobody_executed_yet_can_be_stopped_by_another_human(
    home: LocalHome,
) -> None:
    home.trust("taro")
    request = asked(home)
    answer(home, home.review(request))

    answer(home, home.review(request), said(Answer.REJECT), Signing("taro", PASSPHRASE))

    decisions = home.requests.decisions(request.id)
    assert not verify_decisions(request, decisions, home.keys, NOW).is_approved


def test_where_one_is_enough_a_second_approval_is_refused(home: LocalHome) -> None:
    home.trust("taro")
    review = home.review(asked(home))
    answer(home, review)

    with pytest.raises(Refused, match="APPROVED"):
        answer(home, review, signing=Signing("taro", PASSPHRASE))


def test_where_two_must_approve_two_different_humans_do(home: LocalHome) -> None:
    home.trust("taro")
    home.rule("two")
    request = asked(home)
    answer(home, home.review(request))

    with pytest.raises(Conflict, match="before"):
        answer(home, home.review(request))
    answer(home, home.review(request), signing=Signing("taro", PASSPHRASE))

    decisions = home.requests.decisions(request.id)
    assert verify_decisions(request, decisions, home.keys, NOW).is_approved


def test_a_human_approves_an_own_request_only_where_the_policy_says_self(home: LocalHome) -> None:
    answer(home, home.review(asked(home, request_id="r-1", requester=f"human:{HANAKO}")))

    home.rule("one")
    with pytest.raises(Refused, match="another human"):
        answer(home, home.review(asked(home, request_id="r-2", requester=f"human:{HANAKO}")))


def test_what_the_policy_denies_cannot_be_approved_but_rejected(home: LocalHome) -> None:
    home.rule("deny")
    review = home.review(asked(home))

    with pytest.raises(Refused, match="policy does not allow"):
        answer(home, review)
    answer(home, review, said(Answer.REJECT))


@pytest.mark.parametrize("statement", ["DELETE FROM policies", EDIT])
def test_without_a_policy_under_a_good_signature_nothing_is_approved(
    home: LocalHome, statement: str
) -> None:
    with home.writer.writing() as connection:
        connection.execute("DROP TRIGGER policies_never_change")
        connection.execute("DROP TRIGGER policies_never_vanish")
        assert connection.execute(statement).rowcount == 1

    with pytest.raises((Refused, NotAuthorised), match=r"nothing is allowed|nobody is trusted"):
        answer(home, home.review(asked(home)))


def test_a_demo_key_approves_nothing_outside_the_embedded_aws(home: LocalHome) -> None:
    home.trust("demo", demo=True)
    signing = Signing("demo", PASSPHRASE)

    with pytest.raises(Refused, match="embedded AWS"):
        answer(home, home.review(asked(home, environment="prod")), signing=signing)


@pytest.mark.parametrize("what", list(Answer))
def test_a_revoked_approver_decides_nothing(home: LocalHome, what: Answer) -> None:
    home.revoke(home.trust("taro"))

    with pytest.raises(BunsuiError, match="revoked"):
        answer(home, home.review(asked(home)), said(what), Signing("taro", PASSPHRASE))


def test_a_reason_that_makes_the_message_too_long_to_sign_is_refused(home: LocalHome) -> None:
    with pytest.raises(BadInput, match="Shorten"):
        answer(home, home.review(asked(home)), said(reason="理" * 2000))
