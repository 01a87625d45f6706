"""What the worker remembers of the machines and executions that it watches."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.rows import moment, stored
from bunsui_core.domain.freshness import Watch
from bunsui_core.domain.machine import Sighting, WatchedMachine
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.value import Instant


class LocalWatches:
    """`Watches` in the store's file."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store

    def machines(self) -> tuple[WatchedMachine, ...]:
        """Return every machine, by name."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT body FROM machines WHERE account = ? AND region = ? ORDER BY name, arn",
                self._store.place,
            ).fetchall()
        return tuple(stored(WatchedMachine, body, self._store.path) for (body,) in rows)

    def put_machines(self, machines: tuple[WatchedMachine, ...]) -> None:
        """Store machines, each over what was known of it."""
        rows = [
            (*self._store.place, one.machine.arn, one.machine.name, one.model_dump_json())
            for one in machines
        ]
        with self._store.writing() as connection:
            connection.executemany(_PUT_MACHINE, rows)

    def forget(self, machine_arns: tuple[str, ...]) -> None:
        """Forget machines that are gone; their sessions stay."""
        with self._store.writing() as connection:
            connection.executemany(
                "DELETE FROM machines WHERE account = ? AND region = ? AND arn = ?",
                [(*self._store.place, arn) for arn in machine_arns],
            )

    def report(self) -> Watch | None:
        """Return what was last measured, if anything ever was."""
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT body FROM watches WHERE account = ? AND region = ?", self._store.place
            ).fetchone()
        return stored(Watch, row[0], self._store.path) if row else None

    def put_report(self, report: Watch) -> None:
        """Store what was measured over what was measured before."""
        with self._store.writing() as connection:
            connection.execute(
                "INSERT INTO watches (account, region, body) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET body = excluded.body",
                (*self._store.place, report.model_dump_json()),
            )


class LocalSightings:
    """`Sightings` in the store's file."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store

    def known(self, execution_arns: tuple[str, ...]) -> Mapping[str, Sighting]:
        """Return those that were met before, by ARN."""
        query = f"{_SIGHTINGS} AND arn IN (SELECT value FROM json_each(?))"
        values = (*self._store.place, json.dumps(execution_arns))
        return {one.execution_arn: one for one in self._rows(query, values)}

    def put(self, sightings: tuple[Sighting, ...]) -> None:
        """Store sightings, each over the one before it."""
        rows = [(*self._store.place, *_columns(one)) for one in sightings]
        with self._store.writing() as connection:
            connection.executemany(_PUT_SIGHTING, rows)

    def open(self) -> tuple[Sighting, ...]:
        """Return those that were running when last seen, the longest unread first."""
        query = f"{_SIGHTINGS} AND status = ? ORDER BY read_at, arn"
        return self._rows(query, (*self._store.place, JobStatus.RUNNING.value))

    def redrivable(self, closed_after: Instant, limit: int) -> tuple[Sighting, ...]:
        """Return failed ones that closed after a moment, the longest unread first."""
        query = f"{_SIGHTINGS} AND status IN {_FAILED} AND stopped_at > ? ORDER BY read_at LIMIT ?"
        return self._rows(query, (*self._store.place, moment(closed_after), limit))

    def unread(self, limit: int) -> tuple[Sighting, ...]:
        """Return those that are still to be read: least tried, then failed, then newest first."""
        query = (
            f"{_SIGHTINGS} AND NOT is_read"
            f" ORDER BY tries, status IN {_FAILED} DESC, started_at DESC LIMIT ?"
        )
        return self._rows(query, (*self._store.place, limit))

    def around(self, machine: str, at: Instant) -> tuple[Sighting, ...]:
        """Return the executions of a machine that ran at a moment, newest first."""
        query = (
            f"{_SIGHTINGS} AND machine = ? AND started_at <= ?"
            " AND (stopped_at IS NULL OR stopped_at >= ?) ORDER BY started_at DESC"
        )
        return self._rows(query, (*self._store.place, machine, moment(at), moment(at)))

    def _rows(self, query: str, values: tuple[str | int, ...]) -> tuple[Sighting, ...]:
        with self._store.reading() as connection:
            rows = connection.execute(query, values).fetchall()
        return tuple(stored(Sighting, body, self._store.path) for (body,) in rows)


def _columns(one: Sighting) -> tuple[str | int | None, ...]:
    return (
        one.execution_arn,
        one.machine,
        one.status.value,
        moment(one.started_at),
        moment(one.stopped_at) if one.stopped_at else None,
        moment(one.read_at),
        one.is_read,
        one.tries,
        one.model_dump_json(),
    )


_PUT_MACHINE = (
    "INSERT INTO machines (account, region, arn, name, body) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET name = excluded.name, body = excluded.body"
)

_FAILED = "('FAILED', 'TIMED_OUT', 'ABORTED')"

_SIGHTINGS = "SELECT body FROM sightings WHERE account = ? AND region = ?"

_PUT_SIGHTING = (
    "INSERT INTO sightings (account, region, arn, machine, status, started_at, stopped_at,"
    " read_at, is_read, tries, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET status = excluded.status, stopped_at = excluded.stopped_at,"
    " read_at = excluded.read_at, is_read = excluded.is_read, tries = excluded.tries,"
    " body = excluded.body"
)
