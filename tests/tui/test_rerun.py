"""Running a job again from the screen: every way with its verdict, a preview, then a request."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from bunsui_core.domain.approval import Approval
from bunsui_core.domain.plan import Control, ControlSession, MarkDone, RedriveJob, RestartJob
from bunsui_core.domain.session import JobRun
from tests.builders import a_session
from tests.tui.home import APPROVER, Home
from tests.tui.screens import SIZE, Play, on_screen, text_of, type_in, until_shown

REASON = "the file is there now"
RUNNING = "s-running"


def rerun(home: Home, play: Play, size: tuple[int, int] = SIZE) -> None:
    """Open the ways to run the failed job again and let a human go on from there."""

    async def run(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("r")
        await until_shown(pilot, "· judged")
        await play(pilot)

    on_screen(home.app(), run, size)


def asked(home: Home) -> tuple[Approval, ...]:
    """The requests that were made."""
    return home.desk.approvals()


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
def test_every_mode_is_listed_with_its_verdict_or_why_it_is_not_possible(
    home: Home, size: tuple[int, int]
) -> None:
    async def play(pilot: Pilot[None]) -> None:
        lines = text_of(pilot).splitlines()
        told = {line.split()[1]: line for line in lines if line[1:2] in {"◆", "·", "✗", "✓"}}
        assert set(told) == {"redrive", "enter_at", "restart", "mark_done"}
        assert "UNKNOWN" in told["restart"]
        assert "not possible" in told["mark_done"]

    rerun(home, play, size)


def test_what_would_run_is_shown_before_anything_is_asked_for(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("down", "down")
        shown = await until_shown(pilot, "a new execution of the whole job")
        assert "RUNS        extract" in shown
        assert "FOLLOWS     transform, load (never ran)" in shown
        assert "REUSED      nothing" in shown

    rerun(home, play)

    assert asked(home) == ()


def test_asking_takes_a_reason_and_leads_to_the_review(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await until_shown(pilot, "redrive extract because")
        await type_in(pilot, REASON)
        await until_shown(pilot, "WILL HAPPEN")
        await until_shown(pilot, "[ Reject ]")

    rerun(home, play)

    (one,) = asked(home)
    assert one.status == "REQUESTED"
    assert (one.request.reason, one.request.plan.requester) == (REASON, f"human:{APPROVER}")
    assert isinstance(one.request.plan.steps[0], RedriveJob)


def test_without_a_reason_nothing_is_asked_for(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await until_shown(pilot, "redrive extract because")
        await pilot.press("space", "enter", "x", "escape")
        await until_shown(pilot, "enter asks for it")

    rerun(home, play)

    assert asked(home) == ()


def test_a_mode_that_is_not_possible_says_why_and_asks_for_nothing(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("end")
        await until_shown(pilot, "NOT NOW")
        await pilot.press("enter")
        await until_shown(pilot, "enter ask…: i gives the output")

    rerun(home, play)

    assert asked(home) == ()


def test_downstream_is_a_key_and_part_of_the_plan(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("w")
        await until_shown(pilot, "those below it that are done, too")
        await until_shown(pilot, "· judged")
        await pilot.press("enter")
        await until_shown(pilot, "downstream too because")
        await type_in(pilot, REASON)
        await until_shown(pilot, "WILL HAPPEN")

    rerun(home, play)

    step = asked(home)[0].request.plan.steps[0]
    assert isinstance(step, RedriveJob)
    assert step.downstream


@pytest.mark.slow
def test_an_edited_input_is_judged_anew_shown_and_asked_for(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("down", "down", "i")
        await until_shown(pilot, "nothing is changed")
        await pilot.press("down", "down", "end", "left", "x")
        await until_shown(pilot, '+ "s3://orders/day.csvx"')
        await pilot.press("ctrl+s")
        await until_shown(pilot, "CHANGED")
        await until_shown(pilot, "· judged")
        await pilot.press("enter")
        await type_in(pilot, REASON)
        await until_shown(pilot, "with an")

    rerun(home, play)

    request = asked(home)[0].request
    (step,) = request.plan.steps
    assert isinstance(step, RestartJob)
    assert step.input_edited
    assert "day.csvx" in request.inputs[0]


def test_the_recorded_input_is_one_key_away(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("down", "down", "i")
        await until_shown(pilot, "nothing is changed")
        await pilot.press("down", "down", "end", "left", "x")
        await until_shown(pilot, "· changed ·")
        await pilot.press("ctrl+s")
        await until_shown(pilot, "CHANGED")
        await pilot.press("u")
        await until_shown(pilot, "(u undo edit)")

    rerun(home, play)


def test_a_job_is_marked_done_with_an_output_that_is_written_here(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("end", "i")
        await until_shown(pilot, "Edit the output")
        await pilot.press("ctrl+s")
        await until_shown(pilot, "nothing of the job itself")
        await pilot.press("enter")
        await type_in(pilot, REASON)
        await until_shown(pilot, "WILL HAPPEN")

    rerun(home, play)

    request = asked(home)[0].request
    assert isinstance(request.plan.steps[0], MarkDone)
    assert request.inputs == ("{}",)


def test_a_second_request_about_the_same_is_the_one_that_waits(home: Home) -> None:
    waiting = home.ask()

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await type_in(pilot, REASON)
        await until_shown(pilot, "about the same waits already")

    rerun(home, play)

    assert [one.request.id for one in asked(home)] == [waiting.request.id]


def with_running(home: Home) -> None:
    """Let another session run."""
    runs = tuple(JobRun(job=name) for name in ("extract", "transform", "load"))
    home.store.sessions.save(a_session(id=RUNNING, status="RUNNING", stopped_at=None, runs=runs))


@pytest.mark.parametrize(("key", "action"), [("p", Control.PAUSE), ("x", Control.CANCEL)])
def test_a_session_that_runs_is_paused_or_cancelled_after_a_preview(
    home: Home, key: str, action: Control
) -> None:
    with_running(home)

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, RUNNING)
        await pilot.press("down")
        await until_shown(pilot, f"{RUNNING}  extract")
        await pilot.press(key)
        await until_shown(pilot, "HOLDS")
        await pilot.press("enter")
        await until_shown(pilot, f"{action.value} it because")
        await type_in(pilot, REASON)
        await until_shown(pilot, "WILL HAPPEN")

    on_screen(home.app(), play)

    (step,) = asked(home)[0].request.plan.steps
    assert isinstance(step, ControlSession)
    assert (step.session_id, step.action) == (RUNNING, action)


def test_what_has_ended_cannot_be_paused_and_says_why(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("p")
        await until_shown(pilot, "p pause…: the session is FAILED already")

    on_screen(home.app(), play)


def test_a_job_that_has_not_run_cannot_run_again(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("enter")
        await until_shown(pilot, "ERROR")
        await pilot.press("end", "r")
        await until_shown(pilot, "r rerun…: load has not run")

    on_screen(home.app(), play)
