"""Going from one environment to another, and seeing which of them is production."""

from __future__ import annotations

from collections.abc import Callable

from textual.pilot import Pilot

from bunsui_core.domain.errors import BadInput
from bunsui_tui.app import DeskApp
from bunsui_tui.board import Choice
from bunsui_tui.showing import Setting
from tests.tui.ground import a_ground
from tests.tui.home import Home
from tests.tui.screens import on_screen, text_of, until_shown

LOCAL = Choice("local", "us-east-1", "000000000000")
SHOP = Choice("shop", "eu-west-1", "123456789012", "shop-read", is_production=True)


def an_app(
    home: Home,
    here: Choice = LOCAL,
    choices: Callable[[], tuple[Choice, ...]] = lambda: (LOCAL, SHOP),
    fixed: str = "",
) -> DeskApp:
    """An app that knows two environments."""
    setting = Setting(here.name, "log", here=here, choices=choices, fixed=fixed)
    return DeskApp(a_ground(home.desk), home.clock, setting)


def test_the_app_ends_for_the_environment_that_was_chosen(home: Home) -> None:
    app = an_app(home)

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        await pilot.press("e")
        shown = await until_shown(pilot, "shop-read")
        assert "▲  shop" in shown
        assert "production" in shown
        await pilot.press("down", "enter")
        await pilot.pause()

    on_screen(app, play)

    assert app.chosen == "shop"


def test_choosing_the_environment_that_is_shown_goes_back_to_it(home: Home) -> None:
    app = an_app(home, here=SHOP)

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        await pilot.press("e")
        await until_shown(pilot, "shop · here")
        await pilot.press("enter")
        await until_shown(pilot, "2 of 2")

    on_screen(app, play)

    assert app.chosen == ""


def test_production_is_marked_on_every_screen_and_nothing_else_is(home: Home) -> None:
    async def in_production(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "▲ PRODUCTION")
        await pilot.press("2")
        await until_shown(pilot, "nobody asks for anything")
        assert "▲ PRODUCTION" in text_of(pilot)

    async def in_local(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        assert "PRODUCTION" not in text_of(pilot)

    on_screen(an_app(home, here=SHOP), in_production)
    on_screen(an_app(home, here=LOCAL), in_local)


def test_a_page_in_a_browser_says_why_it_stays_where_it_is(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        await pilot.press("e")
        await until_shown(pilot, "this page shows one environment")

    on_screen(an_app(home, fixed="this page shows one environment"), play)


def test_a_file_of_environments_that_cannot_be_read_is_a_sentence(home: Home) -> None:
    def unreadable() -> tuple[Choice, ...]:
        raise BadInput("bunsui.toml says regoin.", "Did you mean region?")

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        await pilot.press("e")
        await until_shown(pilot, "bunsui.toml says regoin. Did you mean region?")

    on_screen(an_app(home, choices=unreadable), play)
