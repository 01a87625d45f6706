"""Sessions by error or by pipeline: what has most failures first, its newest session beside it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from bunsui_core.domain.group import GroupBy, SessionGroup, SessionGroups
from bunsui_tui.actions import BACK, FILTER, MOVE, PANE, Key
from bunsui_tui.asks import StormsOpened
from bunsui_tui.board import Board
from bunsui_tui.messages import GroupsWanted, QueryGiven, SessionOpened, SessionWanted
from bunsui_tui.pace import Pace
from bunsui_tui.render.groups import COLUMNS, heading, rows
from bunsui_tui.render.sessions import beside
from bunsui_tui.screens.frame import Frame
from bunsui_tui.widgets.panes import Line, Pane, Rule
from bunsui_tui.widgets.rows import Rows

ITS = Key("its", "enter", "its sessions", "list the sessions of this group")
OTHER = Key("other", "b", "other groups", "group by error, by root cause, or by pipeline")
FIRST = Key("first", "s", "newest", "open the newest session of this group that needs attention")
ALIKE = Key(
    "recover",
    "r",
    "",
    "run all sessions of one root cause again",
    "only those with one root cause run again together; b groups so",
)

ANEW_S = 10.0


class GroupsScreen(Frame):
    """The groups of the sessions that the filter lets through."""

    NAME: ClassVar[str] = "the groups"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "do('other')", show=False),
        Binding("s", "do('first')", show=False),
        Binding("r", "do('recover')", show=False),
        # Before any other key is read: what is typed next belongs to the filter.
        Binding("slash", "app.filter", show=False, priority=True),
        Binding("escape", "app.leave", show=False),
    ]

    def __init__(self, board: Board, by: GroupBy = GroupBy.ERROR) -> None:
        super().__init__(board)
        self._by = by
        self._pace = Pace(ANEW_S)
        self._heading = Line(id="count")
        self._rows = Rows(COLUMNS[self._by], "counting…", id="groups")
        self._detail = Pane(id="detail")

    def body(self) -> Iterable[Widget]:
        """Return the heading, the list and the pane beside it."""
        yield self._heading
        yield Container(self._rows, Rule(), Container(self._detail, id="side"), id="split")

    def on_mount(self) -> None:
        """Start in the list."""
        self._rows.focus()

    @property
    def session_shown(self) -> str:
        """The newest session of the selected group."""
        return self._selected.first.session_id if self._selected else ""

    @property
    def _groups(self) -> SessionGroups | None:
        return self.board.groups.get((self.board.query.text, self._by))

    @property
    def _selected(self) -> SessionGroup | None:
        groups = self._groups.groups if self._groups else ()
        return next((one for one in groups if one.key == self._rows.key), None)

    def keys(self) -> tuple[Key, ...]:
        """Return the keys, with what the selection allows."""
        nothing = "" if self._selected else "no group is selected"
        return (
            ITS.unless(nothing),
            FIRST.unless(nothing),
            OTHER,
            ALIKE,
            FILTER,
            BACK,
            MOVE,
            PANE,
        )

    def paint(self) -> None:
        """Show the groups and the selected one."""
        if self._pace.is_due():
            self.post_message(GroupsWanted(self._by))
        empty = "nothing failed" if self._by is GroupBy.ERROR else "no session matches"
        self._rows.show(rows(self.board, self._groups), empty if self._groups else "counting…")
        self._heading.say(heading(self.board, self._by, self._groups, self.size.width - 2))
        self._paint_selected()

    def _paint_selected(self) -> None:
        room = self._detail.size.width if self.has_class("-wide") else 0
        self._detail.show(beside(self.board, self.session_shown, room), self.session_shown)

    def on_rows_moved(self) -> None:
        """Show the selected group."""
        self._paint_selected()
        self.show_keys()
        if self.session_shown:
            self.post_message(SessionWanted(self.session_shown))

    def on_rows_opened(self) -> None:
        """List the sessions of the group."""
        self.action_do("its")

    def do(self, name: str) -> None:
        """Do what a key says about the selection."""
        match name:
            case "other" if self._by is GroupBy.ERROR:
                self.post_message(StormsOpened())
            case "other":
                self._by = GroupBy.ERROR
                self._rows.turn_to(COLUMNS[self._by])
                self.post_message(GroupsWanted(self._by))
                self.paint()
            case "its" if self._selected:
                self.post_message(QueryGiven(self._query(self._selected.key)))
                self.app.call_later(self.run_action, "app.sessions")
            case "filter":
                self.app.call_later(self.run_action, "app.filter")
            case "first":
                self.post_message(SessionOpened(self.session_shown))

    def _query(self, key: str) -> str:
        """The filter with the group in it, in words that a person could have typed."""
        text = self.board.query.text
        if self._by is GroupBy.PIPELINE:
            return text if self.board.query.wanted.pipeline else f"{text} pipeline:{_quoted(key)}"
        status = "" if self.board.query.wanted.statuses else "status:failed"
        error = f"error:{_quoted(key)}" if key and not self.board.query.wanted.error else ""
        return " ".join(part for part in (text, status, error) if part)


def _quoted(key: str) -> str:
    """A text as a word of a filter; it cannot hold a quotation mark."""
    plain = key.replace('"', "")
    return f'"{plain}"' if any(map(str.isspace, plain)) else plain
