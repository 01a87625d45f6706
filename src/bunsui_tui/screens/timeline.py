"""The timeline of one session: its jobs and their states on a clock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from bunsui_core.domain.session import JobStatus
from bunsui_tui.actions import BACK, COPY, LOG, MOVE, Key
from bunsui_tui.asks import RerunOpened
from bunsui_tui.board import TIMELINE, Board
from bunsui_tui.controls import rerun_key
from bunsui_tui.messages import LogOpened, TimelineWanted
from bunsui_tui.pace import Pace
from bunsui_tui.render.clock import Window
from bunsui_tui.render.lasting import beside
from bunsui_tui.render.table import Row
from bunsui_tui.render.timeline import (
    COLUMNS,
    View,
    clock_line,
    heading,
    job_of,
    middle,
    place_of,
    rows,
    whole,
)
from bunsui_tui.screens.frame import Frame
from bunsui_tui.widgets.panes import Pane, Rule
from bunsui_tui.widgets.rows import Rows

STATES = Key("states", "enter", "states", "show the states of the selected job, or hide them")
ALL = Key("all", "x", "all", "show the states of every job, or of none")
ZOOM = Key(
    "zoom", "+ -", "zoom", "show less of the time around the selection, or more", has_name=False
)
SHIFT = Key("", "← →", "", "move the clock; 0 shows the whole time")

FACTOR = 0.5
STEP = 0.25
FRESH_S = 3.0
"""Seconds between two looks at the states of a job that runs, or that could not be read."""


class TimelineScreen(Frame):
    """When each job and each state of a session ran."""

    NAME: ClassVar[str] = "a timeline"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "do('all')", show=False),
        Binding("l", "do('log')", show=False),
        Binding("r", "do('rerun')", show=False),
        Binding("y", "do('copy')", show=False),
        Binding("plus,equals_sign", "zoom(True)", show=False),
        Binding("minus", "zoom(False)", show=False),
        Binding("left,H", "shift(-1)", show=False),
        Binding("right,L", "shift(1)", show=False),
        Binding("0", "whole", show=False),
        Binding("escape,t", "app.leave", show=False),
    ]

    def __init__(self, board: Board, session_id: str) -> None:
        super().__init__(board)
        self.session_id = session_id
        self._opened: frozenset[str] = frozenset()
        self._window: Window | None = None
        self._chosen = False
        self._paces: dict[str, Pace] = {}
        self._drawn: tuple[object, ...] = ()

    def body(self) -> Iterable[Widget]:
        """Return the heading, the clock, the jobs below it, and what is known of one."""
        yield Static(id="heading", markup=False)
        yield Static(id="clock", markup=False)
        yield Rows(COLUMNS, "reading the session…", id="bars")
        yield Rule()
        yield Pane(id="about")

    def on_mount(self) -> None:
        """Start in the jobs."""
        self.query_one(Rows).focus()

    @property
    def session_shown(self) -> str:
        """The session of this screen."""
        return self.session_id

    @property
    def job(self) -> str:
        """The job of the selected line."""
        return job_of(self.query_one(Rows).key)

    def keys(self) -> tuple[Key, ...]:
        """Return the keys, with what the selected job allows."""
        started = "" if self._has_started(self.job) else "this job has not started"
        return (
            STATES.unless(started),
            ALL,
            ZOOM,
            LOG.unless(started),
            rerun_key(self.job, self._status(self.job)),
            BACK,
            MOVE,
            SHIFT,
            COPY,
        )

    def paint(self) -> None:
        """Show the clock, and the jobs and states below it."""
        self._choose()
        self._read()
        self._draw()

    def _draw(self) -> None:
        """Draw what changed: thousands of bars take a moment, and a session that is over none."""
        seen = self._seen()
        if seen != self._drawn:
            self._drawn = seen
            self.query_one(Rows).show(self._rows())
        width = self.size.width - 2
        self.query_one("#heading", Static).update(heading(self.board, self.session_id, width))
        self.query_one("#clock", Static).update(clock_line(self.board, self._view()))
        self._paint_about()

    def _seen(self) -> tuple[object, ...]:
        detail = self.board.details.get(self.session_id)
        session = detail.view.session if detail else None
        is_over = session is not None and session.stopped_at is not None
        known = [self.board.timelines.get((self.session_id, job)) for job in self._opened]
        second = None if is_over else self.board.now.replace(microsecond=0)
        return self._view(), session, known, second, self.board.troubles.get(TIMELINE)

    def _paint_about(self) -> None:
        key = self.query_one(Rows).key
        self.query_one("#about", Pane).show(beside(self.board, self.session_id, key), key)

    def _view(self) -> View:
        width = self.query_one(Rows).scrollable_content_region.width
        return View(self.session_id, self._opened, self._window, width)

    def _rows(self) -> tuple[Row, ...]:
        return rows(self.board, self._view())

    def _choose(self) -> None:
        """Open the job that failed, or that runs, when the session is there."""
        detail = self.board.details.get(self.session_id)
        if self._chosen or detail is None:
            return
        self._chosen = True
        session = detail.view.session
        running = [run.job for run in session.runs if run.status is JobStatus.RUNNING]
        for job in (*session.failed_jobs, *running)[:1]:
            self._opened |= {job}
            self._draw()
            self.query_one(Rows).select(job)

    def _read(self) -> None:
        """Ask for the states of opened jobs: once for a job that is over, else now and then."""
        for job in self._opened:
            known = self.board.timelines.get((self.session_id, job))
            is_same = known and self._attempt(job) == (known.attempt, known.redrive_count)
            is_read = known and is_same and known.is_over
            if not is_read and self._paces.setdefault(job, Pace(FRESH_S)).is_due():
                self.post_message(TimelineWanted(self.session_id, job))

    def _attempt(self, job: str) -> tuple[int, int]:
        detail = self.board.details.get(self.session_id)
        run = detail.view.session.run(job) if detail else None
        return (run.last.number, run.last.redrive_count) if run and run.last else (0, 0)

    def _status(self, job: str) -> JobStatus:
        detail = self.board.details.get(self.session_id)
        run = detail.view.session.run(job) if detail else None
        return run.status if run else JobStatus.WAITING

    def _has_started(self, job: str) -> bool:
        return self._attempt(job) != (0, 0)

    def on_rows_moved(self) -> None:
        """Show the selected line."""
        self._paint_about()
        self.show_keys()

    def on_rows_opened(self) -> None:
        """Show or hide the states of the selected job."""
        self.action_do("states")

    def action_zoom(self, is_closer: bool) -> None:
        """Show half of the time around the selection, or twice as much."""
        all_of_it = whole(self.board, self.session_id)
        now = self._window or all_of_it
        around = middle(self.board, self._view(), self.query_one(Rows).key)
        self._window = now.zoomed(FACTOR if is_closer else 1 / FACTOR, around, all_of_it)
        if self._window.length >= all_of_it.length:
            self._window = None
        self._draw()

    def action_shift(self, by: int) -> None:
        """Move the clock by a quarter of what is in sight."""
        if self._window:
            all_of_it = whole(self.board, self.session_id)
            self._window = self._window.moved(by * STEP, all_of_it)
            self._draw()

    def action_whole(self) -> None:
        """Show the whole time."""
        self._window = None
        self._draw()

    def do(self, name: str) -> None:
        """Do what a key says."""
        match name:
            case "states":
                self._opened ^= {self.job}
                self._show_job(self.job)
            case "all":
                detail = self.board.details.get(self.session_id)
                runs = detail.view.session.runs if detail else ()
                started = frozenset(run.job for run in runs if run.last)
                self._opened = frozenset() if started <= self._opened else started
                self._show_job(self.job)
            case "log":
                self.post_message(LogOpened(self.session_id, self.job))
            case "rerun":
                place = place_of(self.query_one(Rows).key)
                self.post_message(RerunOpened(self.session_id, place))
            case "copy":
                self.copy(self.session_id)

    def _show_job(self, job: str) -> None:
        self._read()
        self._draw()
        self.query_one(Rows).select(job)
