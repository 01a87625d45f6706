"""A list as a window: only the lines in sight are rendered, whatever its length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from bunsui_tui.render.table import Column, Row, line, titles, widths

SAMPLE = 200
"""Rows that are measured to choose the widths of the columns."""


class Rows(ScrollView, can_focus=True):
    """A list with one selected row, which stays selected when the list is read again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", show=False),
        Binding("up,k", "step(-1)", show=False),
        Binding("pagedown,ctrl+f", "page(1)", show=False),
        Binding("pageup,ctrl+b", "page(-1)", show=False),
        Binding("home,g", "edge(0)", show=False),
        Binding("end,G", "edge(-1)", show=False),
        Binding("enter", "open", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor", "rows--blurred"}

    @dataclass
    class Moved(Message):
        """Another row is selected."""

        rows: Rows
        key: str

    @dataclass
    class Opened(Message):
        """The selected row shall be opened."""

        rows: Rows
        key: str

    @dataclass
    class AtEnd(Message):
        """The last row is selected."""

        rows: Rows

    def __init__(self, columns: tuple[Column, ...], empty: str, *, id: str) -> None:
        super().__init__(id=id)
        self._columns = columns
        self._empty = empty
        self._rows: tuple[Row, ...] = ()
        self._at = 0

    @property
    def key(self) -> str:
        """The key of the selected row; empty when there is none."""
        return self._rows[self._at].key if self._rows else ""

    def show(self, rows: tuple[Row, ...], empty: str = "") -> None:
        """Replace the rows; the selection follows its key."""
        before = self.key
        self._rows = rows
        self._empty = empty or self._empty
        keys = [row.key for row in rows]
        self._at = keys.index(before) if before in keys else min(self._at, max(0, len(rows) - 1))
        self.virtual_size = Size(0, len(rows) + 1)
        self.refresh()
        if self.key != before:
            self._reveal()
            self.post_message(self.Moved(self, self.key))

    def select(self, key: str) -> None:
        """Select the row of a key, when it is there."""
        keys = [row.key for row in self._rows]
        if key in keys:
            self._go(keys.index(key))

    def action_step(self, by: int) -> None:
        """Move by some rows."""
        self._go(self._at + by)

    def action_page(self, by: int) -> None:
        """Move by a window."""
        self._go(self._at + by * max(1, self.size.height - 2))

    def action_edge(self, at: int) -> None:
        """Move to the first or the last row."""
        self._go(at % max(1, len(self._rows)))

    def action_open(self) -> None:
        """Open the selected row."""
        if self.key:
            self.post_message(self.Opened(self, self.key))

    def render_line(self, y: int) -> Strip:
        """Return one visible line: the titles, a row, or nothing."""
        width = self.size.width
        sizes = widths(self._columns, self._sample(), width)
        at = y - 1 + round(self.scroll_offset.y)
        if y == 0:
            return self._strip(titles(self._columns, sizes), self.rich_style)
        if not self._rows and y == 1:
            return self._strip(Text().append(self._empty, "muted"), self.rich_style)
        if at >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        return self._strip(line(self._rows[at].cells, self._columns, sizes), self._style(at))

    def _sample(self) -> tuple[Row, ...]:
        first = max(0, round(self.scroll_offset.y) - SAMPLE // 2)
        return self._rows[first : first + SAMPLE]

    def _style(self, at: int) -> Style:
        if at != self._at:
            return self.rich_style
        name = "rows--cursor" if self.has_focus else "rows--blurred"
        return self.get_component_rich_style(name)

    def _strip(self, text: Text, base: Style) -> Strip:
        width = self.size.width
        text.truncate(width, overflow="ellipsis")
        text.end = ""
        strip = Strip(text.render(self.app.console), text.cell_len).apply_style(base)
        return strip.adjust_cell_length(width, base)

    def _go(self, at: int) -> None:
        if not self._rows:
            return
        before, self._at = self._at, max(0, min(len(self._rows) - 1, at))
        if self._at == len(self._rows) - 1:
            self.post_message(self.AtEnd(self))
        if self._at != before:
            self.refresh()
            self._reveal()
            self.post_message(self.Moved(self, self.key))

    def _reveal(self) -> None:
        top, window = round(self.scroll_offset.y), self.size.height - 1
        if window <= 0 or top <= self._at < top + window:
            return
        target = self._at if self._at < top else self._at - window + 1
        self.scroll_to(y=target, animate=False, force=True, immediate=True)

    def on_focus(self) -> None:
        """Show the cursor as the one that keys move."""
        self.refresh(Region(0, 0, self.size.width, self.size.height))

    def on_blur(self) -> None:
        """Show the cursor as one that keys do not move now."""
        self.refresh(Region(0, 0, self.size.width, self.size.height))
