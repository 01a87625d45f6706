"""A list as a window: only the lines in sight are rendered, whatever its length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from bunsui_tui.render.table import Column, Row, Source, Whole, line, titles, widths
from bunsui_tui.render.text import apart

AHEAD = 100
"""Rows before and after those in sight that shall be there before they are in sight."""

MADE = 500
"""Rows that are kept as they were drawn."""

UNREAD = "…"


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
    class Missed(Message):
        """Rows in sight, or nearly in sight, were not read yet."""

        rows: Rows

    def __init__(self, columns: tuple[Column, ...], empty: str, *, id: str) -> None:
        super().__init__(id=id)
        self._columns = columns
        self._empty = empty
        self._source: Source = Whole()
        self._corner = Text()
        self._at = 0
        self._key = ""
        self._sizes: tuple[int, ...] = ()
        self._measured: tuple[int, int, int] = (-1, -1, -1)
        self._made: dict[str, tuple[Row, Strip]] = {}
        self._base: Style | None = None
        self._made_for: tuple[tuple[int, ...], int, str] = ((), 0, "")

    @property
    def key(self) -> str:
        """The key of the selected row; empty when there is none, or when it was not read yet."""
        return self._key

    @property
    def in_sight(self) -> tuple[int, int]:
        """The first and the last row in sight."""
        top = round(self.scroll_offset.y)
        return top, max(top, min(self._source.count, top + max(1, self.size.height - 1)) - 1)

    def show(self, rows: tuple[Row, ...] | Source, empty: str = "") -> None:
        """Replace the rows; the selection follows its key."""
        before, drawn = self._drawn(), self._in_sight()
        self._source = Whole(rows) if isinstance(rows, tuple) else rows
        self._empty = empty or self._empty
        self.virtual_size = Size(0, self._source.count + 1)
        self._measured = (-1, -1, self._measured[2])
        self._follow()
        now = self._in_sight()
        if self._drawn() != before or any(a is not b for a, b in zip(drawn, now, strict=False)):
            self.refresh()
        self._ask()

    def _drawn(self) -> tuple[object, ...]:
        return (self.in_sight, self._at, self._source.count, self._empty)

    def _in_sight(self) -> tuple[Row | None, ...]:
        """The rows in sight; one that is the same object says the same."""
        first, last = self.in_sight
        return tuple(map(self._source.row, range(first, min(last + 1, self._source.count))))

    def say_in_corner(self, text: Text) -> None:
        """Show a text at the end of the titles, which give way to it."""
        if text != self._corner:
            self._corner = text
            self.refresh(Region(self.gutter.left, 0, self._room, 1))

    def turn_to(self, columns: tuple[Column, ...]) -> None:
        """Use other columns from what is shown next."""
        self._columns = columns
        self._source = Whole()
        self._made.clear()
        self.start_over()

    def start_over(self) -> None:
        """Select the first row of what is shown next."""
        self._at, self._key, self._sizes = 0, "", ()
        self.scroll_to(y=0, animate=False, force=True, immediate=True)

    def _follow(self) -> None:
        """Find the selected key in the new rows; take what is in its place when it is gone."""
        before, at = self._key, self._source.place(self._key) if self._key else None
        if at is not None:
            self._move_with(at)
            return
        self._at = max(0, min(self._at, self._source.count - 1))
        if not before or self._source.is_gone(before):
            self._key = self._key_at(self._at)
        if self._key != before:
            self._reveal()
            self.post_message(self.Moved(self, self._key))

    def _move_with(self, at: int) -> None:
        """Keep the selected row on its line of the screen, unless the list stands at its top."""
        by, self._at = at - self._at, at
        top = round(self.scroll_offset.y)
        if by and top:
            self.scroll_to(y=max(0, top + by), animate=False, force=True, immediate=True)
        if by:
            self._reveal()

    def _key_at(self, at: int) -> str:
        row = self._source.row(at) if at < self._source.count else None
        return row.key if row else ""

    def select(self, key: str) -> None:
        """Select the row of a key, when it is there."""
        at = self._source.place(key)
        if at is not None:
            self._go(at)

    def action_step(self, by: int) -> None:
        """Move by some rows."""
        self._go(self._at + by)

    def action_page(self, by: int) -> None:
        """Move by a window."""
        self._go(self._at + by * max(1, self.size.height - 2))

    def action_edge(self, at: int) -> None:
        """Move to the first or the last row."""
        self._go(at % max(1, self._source.count))

    def action_open(self) -> None:
        """Open the selected row."""
        if self.key:
            self.post_message(self.Opened(self, self.key))

    def render_line(self, y: int) -> Strip:
        """Return one visible line: the titles, a row, or nothing."""
        at = y - 1 + round(self.scroll_offset.y)
        if y == 0:
            named = titles(self._columns, self._widths())
            named.rstrip()
            return self._strip(apart(named, self._corner, self._room), self._plain)
        if not self._source.count and y == 1:
            return self._strip(Text().append(self._empty, "muted"), self._plain)
        if at >= self._source.count:
            return Strip.blank(self._room, self._plain)
        return self._row_strip(at).apply_style(self._style(at))

    def _row_strip(self, at: int) -> Strip:
        """A row without the cursor; it is made once while rows, widths and theme are the same."""
        row = self._source.row(at)
        if row is None:
            return self._strip(Text().append(UNREAD, "muted"), self._plain)
        now = (self._widths(), self._room, self.app.theme)
        if now != self._made_for:
            self._made, self._made_for = {}, now
        known, strip = self._made.get(row.key, (None, None))
        if strip is None or known is not row:
            if len(self._made) > MADE:
                self._made.clear()
            strip = self._strip(line(row.cells, self._columns, now[0]), Style())
            self._made[row.key] = (row, strip)
        return strip

    def _widths(self) -> tuple[int, ...]:
        """The columns' widths for the rows in sight, measured once for them."""
        first, last = self.in_sight
        now = (first, last, self._room)
        if now != self._measured:
            rows = tuple(row for row in self._in_sight() if row)
            least = self._sizes if self._room == self._measured[2] else ()
            self._sizes = widths(self._columns, rows, self._room, least)
            self._measured = now
        return self._sizes

    def _style(self, at: int) -> Style:
        if at != self._at:
            return self._plain
        name = "rows--cursor" if self.has_focus else "rows--blurred"
        return self.get_component_rich_style(name)

    def _strip(self, text: Text, base: Style) -> Strip:
        width = self._room
        text.truncate(width, overflow="ellipsis")
        text.end = ""
        strip = Strip(text.render(self.app.console), text.cell_len).apply_style(base)
        return strip.adjust_cell_length(width, base).simplify()

    def _go(self, at: int) -> None:
        if not self._source.count:
            return
        before, self._at = self._at, max(0, min(self._source.count - 1, at))
        if self._at != before:
            self._key = self._key_at(self._at)
            self._refresh_row(before)
            self._refresh_row(self._at)
            self._reveal()
            self._ask()
            self.post_message(self.Moved(self, self._key))

    def _refresh_row(self, at: int) -> None:
        """Draw one row again; a list that scrolls draws itself."""
        y = at + 1 - round(self.scroll_offset.y)
        if 0 < y <= self.size.height:
            self.refresh(Region(self.gutter.left, y, self._room, 1))

    def _reveal(self) -> None:
        top, window = round(self.scroll_offset.y), self.size.height - 1
        if window <= 0 or top <= self._at < top + window:
            return
        target = self._at if self._at < top else self._at - window + 1
        self.scroll_to(y=target, animate=False, force=True, immediate=True)

    def notify_style_update(self) -> None:
        """Forget what lines looked like when the theme or the focus changes."""
        super().notify_style_update()
        self._base = None

    @property
    def _plain(self) -> Style:
        """The style of a row, which takes long to find: it is asked for every line."""
        if self._base is None:
            self._base = self.rich_style
        return self._base

    @property
    def _room(self) -> int:
        """The width of a line, beside the scrollbar."""
        return self.scrollable_content_region.width

    def _ask(self) -> None:
        """Ask for rows that are missing in sight or a little further."""
        first, last = self.in_sight
        looked = {max(0, first - AHEAD), first, last, min(self._source.count - 1, last + AHEAD)}
        if self._source.count and any(self._source.row(at) is None for at in looked):
            self.post_message(self.Missed(self))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for what comes into sight, by whatever it was scrolled."""
        super().watch_scroll_y(old_value, new_value)
        self._ask()

    def on_resize(self) -> None:
        """Ask for what a larger window has in sight."""
        self._ask()

    def on_click(self, event: events.Click) -> None:
        """Select the row that was clicked."""
        if event.y > 0:
            self._go(min(self._source.count - 1, event.y - 1 + round(self.scroll_offset.y)))

    def on_focus(self) -> None:
        """Show the cursor as the one that keys move."""
        self.refresh(Region(0, 0, self.size.width, self.size.height))

    def on_blur(self) -> None:
        """Show the cursor as one that keys do not move now."""
        self.refresh(Region(0, 0, self.size.width, self.size.height))
