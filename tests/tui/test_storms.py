"""Sessions of one root cause on the screen: one plan for all of them, shown before it is asked."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from bunsui_core.domain.approval import Approval
from bunsui_core.domain.plan import RedriveJob
from bunsui_core.domain.waves import Waves
from tests.builders import a_redrive, a_request, execution
from tests.tui.home import APPROVER, PASSPHRASE, Home
from tests.tui.screens import SIZE, Play, on_screen, text_of, type_in, until_shown
from tests.tui.stormy import begin, throttled

REASON = "the quota was raised"
SIZES = [(80, 24), (160, 45)]


def causes(home: Home, play: Play, size: tuple[int, int] = SIZE) -> None:
    """Group by root cause and let a human go on from there."""

    async def run(pilot: Pilot[None]) -> None:
        await until_shown(pilot, " of ")
        await pilot.press("b")
        await until_shown(pilot, "by error")
        await pilot.press("b")
        await until_shown(pilot, "Rate exceeded")
        await play(pilot)

    on_screen(home.app(), run, size)


def recovery(home: Home, play: Play, size: tuple[int, int] = SIZE) -> None:
    """Open the recovery of the largest storm and let a human go on from there."""

    async def run(pilot: Pilot[None]) -> None:
        await pilot.press("r")
        await until_shown(pilot, "· planned")
        await play(pilot)

    causes(home, run, size)


def asked(home: Home) -> tuple[Approval, ...]:
    """The requests that were made."""
    return home.desk.approvals()


@pytest.mark.parametrize("size", SIZES)
def test_failed_sessions_are_grouped_by_root_cause_the_largest_first(
    home: Home, size: tuple[int, int]
) -> None:
    throttled(home, 5)

    async def play(pilot: Pilot[None]) -> None:
        shown = await until_shown(pilot, "6 of 6 failed sessions")
        assert shown.index("Rate exceeded") < shown.index("NoSuchKey: The")
        assert "s-000, s-001, s-002, s-003, s-004" in shown

    causes(home, play, size)


def test_only_sessions_of_one_root_cause_are_recovered_together(home: Home) -> None:
    throttled(home, 2)

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "4 of 4")
        await pilot.press("b")
        await until_shown(pilot, "by error")
        await pilot.press("r")
        await until_shown(pilot, "only those with one root cause")

    on_screen(home.app(), play)


@pytest.mark.parametrize("size", SIZES)
def test_the_plan_is_shown_before_anything_is_asked_for(home: Home, size: tuple[int, int]) -> None:
    throttled(home, 5)

    async def play(pilot: Pilot[None]) -> None:
        shown = text_of(pilot)
        told = {line.split()[1]: line for line in shown.splitlines() if line[1:2] in set("✓◆✗·")}
        assert {one for one in told if "5 of 5" in told[one]} == {"redrive", "restart"}
        assert "not possible" in told["enter_at"]
        assert "1 of 5 first, then 25 at a time; it stops when" in shown
        assert "CANARY      s-000  SAFE" in shown
        assert "low risk" in shown
        await pilot.press("tab", "end")
        await until_shown(pilot, "WAVE 1      4: s-001, s-002, s-003, s-004")

    recovery(home, play, size)

    assert asked(home) == ()


def test_a_mode_that_is_not_possible_says_why_and_asks_for_nothing(home: Home) -> None:
    throttled(home, 2)

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("home", "down")
        await until_shown(pilot, "NOT NOW")
        await pilot.press("enter")
        await until_shown(pilot, "enter ask…: this mode is not possible now")

    recovery(home, play)

    assert asked(home) == ()


def test_who_is_left_out_is_named_with_the_reason(home: Home) -> None:
    throttled(home, 3)
    arn = execution("extract", session_id="s-001")
    step = a_redrive(session_id="s-001", execution_arn=arn)
    waiting = home.store.requests.submit(a_request(steps=(step,)))

    async def play(pilot: Pilot[None]) -> None:
        shown = await until_shown(pilot, "LEFT OUT")
        assert f"request {waiting.id} about it is open: s-001" in " ".join(shown.split())
        assert "2 of 3" in shown

    recovery(home, play)


def test_asking_takes_a_reason_and_leads_to_the_review_of_the_whole_plan(home: Home) -> None:
    sessions = throttled(home, 4)

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await until_shown(pilot, "redrive 4 sessions because")
        await type_in(pilot, REASON)
        await until_shown(pilot, "WILL HAPPEN")
        await until_shown(pilot, "[ Reject ]")

    recovery(home, play)

    (one,) = asked(home)
    assert one.status == "REQUESTED"
    assert (one.request.reason, one.request.plan.requester) == (REASON, f"human:{APPROVER}")
    assert [step.session_id for step in one.request.plan.steps] == list(sessions)
    assert all(isinstance(step, RedriveJob) for step in one.request.plan.steps)


def test_without_a_reason_nothing_is_asked_for(home: Home) -> None:
    throttled(home, 2)

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await until_shown(pilot, "because")
        await pilot.press("space", "enter", "x", "escape")
        await until_shown(pilot, "enter asks for it")

    recovery(home, play)

    assert asked(home) == ()


@pytest.mark.slow
def test_canary_wave_and_failures_are_keys_and_part_of_the_plan(home: Home) -> None:
    throttled(home, 4)

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("c", "w", "f")
        await until_shown(pilot, "2 of 4 first, then 50 at a time")
        await until_shown(pilot, "· planned")
        await pilot.press("enter")
        await type_in(pilot, REASON)
        await until_shown(pilot, "WILL HAPPEN")

    recovery(home, play)

    assert asked(home)[0].request.plan.waves == Waves(canary=2, size=50, most_failures=5)


def test_a_storm_that_is_over_says_so(home: Home) -> None:
    throttled(home, 2)

    async def play(pilot: Pilot[None]) -> None:
        for name in ("s-000", "s-001"):
            session = home.store.sessions.get(name)
            well = {"runs": home.healthy.runs, "status": home.healthy.status}
            over = session.model_copy(update=well)
            home.store.sessions.save(over)
        await pilot.press("r")
        await until_shown(pilot, "its sessions are recovered, or")

    causes(home, play)


def test_every_session_of_a_plan_that_waits_leads_to_its_review(home: Home) -> None:
    sessions = throttled(home, 2)
    steps = tuple(
        a_redrive(session_id=name, execution_arn=execution("extract", session_id=name))
        for name in sessions
    )
    waiting = home.store.requests.submit(a_request(steps=steps, waves=Waves()))

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "4 of 4")
        shown = await until_shown(pilot, "◆  orders")
        assert shown.count("◆  orders") == len(sessions)
        await pilot.press("home", "down", "down", "a")
        await until_shown(pilot, f"Review {waiting.id}")

    on_screen(home.app(), play)


@pytest.mark.slow
def test_an_approved_plan_is_followed_in_the_inbox_and_in_its_review(home: Home) -> None:
    sessions = throttled(home, 5)
    (storm,) = (one for one in home.desk.storms().items if len(one.casualties) == len(sessions))
    found = home.desk.recover_storm(storm.storm_id)
    request = home.desk.request(found.proposal_id, REASON).request

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "waiting")
        await pilot.press("2", "enter")
        await until_shown(pilot, "[ Reject ]")
        await pilot.press("a")
        await type_in(pilot, PASSPHRASE)
        await until_shown(pilot, "approved; the worker executes it")
        await until_shown(pilot, "DIGEST")
        begin(home, request.id)
        await until_shown(pilot, "1 of 5 recovered, 1 running, 3 not touched")
        await pilot.press("enter")
        await until_shown(pilot, "WILL HAPPEN")
        await until_shown(pilot, "1 of 5 recovered, 1 running, 3 not touched")

    on_screen(home.app(), play)
