"""News for somebody who looks elsewhere: the terminal's bell, and the title of its window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

from bunsui_core.domain.notice import Notice as NewsItem
from bunsui_core.domain.notice import NoticeKind
from bunsui_core.domain.safe import safe
from bunsui_tui.board import Board
from bunsui_tui.plain import ascii_of

Announce: TypeAlias = Callable[[Callable[[NewsItem], None]], AbstractContextManager[None]]
"""Tells of news, each once, until the end of the block."""

KEEP, GIVE_BACK = "\x1b[22;2t", "\x1b[23;2t"
"""XTWINOPS of xterm: the window's title before ours is kept, and given back at the end."""

LONGEST = 80


class Listening:
    """`Work` that hears of news until it is told to stop."""

    def __init__(self, announce: Announce, hear: Callable[[NewsItem], None]) -> None:
        self._announce = announce
        self._hear = hear

    def run(self, stop: threading.Event) -> None:
        """Hear of news."""
        with self._announce(self._hear):
            stop.wait()


class Title:
    """The title of the terminal's window, written when it changes."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._shown = ""

    def show(self, text: str) -> None:
        """Make this the title."""
        if text != self._shown:
            self._write(("" if self._shown else KEEP) + f"\x1b]2;{text}\x07")
            self._shown = text

    def end(self) -> None:
        """Give the window the title back that it had."""
        if self._shown:
            self._write(GIVE_BACK)
            self._shown = ""


def is_failure(notice: NewsItem) -> bool:
    """Whether something failed; otherwise somebody waits."""
    return notice.kind is NoticeKind.FAILURE


def where(notice: NewsItem) -> str:
    """Return which key leads to what a notice is about."""
    return "1 shows the sessions" if is_failure(notice) else "2 shows who asks for what"


def window_title(board: Board, news: int, ascii_only: bool) -> str:
    """Return what a window's title says: news since a key was pressed, who waits, and where."""
    parts = [f"✗ {news} new"] if news else []
    if waiting := len(board.waiting):
        parts.append(f"◆ {waiting} waiting")
    text = safe(" · ".join([*parts, "bunsui", board.place]), LONGEST, newlines=False)
    return ascii_of(text) if ascii_only else text
