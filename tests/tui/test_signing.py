"""Who may sign, with what, and what she is told before: keys, roles, freezes, two humans."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from textual.pilot import Pilot

from bunsui_core.desk.operator import Signing
from bunsui_core.domain.approval import Answer, Approval, ApprovalStatus
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.trust import Role
from tests.local_home import trusted_too
from tests.tui.home import APPROVER, PASSPHRASE, Home
from tests.tui.screens import Play, on_screen, type_in, until_shown

TARO = "taro"
SIGNING = Signing(approver=APPROVER, passphrase=PASSPHRASE)
TWO = 'version = 1\n\n[[rules]]\nmatch = {}\nrequire = "two"\n'
DENY = 'version = 1\n\n[[rules]]\nmatch = {}\nrequire = "deny"\n'
FROZEN = """\
version = 1
break_glass = [%s]

[[rules]]
match = {}
require = "one"

[[freeze]]
name = "quarter end"
from = 2026-01-01T00:00:00Z
until = 2027-01-01T00:00:00Z
match = {}
"""


def reviewed(home: Home, play: Play, size: tuple[int, int] = (80, 24)) -> None:
    """Open the review of the waiting request and let a human go on from there."""

    async def run(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "1 waiting")
        await pilot.press("2", "enter")
        await until_shown(pilot, "[ Reject ]")
        await play(pilot)

    on_screen(home.app(), run, size)


def now(home: Home, asked: Approval) -> Approval:
    """Where the request stands."""
    return home.desk.approval(asked.request.id)


@pytest.fixture
def unlocked(home: Home) -> Iterator[Home]:
    """Hanako's key lies open."""
    home.desk.unlock(APPROVER, PASSPHRASE)
    yield home
    home.desk.lock()


def test_a_key_is_opened_on_the_screen_and_each_answer_takes_a_y(home: Home) -> None:
    asked = home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("u")
        await until_shown(pilot, f"passphrase of {APPROVER} (lead)")
        await type_in(pilot, PASSPHRASE)
        shown = await until_shown(pilot, "key open")
        assert "Approve: a, then y" in shown
        await pilot.press("a")
        await until_shown(pilot, f"type y to sign as {APPROVER}")
        assert now(home, asked).status is ApprovalStatus.REQUESTED
        await type_in(pilot, "y")
        await until_shown(pilot, "approved; the worker executes it")

    reviewed(home, play)
    home.desk.lock()

    assert now(home, asked).status is ApprovalStatus.APPROVED


@pytest.mark.slow
def test_anything_but_a_y_signs_nothing_with_an_open_key(unlocked: Home) -> None:
    asked = unlocked.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("a")
        await type_in(pilot, "n")
        await until_shown(pilot, "type y to go on")
        await pilot.press("enter")
        await until_shown(pilot, "type y to go on")

    reviewed(unlocked, play)

    assert now(unlocked, asked).decisions == ()


def test_one_key_locks_at_once(unlocked: Home) -> None:
    unlocked.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "key open")
        await pilot.press("L")
        shown = await until_shown(pilot, "the key is locked")
        assert "key open" not in shown
        await until_shown(pilot, "then your passphrase")

    reviewed(unlocked, play)

    assert unlocked.desk.unlocked() is None


def test_no_key_stays_open_when_the_screen_is_left(unlocked: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "key open")

    unlocked.ask_little()
    reviewed(unlocked, play)

    assert unlocked.desk.unlocked() is None


def test_who_has_no_key_on_this_machine_is_not_asked_and_without_any_the_reason_is_told(
    home: Home,
) -> None:
    home.ask_little()
    taro = trusted_too(home.keys, home.signers, (TARO, False, Role.APPROVER))
    keys = home.settings.keys_path

    async def alone(pilot: Pilot[None]) -> None:
        await pilot.press("a")
        await until_shown(pilot, f"passphrase of {APPROVER}")

    async def nobody(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "1 waiting")
        await pilot.press("2", "enter")
        await until_shown(pilot, f"no key of {APPROVER}, {TARO} is on this machine")

    (keys / f"{taro.key_id}.json").unlink()
    reviewed(home, alone)
    for file in keys.glob("*.json"):
        file.unlink()
    on_screen(home.app(), nobody, (80, 24))


