"""Failed sessions by root cause: the largest storm first, its sessions beside it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from bunsui_core.domain.group import GroupBy
from bunsui_core.domain.storm import Storm
from bunsui_tui.actions import BACK, FILTER, MOVE, PANE, RECOVER, Key
from bunsui_tui.asks import StormOpened, StormsWanted
from bunsui_tui.board import Board
from bunsui_tui.messages import GroupsOpened, SessionOpened
from bunsui_tui.pace import Pace
from bunsui_tui.render.storms import COLUMNS, beside, heading, rows
from bunsui_tui.screens.frame import Frame
from bunsui_tui.widgets.panes import Line, Pane, Rule
from bunsui_tui.widgets.rows import Rows

OTHER = Key("other", "b", "other groups", "group by pipeline, by error, or by root cause")
FIRST = Key("first", "s", "first", "open the session of this storm that failed first")

ANEW_S = 30.0
"""Every failed session is read for it."""


class StormsScreen(Frame):
    """The storms there are, and the sessions that each hit."""

    NAME: ClassVar[str] = "the root causes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "do('other')", show=False),
        Binding("r", "do('recover')", show=False),
        Binding("s", "do('first')", show=False),
        Binding("slash", "app.filter", show=False, priority=True),
        Binding("escape", "app.leave", show=False),
    ]

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._pace = Pace(ANEW_S)
        self._heading = Line(id="count")
        self._rows = Rows(COLUMNS, "grouping…", id="storms")
        self._detail = Pane(id="detail")

    def body(self) -> Iterable[Widget]:
        """Return the heading, the list and the pane beside it."""
        yield self._heading
        yield Container(self._rows, Rule(), Container(self._detail, id="side"), id="split")

    def on_mount(self) -> None:
        """Start in the list."""
        self._rows.focus()

    def on_screen_resume(self) -> None:
        """Group anew when the screen is seen again: something may have been recovered."""
        self._pace = Pace(ANEW_S)
        super().on_screen_resume()

    @property
    def selected(self) -> Storm | None:
        """The selected storm."""
        return self.board.causes.of(self._rows.key) if self.board.causes else None

    def keys(self) -> tuple[Key, ...]:
        """Return the keys, with what the selection allows."""
        nothing = "" if self.selected else "no root cause is selected"
        return (
            RECOVER.unless(nothing),
            FIRST.unless(nothing),
            OTHER,
            FILTER,
            BACK,
            MOVE,
            PANE,
        )

    def paint(self) -> None:
        """Show the storms and the selected one."""
        if self._pace.is_due():
            self.post_message(StormsWanted())
        empty = "no failed session of bunsui's own is explained"
        self._rows.show(rows(self.board), empty if self.board.causes else "grouping…")
        self._heading.say(heading(self.board, self.size.width - 2))
        self._paint_selected()

    def _paint_selected(self) -> None:
        self._detail.show(beside(self.board, self._rows.key), self._rows.key)

    def on_rows_moved(self) -> None:
        """Show the selected storm."""
        self._paint_selected()
        self.show_keys()

    def on_rows_opened(self) -> None:
        """Show how all of it could be recovered."""
        self.action_do("recover")

    def do(self, name: str) -> None:
        """Do what a key says about the selection."""
        match name:
            case "other":
                self.post_message(GroupsOpened(GroupBy.PIPELINE))
            case "filter":
                self.app.call_later(self.run_action, "app.filter")
            case "recover" if self.selected:
                self.post_message(StormOpened(self.selected))
            case "first" if self.selected:
                self.post_message(SessionOpened(self.selected.session_ids[0]))
