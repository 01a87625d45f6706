"""All sessions: what failed and what waits for a human first, one of them explained beside it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.session import JobStatus, SessionSummary
from bunsui_tui.actions import (
    COPY,
    DIAGNOSIS,
    FILTER,
    GROUPS,
    LOG,
    MOVE,
    OPEN,
    PANE,
    RERUN,
    REVIEW,
    TIMELINE,
    Key,
)
from bunsui_tui.board import Board
from bunsui_tui.controls import control_keys, opened, rerun_key
from bunsui_tui.messages import (
    GroupsOpened,
    LogOpened,
    LogsWanted,
    Noted,
    QueryGiven,
    ReviewOpened,
    RowsWanted,
    SessionOpened,
    SessionWanted,
    TimelineOpened,
)
from bunsui_tui.query import parse
from bunsui_tui.render.session import log
from bunsui_tui.render.sessions import COLUMNS, SessionRows, beside, counted, filter_line
from bunsui_tui.render.text import MUTED, words
from bunsui_tui.screens.frame import WIDE, Frame
from bunsui_tui.widgets.panes import Line, Pane, Rule
from bunsui_tui.widgets.rows import Rows

NO_LOG = words(("no job of it failed; open the session for the log of another job", MUTED))

SETTLED = 0.12
"""Seconds a selection must rest before its detail is read."""


class SessionsScreen(Frame):
    """The list of sessions with one of them beside it."""

    NAME: ClassVar[str] = "the sessions"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before any other key is read: what is typed next belongs to the filter.
        Binding("slash", "filter", show=False, priority=True),
        Binding("l", "do('log')", show=False),
        Binding("t", "do('timeline')", show=False),
        Binding("d", "do('diagnosis')", show=False),
        Binding("a", "do('review')", show=False),
        Binding("b", "do('groups')", show=False),
        Binding("r", "do('rerun')", show=False),
        Binding("p", "do('pause')", show=False),
        Binding("x", "do('cancel')", show=False),
        Binding("y", "do('copy')", show=False),
        Binding("escape", "close_filter", show=False),
    ]

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._settling: Timer | None = None
        self._log_open = False
        self._query = board.query.text
        self._rows = Rows(COLUMNS, "reading the store…", id="sessions")
        self._chosen = Line(id="chosen")
        self._detail = Pane(id="detail")
        self._is_detail_due = False
        self._source: SessionRows | None = None
        self._listed: tuple[object, ...] = ()
        self._explained: tuple[object, ...] = ()

    def body(self) -> Iterable[Widget]:
        """Return the filter, the list, and the panes beside it."""
        yield self._chosen
        yield Input(id="filter", compact=True, placeholder="status:failed pipeline:orders age:<1d")
        yield Container(
            self._rows,
            Rule(),
            Container(self._detail, Pane(id="log"), id="side"),
            id="split",
        )

    def on_mount(self) -> None:
        """Start in the list; there is room for the log on a wide screen."""
        self._log_open = self.app.size.width >= WIDE
        self.query_one("#filter").display = False
        self._rows.focus()

    @property
    def session_shown(self) -> str:
        """The selected session, if the list is there already."""
        return self.selected

    @property
    def selected(self) -> str:
        """The id of the selected session."""
        return self._rows.key

    @property
    def rows_shown(self) -> tuple[int, int] | None:
        """The rows in sight."""
        return self._rows.in_sight

    def keys(self) -> tuple[Key, ...]:
        """Return the keys, with what the selection allows."""
        nothing = "" if self.selected else "no session is selected"
        waiting = self.board.waiting_for(self.selected)
        failed = nothing or ("" if self._has_failed() else "no job of it failed")
        return (
            OPEN.unless(nothing),
            LOG.unless(nothing or ("" if self._has_log() else "nothing of it failed or runs")),
            DIAGNOSIS.unless(failed),
            TIMELINE.unless(nothing),
            REVIEW.unless(nothing or ("" if waiting else "no request waits for this session")),
            *self._changes(),
            FILTER,
            GROUPS,
            MOVE,
            PANE,
            COPY.unless(nothing),
        )

    def _changes(self) -> tuple[Key, ...]:
        one = self._summary
        if one is None:
            return ()
        again = rerun_key(one.failed_job, JobStatus.FAILED)
        if not one.failed_job:
            again = RERUN.unless("no job of it failed; open it to choose a job")
        return (again, *control_keys(one.status, one.origin))

    @property
    def _summary(self) -> SessionSummary | None:
        return self.board.summary(self.selected)

    def _has_failed(self) -> bool:
        return bool(self._summary and self._summary.failed_job)

    def _has_log(self) -> bool:
        one = self._summary
        return self._has_failed() or bool(one and one.status.is_open)

    def paint(self) -> None:
        """Show the list and the selected session, as far as they changed."""
        board = self.board
        if board.query.text != self._query:
            self._query = board.query.text
            self._rows.start_over()
        now = int(board.now.timestamp())
        listed = (board.listing, board.waiting, board.runs, self._query, now, self.app.theme)
        if listed != self._listed:
            self._listed = listed
            empty = "no session matches" if self._query else "no sessions yet"
            self._source = SessionRows(board, self._source)
            self._rows.show(self._source, empty if board.listing else "reading the store…")
        self._rows.say_in_corner(words((counted(board), MUTED)))
        self._paint_filter()
        self._paint_selected()

    def _paint_filter(self) -> None:
        """A filter has a line of its own, where it can be typed too; without one it is a row."""
        self._chosen.say(filter_line(self.board))
        is_shown = bool(self.board.query.text) and not self.query_one("#filter").display
        if self._chosen.display != is_shown:
            self._chosen.display = is_shown

    def _paint_selected(self) -> None:
        board = self.board
        room = self._detail.size.width if self.has_class("-wide") else 0
        about = (self.selected, board.details.get(self.selected), board.waiting, board.runs, room)
        explained = (*about, int(board.now.timestamp()), self.app.theme)
        if explained != self._explained:
            self._explained = explained
            self._detail.show(beside(board, self.selected, room), self.selected)
        self._paint_log()

    def _paint_log(self) -> None:
        self.set_class(self._log_open, "-log")
        if self._log_open:
            found = self.board.logs.get((self.selected, ""))
            reading = log(found, "") if found or self._has_failed() else NO_LOG
            self.query_one("#log", Pane).show(
                reading, f"{self.selected} {found is None}", at_end=True
            )

    def on_rows_moved(self, event: Rows.Moved) -> None:
        """Show what is known of the selection at once, and read the rest when it rests."""
        if not self._is_detail_due:
            self._is_detail_due = True
            self.call_after_refresh(self._follow_selection)
        if self._settling:
            self._settling.stop()
        self._settling = self.set_timer(SETTLED, lambda: self._read(event.key))

    def _follow_selection(self) -> None:
        """The cursor is drawn before what is beside it, which takes longer."""
        self._is_detail_due = False
        self._paint_selected()
        self.show_keys()

    def _read(self, session_id: str) -> None:
        if not session_id:
            return
        self.post_message(SessionWanted(session_id))
        if self._log_open and self._has_failed():
            self.post_message(LogsWanted(session_id, ""))

    def on_rows_opened(self, event: Rows.Opened) -> None:
        """Open the session."""
        self.post_message(SessionOpened(event.key))

    def on_rows_missed(self) -> None:
        """Have the rows read that are missing."""
        self.post_message(RowsWanted())

    def do(self, name: str) -> None:
        """Do what a key says about the selection."""
        match name:
            case "filter":
                self._open_filter()
            case "log":
                self.post_message(LogOpened(self.selected, ""))
            case "timeline":
                self.post_message(TimelineOpened(self.selected))
            case "diagnosis":
                self.post_message(SessionOpened(self.selected))
            case "review":
                self.post_message(ReviewOpened(self.board.waiting_for(self.selected)[0].request.id))
            case "groups":
                self.post_message(GroupsOpened())
            case "copy":
                self.copy(self.selected)
            case _:
                self._change(name)

    def _change(self, name: str) -> None:
        if self._summary:
            self.post_message(opened(name, self._summary))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the key of the filter to the filter while it is typed."""
        if action == "filter" and any(one.display for one in self.query("#filter")):
            return False
        return super().check_action(action, parameters)

    def action_filter(self) -> None:
        """Open the filter."""
        self.action_do("filter")

    def _open_filter(self) -> None:
        entry = self.query_one("#filter", Input)
        entry.value = self.board.query.text
        entry.display = True
        self._paint_filter()
        self.set_focus(entry)

    def action_close_filter(self) -> None:
        """Leave the filter as it was; a second time, show everything."""
        if self.query_one("#filter").display:
            self._hide_filter()
        elif self.board.query.text:
            self.post_message(QueryGiven(""))

    def _hide_filter(self) -> None:
        self.query_one("#filter").display = False
        self._paint_filter()
        self._rows.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Choose the sessions that the words say; a word that says nothing can be corrected."""
        try:
            parse(event.value, self.board.now)
        except BadInput as error:
            self.post_message(Noted(f"{error.message} {error.next_step}", is_bad=True))
            return
        self.post_message(QueryGiven(event.value))
        self._hide_filter()
