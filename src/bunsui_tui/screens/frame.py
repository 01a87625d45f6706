"""What every screen has: the head, the status line, the keys; or a word that it is too small."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from bunsui_tui.actions import EVERYWHERE, Key
from bunsui_tui.board import Board
from bunsui_tui.messages import Noted, Resumed
from bunsui_tui.render.frame import SMALL
from bunsui_tui.screens.help import HelpScreen
from bunsui_tui.widgets.panes import HeadLine, KeyLine, Rule, StatusLine

WIDE = 120
"""Columns from which on lists and panes stand side by side."""


class Frame(Screen[None]):
    """A screen that shows a board; its keys say what they do and why they cannot."""

    NAME: ClassVar[str] = "this screen"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", show=False),
    ]

    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board = board
        self._is_ready = False

    @property
    def session_shown(self) -> str:
        """The session that this screen wants to be read again and again; empty for none."""
        return ""

    @property
    def rows_shown(self) -> tuple[int, int] | None:
        """The first and the last row in sight of the list of sessions; nothing without a list."""
        return None

    def compose(self) -> ComposeResult:
        """Put the parts of a screen between the first and the last lines."""
        yield HeadLine()
        yield Rule()
        with Container(id="body"):
            yield from self.body()
        yield Rule()
        yield StatusLine()
        yield KeyLine()
        yield Static(id="small", markup=False)

    def body(self) -> Iterable[Widget]:
        """Return the parts of this screen."""
        return ()

    def keys(self) -> tuple[Key, ...]:
        """Return the keys of this screen, as they stand now."""
        return ()

    def paint(self) -> None:
        """Show the board in the parts of this screen."""

    def on_mount(self) -> None:
        """Show what is known; a screen's own handler comes before this one."""
        self._is_ready = True
        self.show(self.board)

    def on_screen_resume(self) -> None:
        """Ask for what is known now."""
        self.post_message(Resumed())

    def show(self, board: Board) -> None:
        """Show another board; nothing, before the parts are there and after they are gone."""
        self.board = board
        if self._is_ready:
            # Textual takes the parts away one by one while the program ends.
            with suppress(NoMatches):
                self.query_one(HeadLine).show(board)
                self.query_one(StatusLine).show(board)
                self.paint()
                self.show_keys()

    def show_keys(self) -> None:
        """Show the keys as they stand now."""
        self.query_one(KeyLine).show((*self.keys(), *EVERYWHERE))

    def on_resize(self, event: events.Resize) -> None:
        """Say how small it is when it is too small."""
        text = SMALL.format(width=event.size.width, height=event.size.height)
        self.query_one("#small", Static).update(text)

    def action_help(self) -> None:
        """Show the keys of this screen."""
        self.app.push_screen(HelpScreen(self.NAME, (*self.keys(), *EVERYWHERE)))

    def action_do(self, name: str) -> None:
        """Do what a key of this screen says, or say why not."""
        key = next((one for one in self.keys() if one.name == name), None)
        if key is None:
            return
        if key.why_not:
            self.post_message(Noted(f"{key.shown} {key.label or key.help}: {key.why_not}"))
            return
        self.do(name)

    def do(self, name: str) -> None:
        """Do what a key that can be used says."""

    def copy(self, text: str) -> None:
        """Put an id where the terminal keeps what is copied, and say so."""
        self.app.copy_to_clipboard(text)
        self.post_message(Noted(f"copied {text}, if this terminal lets programs copy"))

    def failed(self, about: str) -> None:
        """Hear that something could not be done."""
