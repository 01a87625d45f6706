"""A list that is far longer than what is read of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from bunsui_tui.app import DeskApp
from bunsui_tui.listing import PAGE
from bunsui_tui.screens.sessions import SessionsScreen
from bunsui_tui.showing import Setting
from tests.tui.ground import a_ground
from tests.tui.home import Home
from tests.tui.screens import on_screen, text_of, until, until_shown
from tests.tui.tall import TallLists

LENGTH = 5_000


@pytest.fixture
def lists() -> TallLists:
    """A list with fifty failed sessions at its top."""
    return TallLists(LENGTH)


def an_app(home: Home, lists: TallLists) -> DeskApp:
    """An app over that list."""
    ground = replace(a_ground(home.desk), lists=lists)
    return DeskApp(ground, home.clock, Setting("local", "log"))


def selected(pilot: Pilot[None]) -> str:
    """The session that is selected."""
    screen = pilot.app.screen
    assert isinstance(screen, SessionsScreen)
    return screen.selected


def test_the_end_of_a_long_list_is_one_key_away_and_its_middle_is_never_read(
    home: Home, lists: TallLists
) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "5,000 of 5,000")
        await pilot.press("end")
        await until_shown(pilot, "s-004999")
        await pilot.press("pageup")
        await until(pilot, lambda: selected(pilot) < "s-004999", "a session before the last")

    on_screen(an_app(home, lists), play)

    assert max(offset for offset, _ in lists.read) == LENGTH - PAGE
    assert not [offset for offset, _ in lists.read if 2 * PAGE < offset < LENGTH - 3 * PAGE]
    assert all(limit <= PAGE for _, limit in lists.read)


def test_paging_through_shows_every_row_once_it_was_read(home: Home, lists: TallLists) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "s-000000")
        for _ in range(20):
            await pilot.press("pagedown")
        await until(pilot, lambda: " …" not in text_of(pilot), "rows instead of dots")
        await until(pilot, lambda: selected(pilot) != "", "a selection")
        await pilot.press("home")
        await until_shown(pilot, "s-000000")

    on_screen(an_app(home, lists), play)


def test_the_selection_follows_a_session_that_moves_far_away(home: Home, lists: TallLists) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "s-000000")
        await pilot.press("down")
        await until(pilot, lambda: selected(pilot) == "s-000100", "the second session")
        lists.finish("s-000100")
        await until_shown(pilot, "✓  orders    s-000100")
        assert selected(pilot) == "s-000100"

    on_screen(an_app(home, lists), play)


def test_a_session_that_the_filter_lets_go_gives_way_to_the_next(
    home: Home, lists: TallLists
) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "s-000000")
        await pilot.press("slash", *"status", "colon", *"failed", "enter")
        await until_shown(pilot, "50 of 5,000")
        await pilot.press("down")
        await until(pilot, lambda: selected(pilot) == "s-000100", "the second session")
        lists.finish("s-000100")
        await until_shown(pilot, "49 of 5,000")
        await until(pilot, lambda: selected(pilot) == "s-000200", "the session after it")

    on_screen(an_app(home, lists), play)
