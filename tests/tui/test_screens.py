"""What the screens show of the store, and what their keys do."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from bunsui_core.domain.errors import Unavailable
from bunsui_tui.app import DeskApp
from bunsui_tui.screens.sessions import SessionsScreen
from bunsui_tui.showing import Setting
from tests.builders import later
from tests.tui.ground import a_ground
from tests.tui.home import Home, a_healthy_session
from tests.tui.screens import line_with, on_screen, text_of, until, until_shown


def test_failed_sessions_come_before_newer_ones_that_are_well(home: Home) -> None:
    newer = a_healthy_session("s-newer").model_copy(update={"created_at": later(minutes=2)})
    home.store.sessions.save(newer)

    async def play(pilot: Pilot[None]) -> None:
        shown = await until_shown(pilot, "s-newer")
        assert line_with(shown, "failed") < line_with(shown, "s-newer") < line_with(shown, "s-hea")

    on_screen(home.app(), play)


def test_what_waits_for_a_human_comes_before_newer_failures(home: Home) -> None:
    changes = {"id": "s-failed-later", "created_at": later(minutes=2), "version": 0}
    home.store.sessions.save(home.session.model_copy(update=changes))

    async def play(pilot: Pilot[None]) -> None:
        shown = await until_shown(pilot, "3 of 3")
        assert line_with(shown, "✗  orders    s-failed") < line_with(shown, "s-20260302-orders  ")
        home.ask_little()
        await until_shown(pilot, "◆  orders    s-20260302-orders")

        def is_first() -> bool:
            shown = text_of(pilot)
            return line_with(shown, "◆  orders") < line_with(shown, "✗  orders    s-failed")

        await until(pilot, is_first, "what waits above what failed later")
        assert text_of(pilot).count("s-20260302-orders  ") == 1, "it is in the list once"

    on_screen(home.app(), play)


def test_the_first_screen_says_what_broke_why_and_who_asks_for_what(home: Home) -> None:
    home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        shown = await until_shown(pilot, "redrive UNKNOWN")
        assert "extract ✗ → transform · → load ·" in shown
        assert "missing_resource" in shown
        assert "│ The specified key does not exist." in shown
        assert "◆ assistant claude asks: redrive extract" in shown
        assert "1 waiting" in shown

    on_screen(home.app(), play)


def test_the_age_of_what_is_shown_grows_with_the_clock(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "as of 0 s (store)")
        home.clock.now = later(minutes=3, seconds=42)
        await until_shown(pilot, "as of 42 s (store)")
        home.clock.now = later(minutes=9)
        await until_shown(pilot, "no worker seen for 6m: start `bunsui worker`")

    on_screen(home.app(), play)


def test_a_session_shows_its_jobs_the_failure_and_its_evidence(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("enter")
        shown = await until_shown(pilot, "OPERATION")
        assert "✗ orders/s-20260302-orders  FAILED" in shown
        assert "after extract" in shown
        await pilot.press("tab", "end")
        await until_shown(pilot, "TRY 1")
        await pilot.press("shift+tab", "l")
        await until_shown(pilot, "log of extract")
        await pilot.press("escape")
        await until_shown(pilot, "TRY 1")
        await pilot.press("escape")
        await until_shown(pilot, "2 of 2")

    on_screen(home.app(), play)


def test_a_key_that_cannot_be_used_now_says_why(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        shown = await until_shown(pilot, "redrive UNKNOWN")
        assert "(a review)" in shown
        await pilot.press("a")
        await until_shown(pilot, "a review: no request waits for this session")
        await pilot.press("question_mark")
        await until_shown(pilot, "not now: no request")

    on_screen(home.app(), play)


def test_the_selection_follows_its_session_when_the_list_changes(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "s-healthy")
        await pilot.press("end")
        newer = a_healthy_session("s-newer").model_copy(update={"created_at": later(minutes=2)})
        home.store.sessions.save(newer)
        await until_shown(pilot, "s-newer")
        screen = pilot.app.screen
        assert isinstance(screen, SessionsScreen)
        assert screen.selected == "s-healthy"

    on_screen(home.app(), play)


def test_a_trouble_comes_back_after_a_hint(home: Home) -> None:
    def check() -> None:
        raise Unavailable("the embedded AWS does not run;", "Start it with `bunsui local up`.")

    app = DeskApp(a_ground(home.desk, check), home.clock, Setting("local", "log"))

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "Start it with `bunsui local up`.")
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("a")
        await until_shown(pilot, "no request waits for this session")
        await pilot.press("down")
        await until_shown(pilot, "Start it with `bunsui local up`.")
        await pilot.press("up", "a")
        await until_shown(pilot, "no request waits for this session")
        home.clock.now += timedelta(seconds=5)
        await until_shown(pilot, "Start it with `bunsui local up`.")

    on_screen(app, play)


@pytest.mark.parametrize("size", [(79, 24), (80, 23), (40, 10)])
def test_a_terminal_that_is_too_small_gets_a_sentence(home: Home, size: tuple[int, int]) -> None:
    async def play(pilot: Pilot[None]) -> None:
        shown = await until_shown(pilot, "bunsui needs")
        assert "orders" not in shown
        await pilot.resize_terminal(80, 24)
        await until_shown(pilot, "2 of 2")

    on_screen(home.app(), play, size)


def test_a_wide_screen_shows_list_clock_and_log_side_by_side(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "log of extract")
        shown = await until_shown(pilot, "redrive UNKNOWN")
        assert line_with(shown, "✗  extract") == line_with(shown, "s-healthy") - 1

    on_screen(home.app(), play, (160, 45))


def test_ascii_replaces_every_sign_cell_for_cell(home: Home) -> None:
    home.ask(edited=True)

    async def play(pilot: Pilot[None]) -> None:
        shown = await until_shown(pilot, "redrive UNKNOWN")
        assert "extract x > transform . > load ." in shown
        for key in ("enter", "escape", "2", "enter", "question_mark"):
            assert text_of(pilot).isascii()
            await pilot.press(key)

    on_screen(home.app(ascii_only=True), play)


def test_without_colour_every_meaning_still_has_its_sign(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    home.ask_little()

    async def play(pilot: Pilot[None]) -> None:
        shown = await until_shown(pilot, "redrive UNKNOWN")
        assert "◆  orders" in shown
        assert "✓  orders" in shown
        strips = pilot.app.screen._compositor.render_strips()
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        assert not [style for style in styles if style.color and not style.color.is_default]
        assert [style for style in styles if style.reverse], "the selection is seen"

    on_screen(home.app(), play)


def test_what_is_stored_stays_when_aws_cannot_be_reached(home: Home) -> None:
    is_down = threading.Event()

    def check() -> None:
        if is_down.is_set():
            raise Unavailable("the embedded AWS does not run;", "Start it with `bunsui local up`.")

    app = DeskApp(a_ground(home.desk, check), home.clock, Setting("local", "log"))

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        is_down.set()
        shown = await until_shown(pilot, "Start it with `bunsui local up`.")
        assert "s-healthy" in shown
        is_down.clear()
        await until(pilot, lambda: "local up" not in text_of(pilot), "the sentence gone")

    on_screen(app, play)


def test_a_failure_that_cannot_be_judged_now_is_still_explained(home: Home) -> None:
    home.world.executions.clear()

    async def play(pilot: Pilot[None]) -> None:
        shown = await until_shown(pilot, "does not exist. Look at the list.")
        assert "missing_resource" in shown
        await pilot.press("enter")
        shown = await until_shown(pilot, "RERUN")
        assert "judging" not in shown

    on_screen(home.app(), play)


def test_an_id_is_copied_and_said_so(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("y")
        await until_shown(pilot, f"copied {home.session.id}")
        assert pilot.app.clipboard == home.session.id

    on_screen(home.app(), play)


def test_the_palette_finds_a_command_by_its_name(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        await pilot.press("colon", *"inbox")
        await until_shown(pilot, "Go to the inbox")
        await pilot.press("enter", "enter")
        await until_shown(pilot, "nobody asks for anything")

    on_screen(home.app(), play)


class Stepping:
    """A worker that only waits to be told to stop."""

    def run(self, stop: threading.Event) -> None:
        """Wait."""
        stop.wait()


def test_the_worker_ends_with_the_screen(home: Home) -> None:
    setting = Setting("local", "log")
    app = DeskApp(a_ground(home.desk, make_worker=Stepping), home.clock, setting)
    before = set(threading.enumerate())

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        await pilot.press("q")

    on_screen(app, play)
    app.finish(lambda sentence: None)

    assert set(threading.enumerate()) <= before
