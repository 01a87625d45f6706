"""Every key is documented, and no screen binds one twice."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from textual.pilot import Pilot

import bunsui_tui.screens
from bunsui_tui import actions
from bunsui_tui.actions import Key
from bunsui_tui.screens.frame import Frame
from tests.tui.home import Home
from tests.tui.screens import on_screen, until, until_shown

PAGE = (Path(__file__).parents[2] / "docs" / "tui.md").read_text("utf-8")
MODULES = [
    importlib.import_module(f"bunsui_tui.screens.{one.name}")
    for one in pkgutil.iter_modules(bunsui_tui.screens.__path__)
]
KEYS = {
    key.shown: key
    for module in (actions, *MODULES)
    for key in vars(module).values()
    if isinstance(key, Key)
}
SCREENS: set[type[Frame]] = {
    thing
    for module in MODULES
    for thing in vars(module).values()
    if isinstance(thing, type) and issubclass(thing, Frame) and thing is not Frame
}


@pytest.mark.parametrize("shown", sorted(KEYS))
def test_a_key_is_documented(shown: str) -> None:
    documented = {one for cell in re.findall(r"`([^`]+)`", PAGE) for one in cell.split()}

    assert set(shown.replace("↑↓", "↑↓ ").split()) <= documented, f"docs/tui.md lacks {shown}"


@pytest.mark.parametrize("screen", sorted(SCREENS, key=str))
def test_no_two_bindings_of_a_screen_are_of_the_same_key(screen: type[Frame]) -> None:
    bound = [
        key
        for binding in screen.__dict__.get("BINDINGS", ())
        for key in str(binding.key).split(",")
    ]

    assert len(bound) == len(set(bound))


def test_the_palette_does_what_a_key_of_the_screen_does(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("colon", *"timeline")
        await until_shown(pilot, "Open the timeline: jobs and states on a clock")
        await pilot.press("enter", "enter")
        await until_shown(pilot, "in sight")
        await pilot.press("colon", *"all")
        await until_shown(pilot, "Show the states of every job, or of none")

    on_screen(home.app(), play)


def test_the_palette_decides_nothing_and_offers_nothing_that_cannot_be_done(home: Home) -> None:
    home.ask_little()

    def names(pilot: Pilot[None]) -> set[str]:
        app = pilot.app
        return {command.title for command in app.get_system_commands(app.screen)}

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await until(pilot, lambda: "review" in names(pilot), "the review is offered")
        await pilot.press("a")
        await until_shown(pilot, "Approve: a")
        assert not {"approve", "reject", "review"} & names(pilot)
        await pilot.press("escape", "end")
        await until_shown(pilot, "(l log)")
        assert "log" not in names(pilot)

    on_screen(home.app(), play)


def test_help_says_everything_within_its_column(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        await pilot.press("question_mark")
        shown = await until_shown(pilot, "not now: no request waits")
        line = next(one for one in shown.splitlines() if "for this session" in one)
        assert line.index("for this session") > 12

    on_screen(home.app(), play)
