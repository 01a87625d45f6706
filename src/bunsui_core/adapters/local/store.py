"""What the worker remembers: pipelines, diagnoses, outcomes, archives, its heartbeat.

The same classes serve every process; the connection behind the store decides who may write.
"""

from __future__ import annotations

from datetime import datetime

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.rows import moment, stored
from bunsui_core.domain.answer import Beat
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.fingerprint import fingerprint as fingerprint_of
from bunsui_core.domain.freshness import Blind
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.ports.store import Archived


class LocalPipelines:
    """`Pipelines` in the store's file."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store

    def put(self, pipeline: Pipeline) -> None:
        """Store a pipeline as the current version of its name."""
        with self._store.writing() as connection:
            connection.execute(
                "INSERT INTO pipelines (account, region, name, body) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET body = excluded.body",
                (*self._store.place, pipeline.name, pipeline.model_dump_json()),
            )

    def get(self, name: str) -> Pipeline:
        """Return the current version. Raises: NotFound."""
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT body FROM pipelines WHERE account = ? AND region = ? AND name = ?",
                (*self._store.place, name),
            ).fetchone()
        if row is None:
            raise NotFound(f"there is no pipeline {name}.", "List the pipelines and choose one.")
        return stored(Pipeline, row[0], self._store.path)

    def names(self) -> tuple[str, ...]:
        """Return all names, sorted."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT name FROM pipelines WHERE account = ? AND region = ? ORDER BY name",
                self._store.place,
            ).fetchall()
        return tuple(name for (name,) in rows)


class LocalDiagnoses:
    """`Diagnoses` in the store's file."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store

    def put(self, diagnosis: Diagnosis) -> None:
        """Store a diagnosis for its session, job, attempt and redrive count."""
        key = (diagnosis.session_id, diagnosis.job, diagnosis.attempt, diagnosis.redrive_count)
        alike = fingerprint_of(diagnosis), moment(diagnosis.made_at)
        with self._store.writing() as connection:
            connection.execute(
                "INSERT INTO diagnoses (account, region, session_id, job, attempt, redrive_count,"
                " body, fingerprint, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET body = excluded.body,"
                " fingerprint = excluded.fingerprint, made_at = excluded.made_at",
                (*self._store.place, *key, diagnosis.model_dump_json(), *alike),
            )

    def get(self, session_id: str, job: str) -> Diagnosis | None:
        """Return the newest diagnosis of a job, if there is one."""
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT body FROM diagnoses"
                " WHERE account = ? AND region = ? AND session_id = ? AND job = ?"
                " ORDER BY attempt DESC, redrive_count DESC LIMIT 1",
                (*self._store.place, session_id, job),
            ).fetchone()
        return stored(Diagnosis, row[0], self._store.path) if row else None

    def similar(self, fingerprint: str, limit: int) -> tuple[Diagnosis, ...]:
        """Return the diagnoses of that fingerprint, newest first."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT body FROM diagnoses"
                " WHERE account = ? AND region = ? AND fingerprint = ?"
                " ORDER BY made_at DESC LIMIT ?",
                (*self._store.place, fingerprint, limit),
            ).fetchall()
        return tuple(stored(Diagnosis, body, self._store.path) for (body,) in rows)


class LocalOutcomes:
    """`Outcomes` in the store's file."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store

    def put(self, outcome: Outcome) -> None:
        """Store an outcome once per request; a second one changes nothing."""
        with self._store.writing() as connection:
            connection.execute(
                "INSERT INTO outcomes (account, region, request_id, at, body)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    *self._store.place,
                    outcome.request_id,
                    moment(outcome.at),
                    outcome.model_dump_json(),
                ),
            )

    def all(self) -> tuple[Outcome, ...]:
        """Return every outcome, oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT body FROM outcomes WHERE account = ? AND region = ?"
                " ORDER BY at, request_id",
                self._store.place,
            ).fetchall()
        return tuple(stored(Outcome, body, self._store.path) for (body,) in rows)


class LocalArchive:
    """`Archive` in the store's file."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store

    def put(self, entry: Archived) -> None:
        """Record an archive once per execution and redrive count; a second one changes nothing."""
        with self._store.writing() as connection:
            connection.execute(
                "INSERT INTO archives (account, region, execution_arn, redrive_count, at, body)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    *self._store.place,
                    entry.execution_arn,
                    entry.redrive_count,
                    moment(entry.at),
                    entry.model_dump_json(),
                ),
            )

    def get(self, execution_arn: str, redrive_count: int) -> Archived | None:
        """Return the record, if that execution was archived."""
        found = self._read(
            "execution_arn = ? AND redrive_count = ?", (execution_arn, redrive_count)
        )
        return found[0] if found else None

    def newest(self, execution_arn: str) -> Archived | None:
        """Return the record after the most redrives, if that execution was ever archived."""
        found = self._read(
            "execution_arn = ? ORDER BY redrive_count DESC LIMIT 1", (execution_arn,)
        )
        return found[0] if found else None

    def older(
        self, than: datetime, limit: int, behind: Archived | None = None
    ) -> tuple[Archived, ...]:
        """Return records from before a moment, oldest first; those behind one, if it is named."""
        first = (moment(behind.at), behind.execution_arn, behind.redrive_count) if behind else ()
        return self._read(
            f"at < ? {'AND (at, execution_arn, redrive_count) > (?, ?, ?)' if first else ''}"
            " ORDER BY at, execution_arn, redrive_count LIMIT ?",
            (moment(than), *first, limit),
        )

    def drop(self, entry: Archived) -> None:
        """Forget a record; one that is not there is no error."""
        with self._store.writing() as connection:
            connection.execute(
                "DELETE FROM archives WHERE account = ? AND region = ?"
                " AND execution_arn = ? AND redrive_count = ?",
                (*self._store.place, entry.execution_arn, entry.redrive_count),
            )

    def _read(self, rest: str, values: tuple[str | int, ...]) -> tuple[Archived, ...]:
        with self._store.reading() as connection:
            rows = connection.execute(
                f"SELECT body FROM archives WHERE account = ? AND region = ? AND {rest}",
                (*self._store.place, *values),
            ).fetchall()
        return tuple(stored(Archived, body, self._store.path) for (body,) in rows)


class LocalHeartbeat:
    """`Heartbeat` in the store's file."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store

    def beat(self, now: datetime) -> None:
        """Record that a worker is alive; what it said of AWS stays."""
        with self._store.writing() as connection:
            connection.execute(
                "INSERT INTO heartbeats (account, region, at) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET at = excluded.at",
                (*self._store.place, moment(now)),
            )

    def looked(self, blind: Blind | None) -> None:
        """Record why a worker that is alive cannot read AWS, or that it can."""
        body = blind.model_dump_json() if blind else ""
        with self._store.writing() as connection:
            connection.execute(
                "UPDATE heartbeats SET blind = ? WHERE account = ? AND region = ?",
                (body, *self._store.place),
            )

    def last(self) -> Beat | None:
        """Return the last sign of a worker, if there ever was one."""
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT at, blind FROM heartbeats WHERE account = ? AND region = ?",
                self._store.place,
            ).fetchone()
        if not row:
            return None
        blind = stored(Blind, row[1], self._store.path) if row[1] else None
        return Beat(at=datetime.fromisoformat(row[0]), blind=blind)
