"""A log as a window: only the rows in sight are rendered; it follows, wraps and is searched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from bunsui_tui.board import Said
from bunsui_tui.render.log import MARGIN, Lines, matches, row

SIDEWAYS = 20


class LogView(ScrollView, can_focus=True):
    """Lines that grow at the end, with the last one in sight while they are followed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "by(1)", show=False),
        Binding("up,k", "by(-1)", show=False),
        Binding("pagedown,ctrl+f,space", "page(1)", show=False),
        Binding("pageup,ctrl+b", "page(-1)", show=False),
        Binding("home,g", "top", show=False),
        Binding("end,G", "bottom", show=False),
        Binding("left", "sideways(-1)", show=False),
        Binding("right", "sideways(1)", show=False),
    ]

    class Looked(Message):
        """Another part of the log is looked at, or in another way."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines = Lines()
        self._empty = ""
        self.is_following = True
        self.is_wrapped = True
        self.term = ""
        self.found: list[int] = []
        self.current = -1

    def show(self, lines: Sequence[Said], empty: str) -> None:
        """Take the lines that are new; everything is laid out anew when older ones went."""
        self._empty = empty
        known = self._lines.said
        grows = len(lines) >= len(known) and (not known or lines[0] is known[0])
        if not grows:
            self._lines = Lines(self._room)
        first = len(self._lines.said)
        self._lines.add(lines[first:])
        if not grows:
            self.search(self.term)
        else:
            self.found += matches(self._lines.texts, self.term, first)
        self._lay_out()

    def search(self, term: str) -> None:
        """Look for a term, from what is in sight downwards."""
        self.term = term
        self.found = matches(self._lines.texts, term)
        self.current = -1
        if self.found:
            top = self._line_at(round(self.scroll_offset.y))
            self._go_to(next((at for at in self.found if at >= top), self.found[0]))
        self.refresh()
        self.post_message(self.Looked())

    def next(self, by: int) -> None:
        """Go to the next place that was found, or the one before; from the end to the start."""
        if not self.found:
            return
        if self.current in self.found:
            at = (self.found.index(self.current) + by) % len(self.found)
        else:
            at = 0 if by > 0 else -1
        self._go_to(self.found[at])

    def wrap(self, is_wrapped: bool) -> None:
        """Break long lines, or leave them long; the first line in sight stays in sight."""
        first = self._line_at(round(self.scroll_offset.y))
        self.is_wrapped = is_wrapped
        self._again()
        if not self.is_following and self._lines.starts:
            self._scroll(self._lines.starts[first])
        self.post_message(self.Looked())

    def follow(self, is_following: bool) -> None:
        """Keep the last line in sight, or stay."""
        self.is_following = is_following
        if is_following:
            self._scroll(self._lines.rows)
        self.post_message(self.Looked())

    @property
    def place(self) -> int:
        """Which of the places found is the current one, counted from one."""
        return self.found.index(self.current) + 1 if self.current in self.found else 0

    def action_by(self, rows: int) -> None:
        """Move by rows; upwards, it is not followed any more."""
        self._move(round(self.scroll_offset.y) + rows)

    def action_page(self, by: int) -> None:
        """Move by a window."""
        self.action_by(by * max(1, self.size.height - 1))

    def action_top(self) -> None:
        """Go to the first line."""
        self._move(0)

    def action_bottom(self) -> None:
        """Go to the last line, and follow."""
        self.follow(True)

    def action_sideways(self, by: int) -> None:
        """Move along lines that are longer than the screen."""
        target = self.scroll_offset.x + by * SIDEWAYS
        self.scroll_to(x=target, animate=False, force=True, immediate=True)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Stay where the wheel leads."""
        self.action_by(-3)
        event.stop()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move with the wheel."""
        self.action_by(3)
        event.stop()

    def on_resize(self) -> None:
        """Lay the lines out in the new width."""
        self._again()

    def render_line(self, y: int) -> Strip:
        """Return one row in sight."""
        at = y + round(self.scroll_offset.y)
        base = self.rich_style
        if at >= self._lines.rows:
            text = Text(self._empty if y == 0 and not self._lines.rows else "", "muted")
        else:
            line, number = self._lines.find(at)
            text = row(self._lines, line, number, self.term, line == self.current)
        text.end = ""
        strip = Strip(text.render(self.app.console), text.cell_len).apply_style(base)
        left = 0 if self.is_wrapped else round(self.scroll_offset.x)
        return strip.crop_extend(left, left + self._width, base)

    @property
    def _width(self) -> int:
        """The cells of a row: one column is always the scrollbar's, so that no line moves."""
        return max(1, self.scrollable_content_region.width)

    @property
    def _room(self) -> int:
        return max(1, self._width - MARGIN) if self.is_wrapped else 0

    def _again(self) -> None:
        if self._lines.width != self._room:
            said = self._lines.said
            self._lines = Lines(self._room)
            self._lines.add(said)
        self._lay_out()

    def _lay_out(self) -> None:
        width = 0 if self.is_wrapped else self._lines.longest + MARGIN
        self.virtual_size = Size(width, self._lines.rows)
        if self.is_following:
            self._scroll(self._lines.rows)
        self.refresh()

    def _line_at(self, at: int) -> int:
        return self._lines.find(min(at, self._lines.rows - 1))[0] if self._lines.rows else 0

    def _go_to(self, line: int) -> None:
        self.current = line
        self.is_following = False
        self._scroll(self._lines.starts[line] - self.size.height // 3)
        self.refresh()
        self.post_message(self.Looked())

    def _move(self, at: int) -> None:
        last = self._lines.rows - self.size.height
        self.is_following = at >= last
        self._scroll(at)
        self.post_message(self.Looked())

    def _scroll(self, at: int) -> None:
        last = max(0, self._lines.rows - self.size.height)
        self.scroll_to(y=max(0, min(at, last)), animate=False, force=True, immediate=True)
