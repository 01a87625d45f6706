"""Somebody who looks elsewhere: what the window's title says, and what news does to a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from textual.pilot import Pilot

from bunsui_core.domain.notice import Notice, NoticeKind
from bunsui_tui.app import DeskApp
from bunsui_tui.board import Board, Overview
from bunsui_tui.ringing import Title, window_title
from bunsui_tui.showing import Setting
from tests.builders import NOW
from tests.tui.ground import a_ground
from tests.tui.home import Home
from tests.tui.screens import on_screen, until_shown

FAILED = Notice(
    key="failure:1",
    kind=NoticeKind.FAILURE,
    title="orders failed at load",
    next="bunsui failures analyze s-1",
    at=NOW,
)


def test_a_title_says_what_is_new_who_waits_and_where(home: Home) -> None:
    home.ask_little()
    overview = Overview(home.desk.approvals(), home.desk.approvers(), home.desk.freshness())
    board = Board(now=NOW, place="prod ● eu-west-1")

    assert window_title(board, 0, ascii_only=False) == "bunsui · prod ● eu-west-1"
    busy = window_title(replace(board, overview=overview), 2, ascii_only=False)
    assert busy == "✗ 2 new · ◆ 1 waiting · bunsui · prod ● eu-west-1"
    assert window_title(replace(board, overview=overview), 2, ascii_only=True).isascii()


def test_a_title_cannot_carry_a_sequence_from_outside() -> None:
    board = Board(now=NOW, place="x\x07\x1b]0;evil\x07")

    assert window_title(board, 0, ascii_only=False).isprintable()


def test_a_window_gets_back_the_title_that_it_had() -> None:
    written: list[str] = []
    title = Title(written.append)

    for text in ("one", "one", "two"):
        title.show(text)
    title.end()
    title.end()

    assert written == [
        "\x1b[22;2t\x1b]2;one\x07",
        "\x1b]2;two\x07",
        "\x1b[23;2t",
    ]


def test_news_is_said_on_the_screen_and_counts_until_a_key_is_pressed(home: Home) -> None:
    rings: list[Callable[[Notice], None]] = []

    @contextmanager
    def announce(ring: Callable[[Notice], None]) -> Iterator[None]:
        rings.append(ring)
        ring(FAILED)
        yield
        rings.clear()

    ground = replace(a_ground(home.desk), announce=announce)
    app = DeskApp(ground, home.clock, Setting("local", "log"))

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "✗ orders failed at load: 1 shows the sessions")
        assert app.news == 1
        await pilot.press("j")
        assert app.news == 0

    on_screen(app, play)
    app.finish(lambda sentence: None)
    assert not rings, "it is told to end with the screen"
