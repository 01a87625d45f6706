"""The chained record in the store's file, appended and never changed."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.failure import damaged
from bunsui_core.adapters.local.rows import stored
from bunsui_core.domain.audit import GENESIS, AuditEntry, AuditRow


class LocalAudit:
    """`Audit` in the store's file; over a connection that only reads, nothing is appended."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store

    def append(
        self, kind: str, subject: str, actor: str, body_digest: str, at: datetime
    ) -> AuditEntry:
        """Append one entry and return it; the same kind, subject and body are recorded once."""
        with self._store.writing() as connection:
            known = self._known(connection, kind, subject, body_digest)
            if known:
                return self._filed(known, kind, subject, body_digest)
            last = self._last(connection)
            entry = AuditEntry(
                seq=last.seq + 1 if last else 1,
                at=at,
                kind=kind,
                subject=subject,
                actor=actor,
                body_digest=body_digest,
                prev=last.digest if last else GENESIS,
            )
            self._insert(connection, entry)
        return entry

    def head(self) -> str:
        """Return the digest of the newest entry; before the first one, of none."""
        with self._store.reading() as connection:
            last = self._last(connection)
        return last.digest if last else GENESIS

    def entries(self) -> tuple[AuditEntry, ...]:
        """Return the whole record, oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT body FROM audit WHERE account = ? AND region = ? ORDER BY seq",
                self._store.place,
            ).fetchall()
        return tuple(self._entry(body) for (body,) in rows)

    def latest(self, kind: str) -> AuditEntry | None:
        """Return the entry of a kind whose subject sorts last, if there is one."""
        with self._store.reading() as connection:
            row = connection.execute(_LATEST, (*self._store.place, kind)).fetchone()
        return self._entry(row[0]) if row else None

    def rows(self, after: int, limit: int) -> tuple[AuditRow, ...]:
        """Return the rows behind a place, oldest first, whatever they hold."""
        return self._rows(_BEHIND, after, limit)

    def tail(self, limit: int, before: int = 0) -> tuple[AuditRow, ...]:
        """Return the newest rows, newest first; with `before`, those in front of that place."""
        return self._rows(_NEWEST, before or _FAR, limit)

    def _rows(self, query: str, place: int, limit: int) -> tuple[AuditRow, ...]:
        with self._store.reading() as connection:
            found = connection.execute(query, (*self._store.place, place, limit)).fetchall()
        return tuple(
            AuditRow(
                seq if isinstance(seq, int) else 0, body.decode(errors="replace"), tuple(filed)
            )
            for seq, body, *filed in found
        )

    def _known(
        self, connection: sqlite3.Connection, kind: str, subject: str, body_digest: str
    ) -> AuditEntry | None:
        row = connection.execute(
            "SELECT body FROM audit WHERE account = ? AND region = ?"
            " AND kind = ? AND subject = ? AND body_digest = ?",
            (*self._store.place, kind, subject, body_digest),
        ).fetchone()
        return self._entry(row[0]) if row else None

    def _filed(self, known: AuditEntry, kind: str, subject: str, body_digest: str) -> AuditEntry:
        """Return an entry that says what it was found by; another one would hide a fact."""
        if (known.kind, known.subject, known.body_digest) != (kind, subject, body_digest):
            raise damaged(self._store.path, f"entry {known.seq} of the record is filed wrongly")
        return known

    def _last(self, connection: sqlite3.Connection) -> AuditEntry | None:
        row = connection.execute(
            "SELECT body FROM audit WHERE account = ? AND region = ? ORDER BY seq DESC LIMIT 1",
            self._store.place,
        ).fetchone()
        return self._entry(row[0]) if row else None

    def _insert(self, connection: sqlite3.Connection, entry: AuditEntry) -> None:
        connection.execute(
            "INSERT INTO audit (account, region, seq, kind, subject, body_digest, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *self._store.place,
                entry.seq,
                entry.kind,
                entry.subject,
                entry.body_digest,
                entry.model_dump_json(),
            ),
        )

    def _entry(self, body: str) -> AuditEntry:
        return stored(AuditEntry, body, self._store.path)


_FAR = 2**62

_LATEST = (
    "SELECT body FROM audit WHERE account = ? AND region = ? AND kind = ?"
    " ORDER BY subject DESC LIMIT 1"
)

_BEHIND = (
    "SELECT seq, CAST(body AS BLOB), kind, subject, body_digest FROM audit"
    " WHERE account = ? AND region = ? AND seq > ?"
    " ORDER BY seq LIMIT ?"
)

_NEWEST = (
    "SELECT seq, CAST(body AS BLOB), kind, subject, body_digest FROM audit"
    " WHERE account = ? AND region = ? AND seq < ?"
    " ORDER BY seq DESC LIMIT ?"
)