def test_the_second_approver_sees_who_approved_and_not_why(home: Home) -> None:
    trusted_too(home.keys, home.signers, (TARO, False, Role.APPROVER))
    home.desk.sign_policy(TWO, SIGNING)
    asked = home.ask_little()
    first = home.desk.review(asked.request.id)
    home.desk.decide(first, Answer.APPROVE, SIGNING, "the vendor says it is repaired")

    async def play(pilot: Pilot[None]) -> None:
        shown = await until_shown(pilot, "1 of 2 approved (hanako)")
        assert "vendor" not in shown
        await pilot.press("a")
        await until_shown(pilot, "passphrase of taro (approver)")
        await pilot.press("escape", "escape")
        shown = await until_shown(pilot, "approve by hanako")
        assert "the reason is shown when all have decided" in " ".join(shown.split())
        assert "vendor" not in shown
        await pilot.press("enter", "a")
        await type_in(pilot, PASSPHRASE)
        await until_shown(pilot, "approved; the worker executes it")

    reviewed(home, play)

    assert "vendor" not in home.desk.review(asked.request.id).document
    assert now(home, asked).status is ApprovalStatus.APPROVED


@pytest.mark.slow
def test_the_first_of_two_is_told_that_another_must_approve(home: Home) -> None:
    trusted_too(home.keys, home.signers, (TARO, False, Role.APPROVER))
    home.desk.sign_policy(TWO, SIGNING)
    asked = home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "0 of 2 approved")
        await pilot.press("a")
        await type_in(pilot, APPROVER)
        await type_in(pilot, PASSPHRASE)
        await until_shown(pilot, "1 of 2, another must approve")

    reviewed(home, play)

    assert now(home, asked).status is ApprovalStatus.REQUESTED


def test_a_freeze_is_lifted_with_a_typed_reason_and_a_typed_word(home: Home) -> None:
    home.desk.sign_policy(FROZEN % '"lead"', SIGNING)
    asked = home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "FROZEN")
        await pilot.press("a")
        await until_shown(pilot, "why lift the freeze?")
        await type_in(pilot, "no till")
        await until_shown(pilot, "type LIFT to lift it")
        await type_in(pilot, "yes")
        await until_shown(pilot, "type LIFT to go on")
        await type_in(pilot, "LIFT")
        await until_shown(pilot, f"passphrase of {APPROVER}")
        await type_in(pilot, PASSPHRASE)
        await until_shown(pilot, "approved; the worker executes it")

    reviewed(home, play, (160, 45))

    (signed,) = now(home, asked).decisions
    assert signed.decision.break_glass == "no till"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "why"), [(FROZEN % "", "nobody may lift the freeze"), (DENY, "the policy")]
)
def test_what_nobody_may_approve_says_why_and_can_be_rejected(
    home: Home, policy: str, why: str
) -> None:
    home.desk.sign_policy(policy, SIGNING)
    asked = home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        shown = await until_shown(pilot, "(a approve)")
        assert why in " ".join(shown.split())
        await pilot.press("a", "R")
        await type_in(pilot, "not now")
        await type_in(pilot, PASSPHRASE)
        await until_shown(pilot, "rejected; nothing of it will run")

    reviewed(home, play, (160, 45))

    assert now(home, asked).status is ApprovalStatus.REJECTED


@pytest.mark.slow
def test_code_that_changed_since_the_failure_is_beside_the_input(home: Home) -> None:
    home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("d")
        shown = await until_shown(pilot, "What else changed since step 1's failed run")
        assert "The whole input of step 1" in shown

    reviewed(home, play, (160, 45))


@pytest.mark.slow
def test_a_long_input_is_named_whole_in_what_is_signed_and_shown_whole(home: Home) -> None:
    text = json.dumps({"input": {"rows": [f"row {n:04d}" for n in range(400)]}, "outputs": {}})
    home.desk.requester = "agent:claude"
    found = home.desk.propose(home.session.id, "extract", text).proposals
    wanted = next(one for one in found if one.mode.value == "restart")
    home.desk.requester = f"human:{APPROVER}"
    asked = home.desk.request(wanted.proposal_id, "all rows", "")
    review = home.desk.review(asked.request.id)

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("d")
        await until_shown(pilot, "row 0003")
        await pilot.press("end")
        await until_shown(pilot, "row 0399")

    reviewed(home, play, (160, 45))

    (step,) = review.steps
    assert f"{len(step.input):,} characters; sha256 of the whole {text_digest(step.input)}" in (
        review.document
    )
