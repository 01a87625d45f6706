"""A log that fills the screen: what it shows, how it is searched, wrapped and followed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.pilot import Pilot

from bunsui_core.domain.failure import LogLine
from bunsui_tui.board import Said
from bunsui_tui.render.log import Lines, matches, row
from bunsui_tui.widgets.log_view import LogView
from tests.builders import INPUT, NOW, a_failed_attempt, a_session, execution, later
from tests.tui.home import Home
from tests.tui.screens import on_screen, text_of, type_in, until, until_shown
from tests.unit.histories import FUNCTION, START, event, failed, task


def said(*texts: str) -> list[Said]:
    """Lines a second apart."""
    return [Said(NOW + timedelta(seconds=n), "load", text) for n, text in enumerate(texts)]


def shown(lines: Lines, term: str = "") -> list[str]:
    """Every row as it would be drawn, without styles."""
    found = [lines.find(at) for at in range(lines.rows)]
    return [row(lines, at, part, term, is_current=False).plain for at, part in found]


def test_a_long_line_is_broken_and_its_time_said_once() -> None:
    lines = Lines(width=4)
    lines.add(said("abcdefghij", "k"))

    assert shown(lines) == [
        "01:14:00 │ abcd",
        "         │ efgh",
        "         │ ij",
        "01:14:01 │ k",
    ]


@given(
    texts=st.lists(st.text(alphabet="aé注 \t\r\n\x1b", max_size=40), max_size=8),
    width=st.integers(2, 12),
)
def test_no_break_loses_or_repeats_anything(texts: list[str], width: int) -> None:
    lines = Lines(width=width)
    lines.add(said(*texts))
    rows = [lines.find(at) for at in range(lines.rows)]

    for at, text in enumerate(lines.texts):
        parts = [lines.part(line, number) for line, number in rows if line == at]
        assert "".join(part for part, _ in parts) == text
        assert all(cell_len(part) <= width for part, _ in parts)
        assert [before for _, before in parts] == [
            sum(len(part) for part, _ in parts[:number]) for number in range(len(parts))
        ]


def test_a_wide_character_is_never_cut_in_two() -> None:
    lines = Lines(width=3)
    lines.add(said("注文票"))

    assert [one.split("│ ")[1] for one in shown(lines)] == ["注", "文", "票"]


def test_a_record_of_several_lines_keeps_them() -> None:
    lines = Lines()
    lines.add(said("Traceback:\n  File\r\n\tat x\n"))

    assert [one[9:] for one in shown(lines)] == ["│ Traceback:", "│   File", "│     at x"]


def test_what_is_found_is_marked_across_a_break() -> None:
    lines = Lines(width=4)
    lines.add(said("xxneedlexx"))
    spans = [
        [(span.start, span.end) for span in text.spans if span.style == "found"]
        for text in (row(lines, 0, part, "needle", is_current=False) for part in range(3))
    ]

    assert spans == [[(13, 15)], [(11, 15)], []]


@pytest.mark.parametrize(("term", "found"), [("err", [0, 1, 2]), ("Err", [1]), ("none", [])])
def test_capitals_count_only_when_one_is_searched_for(term: str, found: list[int]) -> None:
    assert matches(["an err", "Error", "ERROR", "fine"], term) == found


def lines_of(count: int) -> tuple[LogLine, ...]:
    """So many lines, all within the failed operation's time."""
    return tuple(LogLine(at=later(seconds=4), text=f"line {n} of {count}") for n in range(count))


def a_failure_that_logged(home: Home, count: int) -> None:
    """Let the failed job have run a function that logged so many lines."""
    home.world.told[execution("extract")] = (START, *task(3, 1, "Load", "Boom"), failed(6, 5))
    home.logs.written = lines_of(count)


def test_a_finished_log_is_shown_at_its_end_and_searched_from_there(home: Home) -> None:
    a_failure_that_logged(home, 500)

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("l")
        text = await until_shown(pilot, "line 499 of 500")
        assert "log of extract · function orders-load" in text
        assert "500 lines · ✓ complete" in text
        await pilot.press("slash")
        await type_in(pilot, "line 7 of")
        await until_shown(pilot, "1 of 1")
        assert "> line 7 of 500" in text_of(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "1 of 1" not in text_of(pilot), "the search gone")
        await pilot.press("G")
        await until_shown(pilot, "line 499 of 500")
        await pilot.press("escape")
        await until_shown(pilot, "2 of 2")

    on_screen(home.app(), play)


