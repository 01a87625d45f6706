"""Where text stands: a pane that scrolls, and lines that do not. None of them reads markup."""

from __future__ import annotations

from typing import ClassVar

from rich.console import RenderableType
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from bunsui_tui.actions import Key
from bunsui_tui.board import Board
from bunsui_tui.render.frame import head, keys, status


class Pane(ScrollView, can_focus=True):
    """Text that scrolls by keyboard when it is longer than its place.

    It lays itself out, so that another text costs no layout of the screen around it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_down", show=False),
        Binding("up,k", "scroll_up", show=False),
        Binding("pagedown,ctrl+f", "page_down", show=False),
        Binding("pageup,ctrl+b", "page_up", show=False),
        Binding("home,g", "scroll_home", show=False),
        Binding("end,G", "scroll_end", show=False),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._about = ""
        self._content: RenderableType = ""
        self._strips: list[Strip] = []
        self._base: Style | None = None

    def show(self, content: RenderableType, about: str = "", at_end: bool = False) -> None:
        """Replace the text; the place in it stays while it is about the same."""
        self._content = content
        self._lay_out()
        if about != self._about:
            self._about = about
            self.call_after_refresh(self._go, at_end)

    def notify_style_update(self) -> None:
        """Forget what lines looked like when the theme or the focus changes."""
        super().notify_style_update()
        self._base = None

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        """Return one line in sight."""
        if self._base is None:
            self._base = self.rich_style
        width, base = self.scrollable_content_region.width, self._base
        at = y + round(self.scroll_offset.y)
        if at >= len(self._strips):
            return Strip.blank(width, base)
        return self._strips[at].apply_style(base).adjust_cell_length(width, base)

    def _lay_out(self) -> None:
        room, console = self.scrollable_content_region, self.app.console
        if room.width <= 0:
            return
        options = console.options.update(width=room.width, height=None)
        lines = console.render_lines(self._content, options, pad=False)
        self._strips = [Strip(line) for line in lines]
        # As high as its place at least: then most texts change nothing that needs a layout.
        self.virtual_size = Size(0, max(len(self._strips), room.height))
        self.refresh()

    def _go(self, at_end: bool) -> None:
        if at_end:
            self.scroll_end(animate=False)
        else:
            self.scroll_home(animate=False)


class Line(Static):
    """One line of text, drawn again only when it says something else."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._said: tuple[Text, str] | None = None

    def say(self, text: Text) -> None:
        """Show a text."""
        said = (text, self.app.theme)
        if said != self._said:
            self._said = said
            self.update(text)


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


class StatusLine(Line):
    """The line for the one sentence that matters now."""

    def show(self, board: Board) -> None:
        """Show the notice, the trouble, or nothing."""
        self.say(status(board, self.content_size.width))


class KeyLine(Static):
    """The last line of every screen."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._keys: tuple[Key, ...] = ()

    def show(self, shown: tuple[Key, ...]) -> None:
        """Show the keys; those that cannot be used now in brackets."""
        if shown != self._keys:
            self._keys = shown
            self.refresh()

    def render(self) -> Text:
        """Return as many of the keys as there is room for."""
        return keys(self._keys, self.size.width)
