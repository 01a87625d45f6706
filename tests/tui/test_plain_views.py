"""Timelines, logs and pipelines where a terminal shows little: ASCII only, no colour, light."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from bunsui_tui.theme import LIGHT
from tests.tui.home import Home
from tests.tui.screens import on_screen, strips, text_of, type_in, until_shown
from tests.tui.test_log import a_failure_that_logged

SIZES = [(80, 24), (160, 45)]
VIEWS = (("t", "Load"), ("l", "line 2 of 3"), ("3", "1 pipeline"))
"""A key, and what the screen behind it shows."""


async def through_the_views(pilot: Pilot[None], look: Callable[[], None]) -> None:
    """Open each view from the list, and look."""
    await until_shown(pilot, "2 of 2")
    for key, shown in VIEWS:
        await pilot.press(key)
        await until_shown(pilot, shown)
        look()
        await pilot.press("escape")
        await until_shown(pilot, "2 of 2")


@pytest.mark.parametrize("size", SIZES)
def test_ascii_is_enough(home: Home, size: tuple[int, int]) -> None:
    a_failure_that_logged(home, 3)

    async def play(pilot: Pilot[None]) -> None:
        def look() -> None:
            assert text_of(pilot).isascii()

        await through_the_views(pilot, look)

    on_screen(home.app(ascii_only=True), play, size)


def test_no_colour_is_needed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    a_failure_that_logged(home, 3)

    async def play(pilot: Pilot[None]) -> None:
        def look() -> None:
            styles = [part.style for strip in strips(pilot) for part in strip if part.style]
            assert not [one for one in styles if one.color and not one.color.is_default]

        await through_the_views(pilot, look)
        await pilot.press("l")
        await until_shown(pilot, "line 2 of 3")
        await pilot.press("slash")
        await type_in(pilot, "line 1")
        await until_shown(pilot, "1 of 1")
        found = [part for strip in strips(pilot) for part in strip if part.text == "line 1"]
        assert [part for part in found if part.style and part.style.reverse], "it is marked"

    on_screen(home.app(), play)


def test_a_light_theme_has_its_own_colours(home: Home) -> None:
    a_failure_that_logged(home, 3)
    app = home.app()

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        app.choose_theme(LIGHT.name)

        def look() -> None:
            drawn = [part.style for strip in strips(pilot) for part in strip if part.style]
            backs = {one.bgcolor.name for one in drawn if one.bgcolor}
            assert LIGHT.background in backs

        await through_the_views(pilot, look)

    on_screen(app, play)
