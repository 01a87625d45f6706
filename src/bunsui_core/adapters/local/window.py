"""A part of the list of sessions in order of attention, wherever in the list it lies."""

from __future__ import annotations

import sqlite3

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.listing import MOST, counted, matching
from bunsui_core.adapters.local.rows import stored
from bunsui_core.domain.answer import SessionFilter, SessionPage
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.session import ATTENTION, SessionSummary


def window(store: StoreReader, wanted: SessionFilter, offset: int, limit: int) -> SessionPage:
    """Return the lines from `offset` on. Raises: BadInput for a window that cannot be."""
    if offset < 0 or not 1 <= limit <= MOST:
        raise BadInput(
            f"{limit} lines from line {offset} on cannot be listed.",
            f"Ask for 1 to {MOST} lines from 0 on.",
        )
    with store.reading() as connection:
        totals = counted(connection, store.place, wanted)
        lines: list[str] = []
        for status in ATTENTION:
            size = totals.of(status)
            if offset < size and len(lines) < limit:
                one = wanted.model_copy(update={"statuses": (status,)})
                lines += _lines(connection, store.place, one, (offset, limit - len(lines)))
            offset = max(0, offset - size)
    items = tuple(stored(SessionSummary, line, store.path) for line in lines)
    return SessionPage(items=items, total=totals.all, next_cursor="", totals=totals)


def _lines(
    connection: sqlite3.Connection,
    place: tuple[str, str],
    wanted: SessionFilter,
    part: tuple[int, int],
) -> list[str]:
    offset, limit = part
    where, values = matching(place, wanted)
    query = (
        f"SELECT summary FROM sessions WHERE {where}"
        " ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?"
    )
    rows = connection.execute(query, (*values, limit, offset)).fetchall()
    return [line for (line,) in rows]
