"""The list of sessions, and what the pane beside it says about one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from rich.console import Group
from rich.text import Text

from bunsui_core.domain.session import SessionStatus, SessionSummary
from bunsui_tui.board import Board, Detail, ordered
from bunsui_tui.render.diagnosis import LONG, SHORT, brief
from bunsui_tui.render.graph import dag_line
from bunsui_tui.render.inbox import question
from bunsui_tui.render.session import COLUMNS as JOB_COLUMNS
from bunsui_tui.render.session import rows as job_rows
from bunsui_tui.render.signs import SESSIONS, WAITING, named, sign
from bunsui_tui.render.table import Column, Row, line, widths
from bunsui_tui.render.text import MUTED, apart, said, stack, words
from bunsui_tui.render.times import absolute, ago, bar, lasted, took, typical

COLUMNS = (
    Column("", 1),
    Column("pipeline", 14),
    Column("session", 24),
    Column("started", 8, right=True),
    Column("took", 9, right=True),
    Column("status", 0),
)


def rows(board: Board) -> tuple[Row, ...]:
    """Return the lines of the list, in the order that a human needs them."""
    if board.overview is None:
        return ()
    waiting = {one.request.plan.session_id for one in board.waiting}
    shown = ordered(board.overview, board.query, board.now)
    usual = _usual(shown, board.now)
    return tuple(_row(one, one.session_id in waiting, usual, board.now) for one in shown)


def counted(board: Board) -> str:
    """Return how many of how many are listed."""
    if board.overview is None:
        return "reading the store…"
    listed = len(ordered(board.overview, board.query, board.now))
    loaded = f"{len(board.overview.sessions):,} loaded, more" if board.overview.more else ""
    return f"{listed:,} of {board.overview.total:,}" + (f" ({loaded})" if loaded else "")


def filter_line(board: Board, width: int) -> Text:
    """Return the words of the filter and how many sessions it lets through."""
    chosen = words((" / ", "key"), said(board.query.text, 200)) if board.query.text else Text()
    return apart(chosen, words((counted(board), MUTED), " "), width)


def _usual(shown: tuple[SessionSummary, ...], now: datetime) -> Mapping[str, timedelta]:
    names = {one.pipeline for one in shown}
    return {
        name: typical(
            took(one.created_at, one.stopped_at, now)
            for one in shown
            if one.pipeline == name and one.stopped_at
        )
        for name in names
    }


def _row(
    one: SessionSummary, is_waiting: bool, usual: Mapping[str, timedelta], now: datetime
) -> Row:
    length = took(one.created_at, one.stopped_at, now)
    return Row(
        one.session_id,
        (
            sign(WAITING if is_waiting else SESSIONS[one.status]),
            said(one.pipeline, 64),
            said(one.session_id, 64),
            words(ago(one.created_at, now)),
            words(lasted(length), " ", (bar(length, usual[one.pipeline]), MUTED)),
            _state(one),
        ),
    )


def _state(one: SessionSummary) -> Text:
    word = named(SESSIONS[one.status], f"{one.status.lower():<9}")
    if one.status is SessionStatus.FAILED:
        return words(word, " ", said(f"{one.failed_job}: {one.error}", 200))
    if one.status is SessionStatus.RUNNING:
        return words(word, f" {one.jobs_done}/{one.jobs_total} jobs")
    return word


def beside(board: Board, session_id: str, room: int = 0) -> Group:
    """Return what the pane says: the jobs, the diagnosis, the verdicts, who asks for what.

    With `room` for that many cells in a line, the jobs also stand on a clock, and texts are longer.
    """
    waiting = [question(one, board.now) for one in board.waiting_for(session_id)]
    detail = board.details.get(session_id)
    if detail is None:
        return stack([words((session_id and "reading…", MUTED)), *waiting])
    first, when = _first_line(detail), _when(detail, board.now)
    if not room:
        return stack([first, *brief(detail, SHORT), *waiting, when])
    clock = _on_a_clock(board, session_id, room)
    return stack([first, *clock, Text(" "), *waiting, *brief(detail, LONG), when])


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
