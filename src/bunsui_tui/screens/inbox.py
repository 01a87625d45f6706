"""The requests: those that wait for a human first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from bunsui_tui.actions import COPY, MOVE, PANE, TOGETHER, Key
from bunsui_tui.messages import ReviewOpened, SessionOpened
from bunsui_tui.render.inbox import COLUMNS
from bunsui_tui.render.requests import beside, kin_of, rows
from bunsui_tui.screens.frame import Frame
from bunsui_tui.signing import TogetherOpened
from bunsui_tui.widgets.panes import Pane, Rule
from bunsui_tui.widgets.rows import Rows

OPEN = Key("open", "enter", "review", "review the request; a decided one is shown as it stands")
SESSION = Key("session", "s", "session", "open the session that it is about")


class InboxScreen(Frame):
    """The list of requests with one of them beside it."""

    NAME: ClassVar[str] = "the inbox"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "do('open')", show=False),
        Binding("s", "do('session')", show=False),
        Binding("y", "do('copy')", show=False),
        Binding("escape", "app.sessions", show=False),
    ]

    def body(self) -> Iterable[Widget]:
        """Return the list and the pane beside it."""
        yield Container(
            Rows(COLUMNS, "reading the store…", id="requests"),
            Rule(),
            Container(Pane(id="detail"), id="side"),
            id="split",
        )

    def on_mount(self) -> None:
        """Start in the list."""
        self.query_one(Rows).focus()

    @property
    def selected(self) -> str:
        """The id of the selected request."""
        found = self.query(Rows)
        return found.first().key if found else ""

    def keys(self) -> tuple[Key, ...]:
        """Return the keys, with what the selection allows."""
        nothing = "" if self.selected else "no request is selected"
        if kin_of(self.board, self.selected):
            several = "these are several; choose one below"
            return (TOGETHER, SESSION.unless(several), MOVE, PANE, COPY)
        return (OPEN.unless(nothing), SESSION.unless(nothing), MOVE, PANE, COPY.unless(nothing))

    def paint(self) -> None:
        """Show the list and the selected request."""
        empty = "nobody asks for anything" if self.board.overview else "reading the store…"
        self.query_one(Rows).show(rows(self.board), empty)
        self.query_one("#detail", Pane).show(beside(self.board, self.selected), self.selected)

    def on_rows_moved(self) -> None:
        """Show the selected request."""
        self.query_one("#detail", Pane).show(beside(self.board, self.selected), self.selected)
        self.show_keys()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        """Review the request, or several at once."""
        self._open(event.key)

    def _open(self, key: str) -> None:
        found = kin_of(self.board, key)
        self.post_message(TogetherOpened(found.request_ids) if found else ReviewOpened(key))

    def do(self, name: str) -> None:
        """Do what a key says about the selection."""
        match name:
            case "open":
                self._open(self.selected)
            case "session":
                approval = self.board.approval(self.selected)
                if approval:
                    self.post_message(SessionOpened(approval.request.plan.session_id))
            case "copy":
                found = kin_of(self.board, self.selected)
                self.copy(" ".join(found.request_ids) if found else self.selected)
