"""What searches for values go through: its keys, and what an older bunsui stored without it."""

from __future__ import annotations

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.rows import moment, stored
from bunsui_core.adapters.local.sessions import MARK, make_found
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.errors import StoreDamaged
from bunsui_core.domain.fingerprint import fingerprint
from bunsui_core.domain.searchable import Side
from bunsui_core.domain.session import Session

MOST_KEYS = 500

UNREADABLE = "unreadable"
"""Stands for what was stored and does not read as what it should be: it keeps no other back."""


class LocalIndex:
    """`Index` in the store's file."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store

    def keys(self, side: Side) -> tuple[str, ...]:
        """Return the keys of one side, sorted; each is found in the index behind the one before."""
        found: list[str] = []
        with self._store.reading() as connection:
            row = connection.execute(_FIRST, (*self._store.place, side)).fetchone()
            while row and len(found) < MOST_KEYS:
                found.append(row[0])
                row = connection.execute(_NEXT, (*self._store.place, side, row[0])).fetchone()
        return tuple(found)

    def fill(self, limit: int) -> int:
        """Make at most so many sessions and diagnoses known; return how many are left."""
        with self._store.reading() as connection:
            (lines,) = connection.execute(f"SELECT count(*) {_LINES}", self._store.place).fetchone()
            (made,) = connection.execute(f"SELECT count(*) {_MADE}", self._store.place).fetchone()
        if lines:
            self._fill_sessions(limit)
        elif made:
            self._fill_diagnoses(limit)
        return max(0, int(lines + made) - limit)

    def _fill_sessions(self, limit: int) -> None:
        place, path = self._store.place, self._store.path
        with self._store.writing() as connection:
            rows = connection.execute(f"SELECT number, id {_LINES} LIMIT ?", (*place, limit))
            for number, session_id in rows.fetchall():
                (body,) = connection.execute(_BODY, (*place, session_id)).fetchone()
                try:
                    make_found(connection, place, stored(Session, body, path))
                except StoreDamaged:
                    connection.execute(MARK, (UNREADABLE, 1, number))

    def _fill_diagnoses(self, limit: int) -> None:
        place, path = self._store.place, self._store.path
        with self._store.writing() as connection:
            rows = connection.execute(f"SELECT rowid, body {_MADE} LIMIT ?", (*place, limit))
            for number, body in rows.fetchall():
                try:
                    diagnosis = stored(Diagnosis, body, path)
                    alike = fingerprint(diagnosis), moment(diagnosis.made_at)
                except StoreDamaged:
                    alike = UNREADABLE, ""
                connection.execute(_ALIKE, (*alike, number))


_FIRST = (
    "SELECT key FROM search_values WHERE account = ? AND region = ? AND side = ?"
    " ORDER BY key LIMIT 1"
)

_NEXT = (
    "SELECT key FROM search_values WHERE account = ? AND region = ? AND side = ? AND key > ?"
    " ORDER BY key LIMIT 1"
)

_LINES = "FROM session_lines WHERE account = ? AND region = ? AND mark = '' AND is_partial = 1"

_MADE = "FROM diagnoses WHERE account = ? AND region = ? AND fingerprint = ''"

_BODY = "SELECT body FROM sessions WHERE account = ? AND region = ? AND id = ?"

_ALIKE = "UPDATE diagnoses SET fingerprint = ?, made_at = ? WHERE rowid = ?"