def test_the_next_place_found_comes_after_the_last_one_again(home: Home) -> None:
    a_failure_that_logged(home, 100)

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("l")
        await until_shown(pilot, "line 99 of 100")
        await pilot.press("home", "slash")
        await type_in(pilot, "5 of")
        await until_shown(pilot, "1 of 10")
        await pilot.press("n")
        await until_shown(pilot, "2 of 10")
        await pilot.press("N", "N")
        await until_shown(pilot, "10 of 10")
        assert "> line 95 of 100" in text_of(pilot)

    on_screen(home.app(), play)


def test_what_is_not_found_is_said(home: Home) -> None:
    a_failure_that_logged(home, 5)

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("l")
        await until_shown(pilot, "line 4 of 5")
        await pilot.press("slash")
        await type_in(pilot, "zzz")
        await until_shown(pilot, "/zzz not found")

    on_screen(home.app(), play)


def test_long_lines_are_broken_or_left_long_by_key(home: Home) -> None:
    a_failure_that_logged(home, 1)
    home.logs.written = (LogLine(at=later(seconds=4), text="x" * 100 + "end"),)

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("l")
        await until_shown(pilot, "xend")
        await pilot.press("w")
        await until(pilot, lambda: "xend" not in text_of(pilot), "the line left long")
        await pilot.press("right", "right")
        await until_shown(pilot, "xend")

    on_screen(home.app(), play)


def a_running_job(home: Home) -> None:
    """Let the first job run a function that has logged one line."""
    arn = execution("extract")
    running = a_failed_attempt(status="RUNNING", stopped_at=None, error="", cause="")
    session = a_session(
        id="s-running",
        runs=({"job": "extract", "attempts": [running]}, {"job": "transform"}, {"job": "load"}),
        status="RUNNING",
        stopped_at=None,
    )
    home.store.sessions.save(session)
    home.world.executions.pop(arn)
    home.world.start(
        arn.replace(":execution:", ":stateMachine:").rsplit(":", 1)[0], arn.rsplit(":", 1)[1], INPUT
    )
    home.world.told[arn] = (
        START,
        event(2, 0, "TaskStateEntered", name="Load"),
        event(3, 2, "LambdaFunctionScheduled", resource=FUNCTION),
    )
    home.logs.written = lines_of(1)


def test_a_running_job_is_followed_until_the_reader_goes_up(home: Home) -> None:
    a_running_job(home)

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "s-running")
        await pilot.press("slash")
        await type_in(pilot, "status:running")
        await until_shown(pilot, "1 of 3")
        await pilot.press("l")
        await until_shown(pilot, "line 0 of 1")
        await until_shown(pilot, "▶ following")
        home.logs.written = lines_of(60)
        await until_shown(pilot, "line 59 of 60")
        await pilot.press("pageup", "pageup")
        await until_shown(pilot, "◆ held")
        view = pilot.app.screen.query_one(LogView)
        top = view.scroll_offset.y
        home.logs.written = (*home.logs.written, LogLine(at=later(seconds=5), text="the newest"))
        await until_shown(pilot, "62 lines")
        assert view.scroll_offset.y == top
        assert "the newest" not in text_of(pilot)
        await pilot.press("f")
        await until_shown(pilot, "the newest")

    on_screen(home.app(), play)


def test_a_log_that_cannot_be_read_says_why(home: Home) -> None:
    home.world.executions.clear()

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "s-healthy")
        await pilot.press("l")
        await until_shown(pilot, "it cannot be read")
        assert "does not exist" in text_of(pilot)

    on_screen(home.app(), play)


def test_the_scrollbar_hides_nothing_of_a_line(home: Home) -> None:
    a_failure_that_logged(home, 1)
    digits = "".join(str(n % 10) for n in range(100))
    home.logs.written = tuple(LogLine(at=later(seconds=4), text=digits) for _ in range(30))

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("l")
        shown = await until_shown(pilot, "30 lines")
        parts = [line.split("│ ")[1] for line in shown.splitlines() if "│ " in line]
        whole = "".join(part.rstrip(" ▁▂▃▄▅▆▇█") for part in parts)
        assert digits * 5 in whole

    on_screen(home.app(), play)
