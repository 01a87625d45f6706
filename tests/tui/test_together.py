"""Requests that ask for the same are reviewed at once: each named, each signed by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from bunsui_core.desk.operator import Signing
from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Answer, ApprovalStatus
from bunsui_core.domain.errors import NotAuthorised, Refused
from bunsui_core.domain.kin import group_code, group_document
from tests.builders import an_outcome, execution
from tests.tui.home import APPROVER, PASSPHRASE, Home
from tests.tui.many import ask_for_many
from tests.tui.screens import Play, on_screen, text_of, type_in, until_shown

SIGNING = Signing(approver=APPROVER, passphrase=PASSPHRASE)


def reviews_of(home: Home, count: int, **plan_changes: object) -> tuple[Review, ...]:
    """Several requests as a human has them before her."""
    asked = ask_for_many(home, count, **plan_changes)
    return tuple(home.desk.review(one.request.id) for one in asked)


def statuses(home: Home, reviews: tuple[Review, ...]) -> list[str]:
    """Where each of them stands."""
    return [home.desk.approval(one.plan.request_id).status.value for one in reviews]


def test_requests_about_failures_that_said_the_same_are_kin(home: Home) -> None:
    asked = ask_for_many(home, 3)
    home.ask(edited=True)

    (found,) = home.desk.alike(home.desk.approvals())

    assert found.request_ids == tuple(one.request.id for one in asked)


def test_what_differs_in_risk_or_kind_is_no_kin(home: Home) -> None:
    ask_for_many(home, 1)
    home.ask(edited=True)

    assert home.desk.alike(home.desk.approvals()) == ()


def test_each_is_signed_by_itself_over_its_own_review(home: Home) -> None:
    reviews = reviews_of(home, 3)

    together = home.desk.decide_together(reviews, Answer.APPROVE, SIGNING)

    signed = [one.approval.decisions[0] for one in together.items if one.approval]
    assert [one.decision.shown_digest for one in signed] == [one.shown_digest for one in reviews]
    assert len({one.signature for one in signed}) == 3
    assert statuses(home, reviews) == ["APPROVED"] * 3


def test_what_changed_meanwhile_is_left_out_and_said(home: Home) -> None:
    reviews = reviews_of(home, 3)
    arn = execution("extract", 1, "s-many-02")
    home.world.executions[arn] = replace(home.world.executions[arn], redrive_count=1)

    together = home.desk.decide_together(reviews, Answer.APPROVE, SIGNING)

    (left,) = together.left_out
    assert left.request_id == "many-02-7F3M"
    assert "not what was shown" in left.why_not
    assert statuses(home, reviews) == ["APPROVED", "REQUESTED", "APPROVED"]


def test_how_often_the_like_worked_may_change_meanwhile(home: Home) -> None:
    reviews = reviews_of(home, 2)
    for number in range(5):
        home.store.outcomes.put(an_outcome(session_id=f"s-other-{number}", result="SUCCEEDED"))
    fresh = home.desk.review(reviews[1].plan.request_id)

    together = home.desk.decide_together(reviews, Answer.APPROVE, SIGNING)

    assert fresh.shown_digest != reviews[1].shown_digest
    assert len(together.signed) == 2


def test_one_that_was_decided_meanwhile_is_left_out(home: Home) -> None:
    reviews = reviews_of(home, 2)
    home.decide(home.desk.approval(reviews[0].plan.request_id), Answer.REJECT)

    together = home.desk.decide_together(reviews, Answer.APPROVE, SIGNING)

    assert [one.is_signed for one in together.items] == [False, True]


def test_a_wrong_passphrase_counts_once_and_signs_nothing(home: Home) -> None:
    reviews = reviews_of(home, 3)

    with pytest.raises(NotAuthorised):
        home.desk.decide_together(reviews, Answer.APPROVE, Signing(APPROVER, "a guess"))

    assert home.desk.wrong_passphrases(APPROVER) == 1
    assert statuses(home, reviews) == ["REQUESTED"] * 3


def test_a_high_risk_among_them_takes_a_code_that_is_of_all_of_them(home: Home) -> None:
    reviews = reviews_of(home, 3, risk="high")
    code = group_code(reviews)

    with pytest.raises(Refused, match=code):
        home.desk.decide_together(reviews, Answer.APPROVE, SIGNING, typed=reviews[0].typed_code)
    home.desk.decide_together(reviews, Answer.APPROVE, SIGNING, typed=code)

    assert code.startswith("3-")
    assert code != group_code(reviews[:2])
    assert statuses(home, reviews) == ["APPROVED"] * 3


def test_a_document_of_several_names_each_and_leaves_nothing_out(home: Home) -> None:
    reviews = reviews_of(home, 3)

    text = group_document(reviews)

    for one in reviews:
        assert one.plan.request_id in text
        assert one.plan.digest in text
        said = [line[13:].strip() for line in one.document.splitlines() if line[:13].strip()]
        assert all(line in text for line in said)


def together(home: Home, play: Play) -> None:
    """Open the review of several waiting requests and let a human go on from there."""

    async def run(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "3 waiting")
        await pilot.press("2")
        await until_shown(pilot, "3 alike")
        await pilot.press("enter")
        await until_shown(pilot, "[ Reject ]")
        await play(pilot)

    on_screen(home.app(), run)


def test_one_passphrase_answers_all_and_each_result_has_its_line(home: Home) -> None:
    reviews = reviews_of(home, 3)

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("a")
        await until_shown(pilot, "Approve: passphrase")
        await type_in(pilot, PASSPHRASE)
        shown = await until_shown(pilot, "3 of 3 signed, each by itself")
        for one in reviews:
            assert one.plan.request_id in shown

    together(home, play)

    assert statuses(home, reviews) == ["APPROVED"] * 3


def test_each_of_them_has_its_own_line_with_what_is_otherwise(home: Home) -> None:
    reviews_of(home, 3)

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("pagedown", "pagedown", "pagedown", "pagedown")
        shown = await until_shown(pilot, "redrive extract of s-many-03")
        assert "redrive extract of s-many-02" in shown
        assert "says reason 3" in shown

    together(home, play)


@pytest.mark.slow
def test_the_group_is_a_line_above_its_requests_and_each_opens_by_itself(home: Home) -> None:
    reviews_of(home, 3)

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "3 waiting")
        await pilot.press("2")
        shown = await until_shown(pilot, "3 alike")
        assert "many-02-7F3M" in shown
        await pilot.press("down", "down", "enter")
        await until_shown(pilot, "Review many-02-7F3M")

    on_screen(home.app(), play)


@pytest.mark.slow
def test_esc_decides_nothing_of_all_that_was_asked(home: Home) -> None:
    reviews = reviews_of(home, 3)

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("a", "x", "escape")
        await until_shown(pilot, "[ Reject ]")
        assert "Review 3 requests" in text_of(pilot)

    together(home, play)

    assert statuses(home, reviews) == [ApprovalStatus.REQUESTED.value] * 3
