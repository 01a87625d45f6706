"""One session: its jobs on a clock, the diagnosis of the selected one, its log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static

from bunsui_core.domain.session import JobStatus, Session
from bunsui_tui.actions import BACK, COPY, LOG, MOVE, PANE, REVIEW, TIMELINE, Key
from bunsui_tui.asks import ControlOpened, RerunOpened
from bunsui_tui.board import Board
from bunsui_tui.controls import action_of, control_keys, rerun_key
from bunsui_tui.messages import LogOpened, LogsWanted, ReviewOpened, TimelineOpened
from bunsui_tui.render.session import COLUMNS, beside, heading, log, rows
from bunsui_tui.screens.frame import WIDE, Frame
from bunsui_tui.widgets.panes import Pane, Rule
from bunsui_tui.widgets.rows import Rows
from bunsui_tui.wishes import ControlWish


class SessionScreen(Frame):
    """The jobs of one session, and everything about the selected one."""

    NAME: ClassVar[str] = "one session"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "do('log')", show=False),
        Binding("t", "do('timeline')", show=False),
        Binding("a", "do('review')", show=False),
        Binding("r", "do('rerun')", show=False),
        Binding("p", "do('pause')", show=False),
        Binding("x", "do('cancel')", show=False),
        Binding("y", "do('copy')", show=False),
        Binding("escape", "app.leave", show=False),
    ]

    def __init__(self, board: Board, session_id: str) -> None:
        super().__init__(board)
        self.session_id = session_id
        self._log_open = False
        self._chosen = False

    def body(self) -> Iterable[Widget]:
        """Return the heading, the jobs, and the panes beside them."""
        yield Static(id="heading", markup=False)
        yield Container(
            Rows(COLUMNS, "reading the session…", id="jobs"),
            Rule(),
            Container(Pane(id="detail"), Pane(id="log"), id="side"),
            id="split",
        )

    def on_mount(self) -> None:
        """Start in the jobs; there is room for the log on a wide screen."""
        self._log_open = self.app.size.width >= WIDE
        self.query_one(Rows).focus()

    @property
    def session_shown(self) -> str:
        """The session of this screen."""
        return self.session_id

    @property
    def job(self) -> str:
        """The selected job."""
        return self.query_one(Rows).key

    def keys(self) -> tuple[Key, ...]:
        """Return the keys, with what the selected job allows."""
        waiting = self.board.waiting_for(self.session_id)
        started = self._status() is not JobStatus.WAITING
        return (
            LOG.unless("" if started else "this job has not started"),
            TIMELINE,
            REVIEW.unless("" if waiting else "no request waits for this session"),
            rerun_key(self.job, self._status()),
            *self._controls(),
            BACK,
            MOVE,
            PANE,
            COPY,
        )

    def _controls(self) -> tuple[Key, ...]:
        session = self._session
        return control_keys(session.status, session.origin) if session else ()

    @property
    def _session(self) -> Session | None:
        detail = self.board.details.get(self.session_id)
        return detail.view.session if detail else None

    def _status(self) -> JobStatus:
        run = self._session.run(self.job) if self._session else None
        return run.status if run else JobStatus.WAITING

    def paint(self) -> None:
        """Show the session and the selected job."""
        listed = rows(self.board, self.session_id)
        jobs = self.query_one(Rows)
        jobs.styles.height = None if self.has_class("-wide") else max(2, min(8, len(listed) + 1))
        jobs.show(listed)
        self.query_one("#heading", Static).update(heading(self.board, self.session_id))
        self._choose_failed()
        self.query_one("#detail", Pane).show(
            beside(self.board, self.session_id, self.job), self.job
        )
        self._paint_log()

    def _choose_failed(self) -> None:
        detail = self.board.details.get(self.session_id)
        if self._chosen or detail is None:
            return
        self._chosen = True
        if failed := detail.view.session.failed_jobs:
            self.query_one(Rows).select(failed[0])
        if self._log_open:
            self._read_log()

    def _paint_log(self) -> None:
        self.set_class(self._log_open, "-log")
        if self._log_open:
            found = self.board.logs.get((self.session_id, self.job))
            self.query_one("#log", Pane).show(
                log(found, self.job), f"{self.job} {found is None}", at_end=True
            )

    def _read_log(self) -> None:
        if self._status() is not JobStatus.WAITING:
            self.post_message(LogsWanted(self.session_id, self.job))

    def on_rows_moved(self, event: Rows.Moved) -> None:
        """Show the selected job."""
        self.query_one("#detail", Pane).show(
            beside(self.board, self.session_id, event.key), event.key
        )
        self._paint_log()
        self.show_keys()
        if self._log_open:
            self._read_log()

    def do(self, name: str) -> None:
        """Do what a key says about the session."""
        match name:
            case "log":
                self.post_message(LogOpened(self.session_id, self.job))
            case "timeline":
                self.post_message(TimelineOpened(self.session_id))
            case "review":
                waiting = self.board.waiting_for(self.session_id)
                self.post_message(ReviewOpened(waiting[0].request.id))
            case "rerun":
                self.post_message(RerunOpened(self.session_id, self.job))
            case "pause" | "cancel" if self._session:
                action = action_of(name, self._session.status)
                self.post_message(ControlOpened(ControlWish(self.session_id, action)))
            case "copy":
                self.copy(self.session_id)
