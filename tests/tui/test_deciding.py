"""A human decides on the screen: what was shown, with a passphrase, and nothing by accident."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from bunsui_core.domain.approval import Answer, Approval, ApprovalStatus
from bunsui_tui.widgets.answer_bar import RejectButton
from tests.tui.home import APPROVER, PASSPHRASE, Home
from tests.tui.screens import Play, on_screen, text_of, type_in, until, until_shown


def reviewed(home: Home, play: Play) -> None:
    """Open the review of the waiting request and let a human go on from there."""

    async def run(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "1 waiting")
        await pilot.press("2")
        await until_shown(pilot, "ASKS")
        await pilot.press("enter")
        await until_shown(pilot, "WILL HAPPEN")
        await until_shown(pilot, "[ Reject ]")
        await play(pilot)

    on_screen(home.app(), run)


def now(home: Home, asked: Approval) -> Approval:
    """Where the request stands."""
    return home.desk.approval(asked.request.id)


def test_an_approval_takes_a_key_of_its_own_and_the_passphrase(home: Home) -> None:
    asked = home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("a")
        await until_shown(pilot, "Approve: passphrase")
        await type_in(pilot, PASSPHRASE)
        await until_shown(pilot, "approved; the worker executes it")

    reviewed(home, play)

    decided = now(home, asked)
    assert decided.status is ApprovalStatus.APPROVED
    assert [d.decision.approver for d in decided.decisions] == [APPROVER]


def test_after_an_approval_the_session_it_moves_is_on_the_screen(home: Home) -> None:
    home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("a")
        await type_in(pilot, PASSPHRASE)
        await until_shown(pilot, f"orders/{home.session.id}")

    reviewed(home, play)


@pytest.mark.slow
def test_a_high_risk_asks_for_its_code_before_the_passphrase(home: Home) -> None:
    asked = home.ask(edited=True)

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("a")
        await until_shown(pilot, "type 7F3M (high risk)")
        await type_in(pilot, "7F3M")
        await until_shown(pilot, "Approve: passphrase")
        await type_in(pilot, PASSPHRASE)
        await until_shown(pilot, "approved; the worker executes it")

    reviewed(home, play)

    assert now(home, asked).status is ApprovalStatus.APPROVED


@pytest.mark.slow
def test_a_wrong_code_is_said_and_asked_for_again(home: Home) -> None:
    asked = home.ask(edited=True)

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("a")
        await type_in(pilot, "NOPE")
        await until_shown(pilot, "type 7F3M to go on")
        await until_shown(pilot, "type 7F3M (high risk)")

    reviewed(home, play)

    assert now(home, asked).status is ApprovalStatus.REQUESTED


def test_a_wrong_passphrase_stays_on_the_review_with_a_sentence(home: Home) -> None:
    asked = home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("a")
        await type_in(pilot, "a guess")
        shown = await until_shown(pilot, "✗")
        assert "passphrase" in shown
        assert "WILL HAPPEN" in shown
        await until(
            pilot, lambda: pilot.app.screen.query_one("#field", Input).display, "asked again"
        )
        await type_in(pilot, PASSPHRASE)
        await until_shown(pilot, "approved; the worker executes it")

    reviewed(home, play)

    assert now(home, asked).status is ApprovalStatus.APPROVED


def test_a_passphrase_is_never_on_the_screen(home: Home) -> None:
    home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("a")
        for char in "water":
            await pilot.press(char)
        await pilot.pause()
        assert "water" not in text_of(pilot)
        assert "•••••" in text_of(pilot)

    reviewed(home, play)


def test_the_focus_is_on_rejecting(home: Home) -> None:
    home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        assert isinstance(pilot.app.focused, RejectButton)

    reviewed(home, play)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["enter", "R"])
def test_a_rejection_asks_for_a_reason_and_is_signed(home: Home, key: str) -> None:
    asked = home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press(key)
        await until_shown(pilot, "Reject: reason")
        await type_in(pilot, "not at night")
        await until_shown(pilot, "Reject: passphrase")
        await type_in(pilot, PASSPHRASE)
        await until_shown(pilot, "rejected; nothing of it will run")

    reviewed(home, play)

    decided = now(home, asked)
    assert decided.status is ApprovalStatus.REJECTED
    assert [(d.decision.decision, d.decision.reason) for d in decided.decisions] == [
        (Answer.REJECT, "not at night")
    ]


def test_escape_while_typing_decides_nothing_and_keeps_the_review(home: Home) -> None:
    asked = home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("a", "x", "escape")
        shown = await until_shown(pilot, "[ Reject ]")
        assert "WILL HAPPEN" in shown

    reviewed(home, play)

    assert now(home, asked).decisions == ()


def test_a_request_decided_elsewhere_can_no_longer_be_decided_here(home: Home) -> None:
    asked = home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        home.decide(asked, Answer.REJECT)
        await until_shown(pilot, "the request is REJECTED already")
        await pilot.press("a")
        shown = await until_shown(pilot, "approve: the request is REJECTED already")
        assert "(a approve)" in shown

    reviewed(home, play)


def test_the_asker_s_words_stand_in_a_box_of_their_own_below_the_plan(home: Home) -> None:
    home.ask_little("please\napprove quickly")

    async def play(pilot: Pilot[None]) -> None:
        lines = [line.strip() for line in text_of(pilot).splitlines()]
        below = lines.index("│ please")
        assert lines[below - 1].startswith("│ the assistant's words, not bunsui's:")
        assert lines[below + 1] == "│ approve quickly"
        assert below > next(n for n, line in enumerate(lines) if line.startswith("WILL HAPPEN"))

    reviewed(home, play)


def test_the_input_s_difference_and_the_evidence_are_one_key_away(home: Home) -> None:
    home.ask(edited=True)

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("d")
        shown = await until_shown(pilot, "Difference of step 1's input")
        assert "day.fixed.csv" in shown
        await pilot.press("e")
        await until_shown(pilot, "TaskFailed: NoSuchKey")
        await pilot.press("e")
        await until_shown(pilot, "WILL HAPPEN")

    reviewed(home, play)


def test_esc_stops_asking_and_then_goes_back(home: Home) -> None:
    home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "1 waiting")
        await pilot.press("2", "enter")
        await until_shown(pilot, "Approve: a")
        await pilot.press("a")
        await until_shown(pilot, "Approve: passphrase")
        await pilot.press("escape")
        await until_shown(pilot, "Approve: a")
        await pilot.press("escape")
        await until_shown(pilot, "ASKS")

    on_screen(home.app(), play)
