"""A session on a clock: what the bars say, what the keys do, and what an unreachable AWS leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from textual.pilot import Pilot

from bunsui_tui.render.clock import Bar, Window, axis, busy, drawn, since
from bunsui_tui.render.lasting import longest_way
from tests.builders import NOW, a_pipeline, a_session, an_attempt, execution, later
from tests.tui.home import Home
from tests.tui.screens import on_screen, text_of, until, until_shown
from tests.unit.histories import START, event, failed, task

WHOLE = Window(NOW, later(seconds=99), NOW)
HISTORY = (
    START,
    event(2, 0, "PassStateEntered", name="Prepare"),
    event(3, 2, "PassStateExited", name="Prepare"),
    *task(4, 3, "Load", "Boom"),
    failed(60, 6),
)


def line_with(pilot: Pilot[None], wanted: str) -> str:
    """The first line on the screen that contains a text."""
    return next(line for line in text_of(pilot).splitlines() if wanted in line)


def test_a_bar_stands_where_it_was_in_time_and_ends_with_its_sign() -> None:
    bars = [
        Bar(NOW, later(seconds=49), "ok"),
        Bar(later(seconds=50), later(seconds=99), "failed", "✗"),
    ]

    assert drawn(bars, WHOLE, 10).plain == "█████████✗"
    assert drawn(bars[:1], WHOLE, 10).plain == "█████     "


def test_a_failure_is_drawn_over_what_went_well_at_the_same_time() -> None:
    well = Bar(NOW, later(seconds=99), "ok", weight=1)
    bad = Bar(later(seconds=45), later(seconds=45), "failed", "✗", weight=5)

    for bars in ([well, bad], [bad, well]):
        assert drawn(bars, WHOLE, 10).plain == "████✗█████"


def test_what_is_out_of_sight_is_not_drawn() -> None:
    window = Window(later(seconds=40), later(seconds=60), NOW)
    bars = [Bar(NOW, later(seconds=10), "ok"), Bar(later(seconds=70), later(seconds=90), "ok")]

    assert drawn(bars, window, 10).plain.strip() == ""


def test_the_axis_counts_from_the_start_in_round_steps() -> None:
    window = Window(NOW, later(minutes=9), NOW)

    assert axis(window, 60).plain.split() == ["│0s", "│2m", "│4m", "│6m", "│8m"]


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0s"), (90, "1m30s"), (5400, "1h30m"), (194_400, "2d6h")]
)
def test_a_mark_of_the_axis_names_two_units_at_most(seconds: int, shown: str) -> None:
    assert since(timedelta(seconds=seconds)) == shown


def test_a_closer_look_stays_within_the_whole_time() -> None:
    near = WHOLE.zoomed(0.5, NOW, WHOLE)
    assert (near.start, near.length) == (WHOLE.start, WHOLE.length / 2)

    far_right = near.moved(50, WHOLE)
    assert far_right.end == WHOLE.end

    assert far_right.zoomed(64, far_right.start, WHOLE) == WHOLE


def test_time_in_which_several_ran_counts_once() -> None:
    spans = [(NOW, later(seconds=10)), (later(seconds=5), later(seconds=20))]

    assert busy([*spans, (later(seconds=30), later(seconds=31))]) == timedelta(seconds=21)


def test_the_longest_way_goes_back_through_what_ended_last() -> None:
    arms = [{"name": name, "machine": name, "after": ["in"]} for name in ("left", "right")]
    end = {"name": "out", "machine": "out", "after": ["left", "right"]}
    pipeline = a_pipeline(jobs=[{"name": "in", "machine": "in"}, *arms, end])
    times = {"in": (0, 10), "left": (10, 50), "right": (10, 20), "out": (51, 55)}
    runs = [
        {
            "job": job,
            "attempts": [
                an_attempt(job, started_at=later(seconds=first), stopped_at=later(seconds=last))
            ],
        }
        for job, (first, last) in times.items()
    ]
    session = a_session(pipeline=pipeline, runs=runs, status="SUCCEEDED")

    way = longest_way(session, NOW)

    assert [job for job, _ in way] == ["in", "left", "out"]


def test_the_timeline_opens_the_job_that_failed_with_its_states(home: Home) -> None:
    home.world.told[execution("extract")] = HISTORY

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("t")
        shown = await until_shown(pilot, "Load")
        assert "1m 00s in sight" in shown
        assert line_with(pilot, "extract").rstrip().endswith("█✗")
        assert line_with(pilot, "extract").index("█") == line_with(pilot, "│0s").index("│0s")
        assert line_with(pilot, "Prepare").lstrip().startswith("✓")
        assert line_with(pilot, "Load").lstrip().startswith("✗")
        assert "after extract" in line_with(pilot, "transform")
        await pilot.press("down", "down")
        shown = await until_shown(pilot, "Task · 2026-03-02 01:14:04 UTC to 01:15:00")
        assert "failed" in shown
        await pilot.press("escape")
        await until_shown(pilot, "2 of 2")

    on_screen(home.app(), play)


def test_states_are_hidden_and_shown_by_key(home: Home) -> None:
    home.world.told[execution("extract")] = HISTORY

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("t")
        await until_shown(pilot, "Prepare")
        await pilot.press("enter")
        await until(pilot, lambda: "Prepare" not in text_of(pilot), "the states hidden")
        await pilot.press("x")
        await until_shown(pilot, "Prepare")
        await pilot.press("end", "enter")
        await until_shown(pilot, "enter states: this job has not started")

    on_screen(home.app(), play)


def test_the_clock_is_zoomed_moved_and_shown_whole_by_key(home: Home) -> None:
    home.world.told[execution("extract")] = HISTORY

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("t")
        await until_shown(pilot, "1m 00s in sight")
        await pilot.press("plus", "plus")
        await until_shown(pilot, "15s in sight")
        before = line_with(pilot, "in sight")
        await pilot.press("right")
        await until(pilot, lambda: line_with(pilot, "in sight") != before, "the clock moved")
        await pilot.press("0")
        await until_shown(pilot, "1m 00s in sight")

    on_screen(home.app(), play)


def test_a_job_whose_states_cannot_be_read_says_why(home: Home) -> None:
    home.world.executions.clear()

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "s-healthy")
        await pilot.press("t")
        await until_shown(pilot, "cannot be read")
        assert "does not exist" in text_of(pilot)

    on_screen(home.app(), play, (160, 45))
