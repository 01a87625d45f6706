"""The list of sessions, and what the pane beside it says about one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeAlias

from rich.console import Group
from rich.text import Text

from bunsui_core.domain.session import SessionStatus, SessionSummary
from bunsui_tui.board import Board, Detail, sessions_of
from bunsui_tui.render.diagnosis import LONG, SHORT, brief
from bunsui_tui.render.graph import dag_line
from bunsui_tui.render.inbox import question
from bunsui_tui.render.runs import spark, usual
from bunsui_tui.render.session import COLUMNS as JOB_COLUMNS
from bunsui_tui.render.session import rows as job_rows
from bunsui_tui.render.signs import SESSIONS, WAITING, named, sign
from bunsui_tui.render.table import Column, Row, line, widths
from bunsui_tui.render.text import MUTED, said, stack, words
from bunsui_tui.render.times import absolute, ago, bar, lasted, took

COLUMNS = (
    Column("", 1),
    Column("pipeline", 14),
    Column("session", 24),
    Column("started", 8, right=True),
    Column("took", 9, right=True),
    Column("status", 0),
)


KEPT = 1_000
"""Lines that are kept as they were made."""

Said: TypeAlias = tuple[SessionSummary, bool, str, str, str]
"""What a line says of a session: whether it waits, when it began, how long it took, how usual."""


class SessionRows:
    """The lines of the list, each made when it is in sight and kept while it says the same."""

    def __init__(self, board: Board, before: SessionRows | None = None) -> None:
        self._board = board
        self._listing = board.listing
        self._waiting = {hit for one in board.waiting for hit in sessions_of(one)}
        self._typical: dict[str, timedelta] = {}
        self._made: dict[str, tuple[Said, Row]] = {}
        if before and len(before._made) < KEPT:
            self._made = before._made

    @property
    def count(self) -> int:
        """How many sessions are in the list."""
        return self._listing.total if self._listing else 0

    def row(self, at: int) -> Row | None:
        """Return the line of a session, or nothing when it was not read yet."""
        one = self._listing.one(at) if self._listing else None
        if one is None:
            return None
        says = self._says(one)
        known = self._made.get(one.session_id)
        if known is None or known[0] != says:
            known = self._made[one.session_id] = (says, _row(says))
        return known[1]

    def place(self, key: str) -> int | None:
        """Return where a session is, if that is known."""
        return self._listing.place(key) if self._listing else None

    def is_gone(self, key: str) -> bool:
        """Whether a session is surely not in the list."""
        return self._listing is not None and self._listing.is_gone(key)

    def _says(self, one: SessionSummary) -> Said:
        now = self._board.now
        length = took(one.created_at, one.stopped_at, now)
        return (
            one,
            one.session_id in self._waiting,
            ago(one.created_at, now),
            lasted(length),
            bar(length, self._usual(one.pipeline)),
        )

    def _usual(self, pipeline: str) -> timedelta:
        if pipeline not in self._typical:
            self._typical[pipeline] = usual(self._board.runs.get(pipeline, ()))
        return self._typical[pipeline]


def _row(says: Said) -> Row:
    one, is_waiting, begun, length, against_usual = says
    return Row(
        one.session_id,
        (
            sign(WAITING if is_waiting else SESSIONS[one.status]),
            said(one.pipeline, 64),
            said(one.session_id, 64),
            words(begun),
            words(length, " ", (against_usual, MUTED)),
            _state(one),
        ),
    )


def counted(board: Board) -> str:
    """Return how many of how many are listed."""
    listing = board.listing
    if listing is None or listing.query != board.query.text:
        return "reading the store…"
    partly = f" · {listing.unsearched:,} not fully searched" if listing.unsearched else ""
    return f"{listing.total:,} of {listing.everything:,}{partly}"


def filter_line(board: Board) -> Text:
    """Return the words of the filter."""
    return words((" / ", "key"), said(board.query.text, 200)) if board.query.text else Text()


def failed_in(one: SessionSummary, before: str = "", after: str = ": ") -> str:
    """Return the job that failed between two texts, if it has a name of its own."""
    has_own = one.failed_job and one.failed_job != one.pipeline
    return f"{before}{one.failed_job}{after}" if has_own else ""


def _state(one: SessionSummary) -> Text:
    word = named(SESSIONS[one.status], f"{one.status.lower():<9}")
    if one.status is SessionStatus.FAILED:
        return words(word, " ", said(f"{failed_in(one)}{one.error}", 200))
    if one.status is SessionStatus.SUCCEEDED:
        return word
    return words(word, f" {one.jobs_done}/{one.jobs_total} jobs")


def beside(board: Board, session_id: str, room: int = 0) -> Group:
    """Return what the pane says: the jobs, the diagnosis, the verdicts, who asks for what.

    With `room` for that many cells in a line, the jobs also stand on a clock, and texts are longer.
    """
    waiting = [question(one, board.now) for one in board.waiting_for(session_id)]
    detail = board.details.get(session_id)
    if detail is None:
        return stack([words((session_id and "reading…", MUTED)), *waiting])
    first, when = _first_line(detail), _when(detail, board.now)
    runs = _last_runs(board, detail.view.session.pipeline.name)
    if not room:
        return stack([first, *brief(detail, SHORT), *waiting, when, runs])
    clock = _on_a_clock(board, session_id, room)
    return stack([first, *clock, Text(" "), *waiting, *brief(detail, LONG), when, runs])


def _last_runs(board: Board, pipeline: str) -> Text:
    """How the runs before went: the length of each against what is usual, or that it failed."""
    runs = board.runs.get(pipeline, ())
    if not runs:
        return Text()
    length = usual(runs)
    text = f" · usually {lasted(length)}" if length else ""
    last = f"last {len(runs)} runs " if len(runs) > 1 else "last run "
    return words((last, MUTED), spark(runs, board.now), (text, MUTED))


def _on_a_clock(board: Board, session_id: str, room: int) -> list[Text]:
    jobs = job_rows(board, session_id)
    sizes = widths(JOB_COLUMNS, jobs, room)
    return [line(job.cells, JOB_COLUMNS, sizes) for job in jobs]


def _first_line(detail: Detail) -> Text:
    session = detail.view.session
    return words(said(session.id, 64), "  ", dag_line(session))


def _when(detail: Detail, now: datetime) -> Text:
    session = detail.view.session
    end = session.stopped_at
    text = f"started {absolute(session.created_at)}"
    text += f" · ended {end:%H:%M:%S}" if end else f" · {lasted(now - session.created_at)} so far"
    return words((text, MUTED), (" · by ", MUTED), said(session.requested_by, 60, MUTED))
