"""Parts of the list of sessions: a page after a cursor, or a window anywhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.finding import Found, Line
from bunsui_core.adapters.local.rows import stored
from bunsui_core.domain.answer import Placed, SessionFilter, SessionPage
from bunsui_core.domain.cursor import Position, cursor_of, position_of
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.session import SessionSummary

MOST = 500
"""The longest page."""


def list_sessions(
    store: StoreReader, wanted: SessionFilter, limit: int, cursor: str
) -> SessionPage:
    """Return one page, newest first. Raises: BadInput for a cursor that does not fit the filter."""
    if not 1 <= limit <= MOST:
        raise BadInput(f"a page of {limit} lines cannot be listed.", f"Ask for 1 to {MOST}.")
    position = position_of(wanted, store.place, cursor) if cursor else None
    after = (position.created_at, position.session_id) if position else None
    with store.reading() as connection:
        found = Found(connection, store.place, wanted)
        lines = found.newest(after, limit + 1)
        page = _page(store, connection, found, lines[:limit])
    if len(lines) <= limit:
        return page
    last = Position(created_at=lines[limit - 1].created_at, session_id=lines[limit - 1].session_id)
    return page.model_copy(update={"next_cursor": cursor_of(wanted, store.place, last)})


def window(store: StoreReader, wanted: SessionFilter, offset: int, limit: int) -> SessionPage:
    """Return lines in order of attention. Raises: BadInput for a window that cannot be."""
    if offset < 0 or not 1 <= limit <= MOST:
        raise BadInput(
            f"{limit} lines from line {offset} on cannot be listed.",
            f"Ask for 1 to {MOST} lines from 0 on.",
        )
    with store.reading() as connection:
        found = Found(connection, store.place, wanted)
        return _page(store, connection, found, found.attended(offset, limit))


def placed(store: StoreReader, wanted: SessionFilter, session_id: str) -> Placed | None:
    """Return where a session stands in order of attention, if it is wanted."""
    with store.reading() as connection:
        row = connection.execute(_LINE, (*store.place, session_id)).fetchone()
        at = Found(connection, store.place, wanted).place_of(Line(*row)) if row else None
        if at is None:
            return None
        (body,) = connection.execute(_SUMMARY, (*store.place, session_id)).fetchone()
    return Placed(at=at, line=stored(SessionSummary, body, store.path))


def _page(
    store: StoreReader, connection: sqlite3.Connection, found: Found, lines: Sequence[Line]
) -> SessionPage:
    partial = 0
    if found.is_search:
        partial = connection.execute(_PARTIAL, store.place).fetchone()[0]
    keys = [(*store.place, line.session_id) for line in lines]
    bodies = [connection.execute(_SUMMARY, key).fetchone()[0] for key in keys]
    return SessionPage(
        items=tuple(stored(SessionSummary, body, store.path) for body in bodies),
        total=found.totals.all,
        next_cursor="",
        totals=found.totals,
        unsearched=partial,
    )


_LINE = (
    "SELECT created_at, id, status FROM session_lines WHERE account = ? AND region = ? AND id = ?"
)

_SUMMARY = "SELECT summary FROM sessions WHERE account = ? AND region = ? AND id = ?"

_PARTIAL = "SELECT count(*) FROM session_lines WHERE account = ? AND region = ? AND is_partial = 1"
