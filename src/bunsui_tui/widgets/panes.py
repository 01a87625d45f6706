"""Where text stands: a pane that scrolls, and lines that do not. None of them reads markup."""

from __future__ import annotations

from typing import ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from bunsui_tui.actions import Key
from bunsui_tui.board import Board
from bunsui_tui.render.frame import head, keys, status


class Pane(VerticalScroll, can_focus=True):
    """Text that scrolls by keyboard when it is longer than its place."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_down", show=False),
        Binding("up,k", "scroll_up", show=False),
        Binding("pagedown,ctrl+f", "page_down", show=False),
        Binding("pageup,ctrl+b", "page_up", show=False),
        Binding("home,g", "scroll_home", show=False),
        Binding("end,G", "scroll_end", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Hold one text."""
        yield Static(markup=False)

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._about = ""

    def show(self, content: RenderableType, about: str = "", at_end: bool = False) -> None:
        """Replace the text; the place in it stays while it is about the same."""
        self.query_one(Static).update(content)
        if about != self._about:
            self._about = about
            self.call_after_refresh(self._go, at_end)

    def _go(self, at_end: bool) -> None:
        if at_end:
            self.scroll_end(animate=False)
        else:
            self.scroll_home(animate=False)


class Rule(Static):
    """A line between two parts of a screen."""

    def __init__(self) -> None:
        super().__init__(markup=False)

    def render(self) -> Text:
        """Return the line in the width there is."""
        return Text().append("─" * self.size.width, "muted")


class HeadLine(Static):
    """The first line of every screen."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._board: Board | None = None

    def show(self, board: Board) -> None:
        """Show where we are and how old what is shown is."""
        self._board = board
        self.refresh()

    def render(self) -> Text:
        """Return the line in the width there is."""
        return head(self._board, self.size.width) if self._board else Text()


class StatusLine(Static):
    """The line for the one sentence that matters now."""

    def __init__(self) -> None:
        super().__init__(markup=False)

    def show(self, board: Board) -> None:
        """Show the notice, the trouble, or nothing."""
        self.update(status(board))


class KeyLine(Static):
    """The last line of every screen."""

    def __init__(self) -> None:
        super().__init__(markup=False)

        self._keys: tuple[Key, ...] = ()

    def show(self, shown: tuple[Key, ...]) -> None:
        """Show the keys; those that cannot be used now in brackets."""
        self._keys = shown
        self.refresh()

    def render(self) -> Text:
        """Return as many of the keys as there is room for."""
        return keys(self._keys, self.size.width)
