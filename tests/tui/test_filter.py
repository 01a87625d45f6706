"""The filter of the list: its words, what happens to a wrong one, and where it stands."""

from __future__ import annotations

import pytest
from textual.events import Key
from textual.pilot import Pilot

from tests.tui.home import Home
from tests.tui.screens import line_with, on_screen, text_of, until, until_shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("status:ok", "1 of 2"),
        ("status:failed", "1 of 2"),
        ("nosuchkey", "1 of 2"),
        ("age:<1m", "0 of 2"),
        ("pipeline:invoices", "0 of 2"),
        ("status:broken", "no session has the status broken"),
        ("age:old", "the age old cannot be read"),
    ],
)
def test_the_filter_speaks_the_words_of_the_command_line(
    home: Home, words: str, shown: str
) -> None:
    keys = {":": "colon", "<": "less_than_sign", " ": "space"}

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        await pilot.press("slash", *(keys.get(char, char) for char in words), "enter")
        await until_shown(pilot, shown)

    on_screen(home.app(), play)


def test_a_filter_with_a_wrong_word_stays_to_be_corrected(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        await pilot.press("slash", *"pipline", "colon", *"orders", "enter")
        await until_shown(pilot, "did you mean pipeline:")
        await pilot.press("home", "right", "right", "right", "e", "enter")
        await until_shown(pilot, "/ pipeline:orders")

    on_screen(home.app(), play)


def test_an_error_is_gone_with_what_it_was_about(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        await pilot.press("slash", *"statsu", "colon", *"failed", "enter")
        await until_shown(pilot, "statsu: is no word of a filter")
        await pilot.press("backspace")
        assert "statsu: is no word" in text_of(pilot), "it stays while it is corrected"
        await pilot.press("escape")
        await until(pilot, lambda: "no word" not in text_of(pilot), "the error gone")
        await pilot.press("b")
        shown = await until_shown(pilot, "by error")
        assert "no word" not in shown

    on_screen(home.app(), play)


def test_the_count_takes_no_row_of_its_own(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        shown = await until_shown(pilot, "2 of 2")
        assert line_with(shown, "2 of 2") == line_with(shown, "started") == 2
        await pilot.press("slash", *"status", "colon", *"ok", "enter")
        await until_shown(pilot, "1 of 2")
        shown = text_of(pilot)
        assert line_with(shown, "/ status:ok") == 2
        assert line_with(shown, "1 of 2") == line_with(shown, "started") == 3
        await pilot.press("escape")
        shown = await until_shown(pilot, "2 of 2")
        assert line_with(shown, "started") == 2

    on_screen(home.app(), play)


def test_words_that_come_faster_than_the_screen_run_no_keys(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        for key in ("slash", *"bdt", "slash", *"lq"):
            pilot.app.post_message(Key(key, "/" if key == "slash" else key))
        await until_shown(pilot, " bdt/lq")
        await until_shown(pilot, "2 of 2")

    on_screen(home.app(), play)
