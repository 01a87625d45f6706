"""Whatever comes from outside, no screen breaks, acts, or passes a control character on."""

from __future__ import annotations

import unicodedata

import pytest
from rich.segment import Segment
from textual.pilot import Pilot

from bunsui_tui.app import DeskApp
from bunsui_tui.showing import Setting
from tests.fakes import Clock
from tests.tui.ground import a_ground
from tests.tui.hostile import HostileDesk
from tests.tui.screens import on_screen, strips, until

CONTROLS = (
    "\x1b]0;PWN\x07A\x1b[2J\x1b(B \x9b31mQ\x9d0;t\x9c \x7f\x08"
    "a\u202egnp.exe\u202c \u2066b\u2069 \u061c c\u200bd\u200de\ufefff\u2060g\u00adh\U000e0041"
)
MARKUP = "[@click=app.quit]x[/] [bold red]y[/] [link='http://evil']z[/link] [$error]v {0} %s"
HOSTILE = {
    "controls": CONTROLS,
    "markup": MARKUP,
    "open bracket": "[/",
    "lines": "one\r\ntwo\x0bthree\x0cfour\u2028five\x85six\n" * 50,
    "wide": "注文データの検証に失敗しました👩‍👩‍👧" * 40 + "e" + "\u0301" * 400,
    "long": "x" * 1_000_000,
}
SCROLLBAR = {"@mouse.down", "@mouse.up"}
"""What Textual's own scrollbars answer to."""

ROUTE = (
    *("l", "w", "slash", "o", "enter", "n", "question_mark", "escape", "escape", "l"),
    *("t", "x", "plus", "right", "down", "down", "minus", "enter", "0", "l", "l", "t"),
    *("enter", "l", "escape", "t", "escape", "tab", "escape", "question_mark", "escape"),
    *("r", "down", "i", "a", "escape", "escape", "w", "end", "i", "b", "ctrl+s", "enter", "y"),
    *("enter", "escape", "escape", "p", "tab", "enter", "y", "enter", "escape", "escape"),
    *("b", "r", "b", "tab", "enter", "down", "w", "c", "f", "tab", "enter", "y", "enter"),
    *("escape", "escape", "s", "escape", "escape"),
    *("3", "down", "down", "tab", "s", "escape", "3", "enter", "escape"),
    *("2", "down", "up", "enter", "d", "e", "e", "a", "x", "enter", "escape"),
    *("R", "n", "enter", "n", "enter", "n", "enter", "escape", "escape", "1"),
)


def is_control(char: str) -> bool:
    """Whether a character can do something to a terminal, or hides."""
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def segments(pilot: Pilot[None]) -> list[Segment]:
    """Everything on the screen."""
    return [segment for strip in strips(pilot) for segment in strip]


def acts(segment: Segment) -> bool:
    """Whether a piece of the screen is a link or does something when it is clicked."""
    style = segment.style
    if style is None:
        return False
    return bool(style.link or {key for key in style.meta if key.startswith("@")} - SCROLLBAR)


def must_be_harmless(pilot: Pilot[None], when: str) -> None:
    """Fail when something on the screen could act, or is a control character."""
    shown = segments(pilot)
    bad = {char for part in shown for char in part.text if is_control(char)}
    assert not bad, f"{when}: {sorted(map(hex, map(ord, bad)))}"
    assert not [part for part in shown if acts(part)], when


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_no_screen_breaks_or_acts_or_passes_a_control_character(name: str) -> None:
    walk(HOSTILE[name], (80, 24))


@pytest.mark.slow
def test_a_wide_screen_withstands_it_all_too() -> None:
    walk(f"{CONTROLS} {MARKUP} [/", (160, 45))


def walk(text: str, size: tuple[int, int]) -> None:
    """Go through every screen of a desk that says this text everywhere."""
    app = DeskApp(a_ground(HostileDesk(text)), Clock(), Setting("local", "log", text))

    async def play(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: bool(app.board.details), "a session that is selected")
        for key in ("", *ROUTE):
            if key:
                await pilot.press(key)
            await pilot.pause(0.02)
            must_be_harmless(pilot, f"after {key}")
        assert app.is_running

    on_screen(app, play, size)


def test_the_check_sees_what_it_looks_for() -> None:
    assert all(map(is_control, "\x1b\x9b\u202e\u200b\u2028"))
    assert not any(map(is_control, "a✓│注␛"))
