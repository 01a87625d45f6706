"""Groups of the sessions in the store's file."""

from __future__ import annotations

import sqlite3

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.finding import Found
from bunsui_core.adapters.local.matching import listed
from bunsui_core.adapters.local.rows import stored
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.group import (
    GroupBy,
    SessionGroup,
    SessionGroups,
    grouped,
    in_order,
    totals_of,
)
from bunsui_core.domain.session import ATTENTION, SessionStatus, SessionSummary

MOST = 5_000
"""Sessions that are read to be grouped, where no index counts them."""


class LocalGroups:
    """`Groups` in the store's file."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store

    def of(self, wanted: SessionFilter, by: GroupBy) -> SessionGroups:
        """Return wanted sessions by what they have in common; only failed ones by error."""
        failed = SessionStatus.FAILED
        if by is GroupBy.ERROR:
            if wanted.statuses and failed not in wanted.statuses:
                return SessionGroups(by=by, groups=(), counted=0, total=0)
            wanted = wanted.model_copy(update={"statuses": (failed,)})
        with self._store.reading() as connection:
            found = Found(connection, self._store.place, wanted)
            if by is GroupBy.PIPELINE and not found.is_search:
                groups, counted = self._by_pipeline(connection, wanted), found.totals.all
            else:
                newest = [line.session_id for line in found.newest(None, MOST)]
                lines = [self._summary(connection, session_id) for session_id in newest]
                groups, counted = grouped(by, lines), len(lines)
        return SessionGroups(by=by, groups=groups, counted=counted, total=found.totals.all)

    def _by_pipeline(
        self, connection: sqlite3.Connection, wanted: SessionFilter
    ) -> tuple[SessionGroup, ...]:
        """Count along the index of pipelines, which is exact whatever there is."""
        condition = listed(self._store.place, wanted)
        rows = connection.execute(_BY_PIPELINE.format(condition.sql), condition.values).fetchall()
        counts: dict[str, dict[SessionStatus, int]] = {}
        newest: dict[tuple[str, SessionStatus], str] = {}
        for pipeline, status, count, created_at in rows:
            counts.setdefault(pipeline, {})[SessionStatus(status)] = count
            newest[pipeline, SessionStatus(status)] = created_at
        firsts = {name: min(found, key=ATTENTION.index) for name, found in counts.items()}
        return in_order(
            SessionGroup(
                key=name,
                totals=totals_of(found),
                first=self._newest(connection, name, firsts[name], newest[name, firsts[name]]),
            )
            for name, found in counts.items()
        )

    def _newest(
        self, connection: sqlite3.Connection, pipeline: str, status: SessionStatus, at: str
    ) -> SessionSummary:
        values = (*self._store.place, pipeline, status.value, at)
        (session_id,) = connection.execute(_ID, values).fetchone()
        return self._summary(connection, session_id)

    def _summary(self, connection: sqlite3.Connection, session_id: str) -> SessionSummary:
        (body,) = connection.execute(_SUMMARY, (*self._store.place, session_id)).fetchone()
        return stored(SessionSummary, body, self._store.path)


_BY_PIPELINE = (
    "SELECT pipeline, status, count(*), max(created_at) FROM session_lines WHERE {}"
    " GROUP BY pipeline, status"
)

_ID = (
    "SELECT id FROM session_lines WHERE account = ? AND region = ? AND pipeline = ?"
    " AND status = ? AND created_at = ? ORDER BY id DESC LIMIT 1"
)

_SUMMARY = "SELECT summary FROM sessions WHERE account = ? AND region = ? AND id = ?"
