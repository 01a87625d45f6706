"""What the worker remembers of the machines and executions that it watches, in the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Literal

from bunsui_core.adapters.aws.store.items import BEHIND, META, Item, joined, moment, stored, text
from bunsui_core.adapters.aws.store.table import Ask, Table
from bunsui_core.domain.freshness import Watch
from bunsui_core.domain.machine import Sighting, WatchedMachine
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.store_template import SHOWN
from bunsui_core.domain.value import Instant

MOST_READ = 20_000
"""Sightings that are read for one answer."""

_MACHINE = "MACHINE"
_REPORT = "REPORT"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 10**18


class DynamoWatches:
    """`Watches` in the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def machines(self) -> tuple[WatchedMachine, ...]:
        """Return every machine, by name."""
        ask = Ask(self._partition, start=f"{_MACHINE}#", end=f"{_MACHINE}{BEHIND}")
        items = self._table.query(ask)
        found = [stored(WatchedMachine, text(item, SHOWN), self._table.name) for item in items]
        return tuple(sorted(found, key=lambda one: (one.machine.name, one.machine.arn)))

    def put_machines(self, machines: tuple[WatchedMachine, ...]) -> None:
        """Store machines, each over what was known of it."""
        self._table.put_all(
            [
                {
                    "pk": self._partition,
                    "sk": joined(_MACHINE, one.machine.arn),
                    SHOWN: one.model_dump_json(),
                }
                for one in machines
            ]
        )

    def forget(self, machine_arns: tuple[str, ...]) -> None:
        """Forget machines that are gone; their sessions stay."""
        self._table.delete([(self._partition, joined(_MACHINE, arn)) for arn in machine_arns])

    def report(self) -> Watch | None:
        """Return what was last measured, if anything ever was."""
        item = self._table.get((self._partition, _REPORT))
        return stored(Watch, text(item, SHOWN), self._table.name) if item else None

    def put_report(self, report: Watch) -> None:
        """Store what was measured over what was measured before."""
        self._table.put({"pk": self._partition, "sk": _REPORT, SHOWN: report.model_dump_json()})

    @property
    def _partition(self) -> str:
        return joined("WAT", *self._table.place)


class DynamoSightings:
    """`Sightings` in the table: an index of what runs or failed, one of what is unread, one of
    each machine's executions.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def known(self, execution_arns: tuple[str, ...]) -> Mapping[str, Sighting]:
        """Return those that were met before, by ARN."""
        keys = [(self._partition(arn), META) for arn in dict.fromkeys(execution_arns)]
        found = map(self._read, self._table.many(keys).values())
        return {one.execution_arn: one for one in found}

    def put(self, sightings: tuple[Sighting, ...]) -> None:
        """Store sightings, each over the one before it."""
        self._table.put_all([self._item(one) for one in sightings])

    def open(self) -> tuple[Sighting, ...]:
        """Return those that were running when last seen, the longest unread first."""
        return tuple(self._list(Ask(self._partition("open"), "one")))

    def redrivable(self, closed_after: Instant, limit: int) -> tuple[Sighting, ...]:
        """Return failed ones that closed after a moment, the longest unread first."""
        late = Ask(self._partition("failed"), "one", start=f"{moment(closed_after)}{BEHIND}")
        found = islice(self._list(late), MOST_READ)
        return tuple(sorted(found, key=lambda one: one.read_at)[:limit])

    def unread(self, limit: int) -> tuple[Sighting, ...]:
        """Return those that are still to be read: least tried, then failed, then newest first."""
        return tuple(self._list(Ask(self._partition("unread"), "two", limit=limit)))

    def around(self, machine: str, at: Instant) -> tuple[Sighting, ...]:
        """Return the executions of a machine that ran at a moment, newest first."""
        before = f"{moment(at)}{BEHIND}"
        ask = Ask(self._partition(machine), "three", end=before, newest_first=True)
        begun = islice(self._list(ask), MOST_READ)
        return tuple(one for one in begun if one.stopped_at is None or one.stopped_at >= at)

    def _list(self, ask: Ask) -> Iterator[Sighting]:
        return map(self._read, self._table.query(ask))

    def _read(self, item: Item) -> Sighting:
        return stored(Sighting, text(item, SHOWN), self._table.name)

    def _item(self, one: Sighting) -> Item:
        return {
            "pk": self._partition(one.execution_arn),
            "sk": META,
            SHOWN: one.model_dump_json(),
            **self._by_status(one),
            **self._to_be_read(one),
            "pk3": self._partition(one.machine),
            "sk3": joined(moment(one.started_at), one.execution_arn),
        }

    def _by_status(self, one: Sighting) -> Item:
        kind: Literal["open", "failed"]
        if one.status is JobStatus.RUNNING:
            kind, at = "open", one.read_at
        elif one.status.is_failure and one.stopped_at:
            kind, at = "failed", one.stopped_at
        else:
            return {}
        return {"pk1": self._partition(kind), "sk1": joined(moment(at), one.execution_arn)}

    def _to_be_read(self, one: Sighting) -> Item:
        if one.is_read:
            return {}
        since = (one.started_at - _LONG_AGO) // timedelta(microseconds=1)
        rank = "0" if one.status.is_failure else "1"
        order = joined(f"{one.tries:06}", rank, f"{_LATEST - since:019}", one.execution_arn)
        return {"pk2": self._partition("unread"), "sk2": order}

    def _partition(self, name: str) -> str:
        return joined("SEE", *self._table.place, name)
