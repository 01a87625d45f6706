"""Sessions in the store's file, each with its line in the list and what it can be found by."""

from __future__ import annotations

import sqlite3

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.listing import list_sessions, placed, window
from bunsui_core.adapters.local.rows import moment, stored
from bunsui_core.domain.answer import Placed, SessionFilter, SessionPage
from bunsui_core.domain.errors import Conflict, NotFound
from bunsui_core.domain.searchable import held_by, mark_of, names_of, said_by
from bunsui_core.domain.session import Session, SessionStatus, summarize


class LocalSessions:
    """`Sessions` in the store's file."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store

    def save(self, session: Session) -> Session:
        """Store a session over the version before it and return it with its new version.

        Raises: Conflict when another writer stored that version first.
        """
        new = session.model_copy(update={"version": session.version + 1})
        statement = _UPDATE if session.version else INSERT
        with self._store.writing() as connection:
            saved = connection.execute(statement, columns_of(self._store.place, new)).rowcount
            if saved:
                make_found(connection, self._store.place, new)
        if not saved:
            raise Conflict(
                f"session {session.id} was changed by another writer since it was read.",
                "Read it again and decide again.",
            )
        return new

    def get(self, session_id: str) -> Session:
        """Return a session. Raises: NotFound."""
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT body FROM sessions WHERE account = ? AND region = ? AND id = ?",
                (*self._store.place, session_id),
            ).fetchone()
        if row is None:
            raise NotFound(
                f"there is no session {session_id}.",
                "List the sessions and choose one.",
                "sessions",
            )
        return stored(Session, row[0], self._store.path)

    def page(self, wanted: SessionFilter, limit: int, cursor: str) -> SessionPage:
        """Return one page. Raises: BadInput for a cursor that does not fit the filter."""
        return list_sessions(self._store, wanted, limit, cursor)

    def window(self, wanted: SessionFilter, offset: int, limit: int) -> SessionPage:
        """Return lines in order of attention. Raises: BadInput for a window that cannot be."""
        return window(self._store, wanted, offset, limit)

    def place(self, wanted: SessionFilter, session_id: str) -> Placed | None:
        """Return where a session stands in order of attention, if it is wanted."""
        return placed(self._store, wanted, session_id)

    def open_ids(self) -> tuple[str, ...]:
        """Return the ids of all sessions that are not over, oldest first."""
        is_open = [status.value for status in SessionStatus if status.is_open]
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT id FROM session_lines WHERE account = ? AND region = ?"
                f" AND status IN ({', '.join('?' * len(is_open))}) ORDER BY created_at, id",
                (*self._store.place, *is_open),
            ).fetchall()
        return tuple(session_id for (session_id,) in rows)


def make_found(connection: sqlite3.Connection, place: tuple[str, str], session: Session) -> None:
    """Write the line of a session, and the values in it when they are others than before."""
    columns = columns_of(place, session)
    known = connection.execute(_KNOWN, (*place, session.id)).fetchone()
    if known is None:
        connection.execute(LINE, columns)
        known = connection.execute(_KNOWN, (*place, session.id)).fetchone()
    number, mark, *line, said = known
    columns["said"] = said_by(session, before=said)
    # What did not change is not written: each of these columns stands in indexes.
    if [*line, said] != [columns[name] for name in _SHOWN]:
        connection.execute(_MOVE, {**columns, "number": number})
    new = mark_of(session)
    if mark == new:
        return
    held, is_whole = held_by(session)
    connection.executemany(VALUE, [(*place, *one) for one in held])
    connection.executemany(HIT, [(number, *place, *one) for one in held])
    connection.execute(MARK, (new, int(not is_whole), number))


def columns_of(place: tuple[str, str], session: Session) -> dict[str, str | int]:
    """Return what a session has in `sessions` and in `session_lines`, by column."""
    account, region = place
    return {
        "account": account,
        "region": region,
        "id": session.id,
        "version": session.version,
        "status": session.status.value,
        "pipeline": session.pipeline.name,
        "created_at": moment(session.created_at),
        "summary": summarize(session).model_dump_json(),
        "body": session.model_dump_json(),
        "names": names_of(session),
        "said": said_by(session),
    }


INSERT = (
    "INSERT INTO sessions"
    " (account, region, id, version, status, pipeline, created_at, summary, body) VALUES"
    " (:account, :region, :id, :version, :status, :pipeline, :created_at, :summary, :body)"
    " ON CONFLICT DO NOTHING"
)

_UPDATE = (
    "UPDATE sessions SET version = :version, status = :status, pipeline = :pipeline,"
    " created_at = :created_at, summary = :summary, body = :body"
    " WHERE account = :account AND region = :region AND id = :id AND version = :version - 1"
)

_SHOWN = ("status", "pipeline", "created_at", "names", "said")

LINE = (
    "INSERT INTO session_lines"
    " (account, region, id, status, pipeline, created_at, names, said, mark, is_partial) VALUES"
    " (:account, :region, :id, :status, :pipeline, :created_at, :names, :said, '', 1)"
)

_MOVE = (
    "UPDATE session_lines SET status = :status, pipeline = :pipeline, created_at = :created_at,"
    " names = :names, said = :said WHERE number = :number"
)

_KNOWN = (
    f"SELECT number, mark, {', '.join(_SHOWN)} FROM session_lines"
    " WHERE account = ? AND region = ? AND id = ?"
)

VALUE = (
    "INSERT INTO search_values (account, region, side, key, text, path)"
    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)

HIT = (
    "INSERT INTO search_hits (line, value) SELECT ?, number FROM search_values"
    " WHERE account = ? AND region = ? AND side = ? AND key = ? AND text = ? AND path = ?"
    " ON CONFLICT DO NOTHING"
)

MARK = "UPDATE session_lines SET mark = ?, is_partial = ? WHERE number = ?"
