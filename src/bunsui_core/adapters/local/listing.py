"""One page of the list of sessions, newest first."""

from __future__ import annotations

import sqlite3

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.cursor import Position, cursor_of, position_of
from bunsui_core.adapters.local.rows import stored
from bunsui_core.domain.answer import SessionFilter, SessionPage, Totals
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.session import SessionSummary

MOST = 500
"""The longest page."""


def list_sessions(
    store: StoreReader, wanted: SessionFilter, limit: int, cursor: str
) -> SessionPage:
    """Return one page. Raises: BadInput for a cursor that does not fit the filter."""
    if not 1 <= limit <= MOST:
        raise BadInput(f"a page of {limit} lines cannot be listed.", f"Ask for 1 to {MOST}.")
    after = position_of(wanted, store.place, cursor) if cursor else None
    with store.reading() as connection:
        totals = counted(connection, store.place, wanted)
        rows = _lines(connection, store.place, wanted, after, limit + 1)
    page = rows[:limit]
    more = cursor_of(wanted, store.place, _position(page[-1])) if len(rows) > limit else ""
    items = tuple(stored(SessionSummary, line, store.path) for *_, line in page)
    return SessionPage(items=items, total=totals.all, next_cursor=more, totals=totals)


def _position(line: tuple[str, str, str]) -> Position:
    return Position(created_at=line[0], session_id=line[1])


def matching(place: tuple[str, str], wanted: SessionFilter) -> tuple[str, list[str]]:
    """Return the condition that wanted sessions fulfil, and its values."""
    where, values = "account = ? AND region = ?", [*place]
    if wanted.pipeline:
        where, values = f"{where} AND pipeline = ?", [*values, wanted.pipeline]
    if wanted.statuses:
        marks = ", ".join("?" * len(wanted.statuses))
        where, values = f"{where} AND status IN ({marks})", [*values, *wanted.statuses]
    return where, values


def counted(
    connection: sqlite3.Connection, place: tuple[str, str], wanted: SessionFilter
) -> Totals:
    """Return how many sessions are wanted."""
    where, values = matching(place, wanted)
    # Counting the sessions themselves would take longer than the whole page.
    query = f"SELECT status, sum(n) FROM session_counts WHERE {where} GROUP BY status"
    rows = connection.execute(query, values).fetchall()
    return Totals(**{status.lower(): n for status, n in rows})


def _lines(
    connection: sqlite3.Connection,
    place: tuple[str, str],
    wanted: SessionFilter,
    after: Position | None,
    limit: int,
) -> list[tuple[str, str, str]]:
    where, values = matching(place, wanted)
    if after:
        where = f"{where} AND (created_at, id) < (?, ?)"
        values = [*values, after.created_at, after.session_id]
    query = (
        f"SELECT created_at, id, summary FROM sessions WHERE {where}"
        " ORDER BY created_at DESC, id DESC LIMIT ?"
    )
    return connection.execute(query, (*values, limit)).fetchall()
