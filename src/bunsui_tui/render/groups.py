"""Sessions by pipeline or by error: the list, and what stands above it."""

from __future__ import annotations

from rich.text import Text

from bunsui_core.domain.group import GroupBy, SessionGroup, SessionGroups
from bunsui_core.domain.session import SessionStatus
from bunsui_tui.board import Board
from bunsui_tui.render.runs import spark
from bunsui_tui.render.sessions import failed_in
from bunsui_tui.render.signs import SESSIONS, named, sign
from bunsui_tui.render.table import Column, Row
from bunsui_tui.render.text import MUTED, apart, said, words
from bunsui_tui.render.times import ago

NO_ERROR = "(no error was named)"

COLUMNS = {
    GroupBy.PIPELINE: (
        Column("", 1),
        Column("pipeline", 28),
        Column("failed", 9, right=True),
        Column("paused", 9, right=True),
        Column("running", 9, right=True),
        Column("ok", 9, right=True),
        Column("cancelled", 9, right=True),
        Column("last runs", 0),
    ),
    GroupBy.ERROR: (
        Column("", 1),
        Column("error", 40),
        Column("failed", 9, right=True),
        Column("newest", 9, right=True),
        Column("in", 0),
    ),
}


def rows(board: Board, groups: SessionGroups | None) -> tuple[Row, ...]:
    """Return a line for each group."""
    return tuple(_row(one, groups.by, board) for one in groups.groups) if groups else ()


def _row(one: SessionGroup, by: GroupBy, board: Board) -> Row:
    status = SESSIONS[one.first.status]
    failed = _count(one.totals.failed, SessionStatus.FAILED)
    if by is GroupBy.ERROR:
        newest = words(ago(one.first.created_at, board.now))
        where = said(f"{one.first.pipeline}{failed_in(one.first, ': ', '')}", 120)
        return Row(one.key, (sign(status), said(one.key or NO_ERROR, 120), failed, newest, where))
    paused = _count(one.totals.paused, SessionStatus.PAUSED)
    running = _count(one.totals.running + one.totals.cancelling, SessionStatus.RUNNING)
    well, ended = _quiet(one.totals.succeeded), _quiet(one.totals.cancelled)
    runs = spark(board.runs.get(one.key, ()), board.now)
    name = said(one.key, 120)
    return Row(one.key, (sign(status), name, failed, paused, running, well, ended, runs))


def _count(number: int, status: SessionStatus) -> Text:
    return named(SESSIONS[status], f"{number:,}") if number else Text()


def _quiet(number: int) -> Text:
    return words((f"{number:,}", MUTED)) if number else Text()


def heading(board: Board, by: GroupBy, groups: SessionGroups | None, width: int) -> Text:
    """Return what is grouped, and how many of how many sessions are in the groups."""
    chosen = words((" / ", "key"), said(board.query.text, 200)) if board.query.text else Text()
    left = words(" by ", (by.value, "key"), "  ", chosen)
    return apart(left, words((_counted(groups), MUTED), " "), width)


def _counted(groups: SessionGroups | None) -> str:
    if groups is None:
        return "counting…"
    failed = "failed " if groups.by is GroupBy.ERROR else ""
    kind = f"{failed}session{'' if groups.total == 1 else 's'}"
    if groups.counted < groups.total:
        return f"the newest {groups.counted:,} of {groups.total:,} {kind}"
    return f"{groups.total:,} {kind}"
