"""What the worker remembers beside sessions, in the table; IAM decides who may write."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.adapters.aws.store.bodies import Bodies
from bunsui_core.adapters.aws.store.items import (
    BEHIND,
    META,
    Item,
    Key,
    joined,
    key_of,
    moment,
    stored,
    text,
)
from bunsui_core.adapters.aws.store.table import Ask, Table
from bunsui_core.domain.answer import Beat
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.fingerprint import fingerprint as fingerprint_of
from bunsui_core.domain.freshness import Blind
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.ports.store import Archived


class DynamoPipelines:
    """`Pipelines` in the table."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self._table = bodies.table

    def put(self, pipeline: Pipeline) -> None:
        """Store a pipeline as the current version of its name."""
        index: Item = {"pk1": joined("PIPE", *self._table.place), "sk1": pipeline.name}
        pk, sk = self._key(pipeline.name)
        body = self._bodies.packed(pipeline.model_dump_json())
        self._table.put({"pk": pk, "sk": sk, **index, **body})

    def get(self, name: str) -> Pipeline:
        """Return the current version. Raises: NotFound."""
        item = self._table.get(self._key(name))
        if item is None:
            raise NotFound(f"there is no pipeline {name}.", "List the pipelines and choose one.")
        return stored(Pipeline, self._bodies.unpacked(item), self._table.name)

    def names(self) -> tuple[str, ...]:
        """Return all names, sorted."""
        ask = Ask(joined("PIPE", *self._table.place), "one")
        return tuple(text(item, "sk1") for item in self._table.query(ask))

    def _key(self, name: str) -> Key:
        return joined("PIPE", *self._table.place, name), META


class DynamoDiagnoses:
    """`Diagnoses` in the table."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self._table = bodies.table

    def put(self, diagnosis: Diagnosis) -> None:
        """Store a diagnosis for its session, job, attempt and redrive count."""
        attempt, redrives = f"{diagnosis.attempt:06}", f"{diagnosis.redrive_count:06}"
        self._table.put(
            {
                "pk": self._partition(diagnosis.session_id),
                "sk": joined(diagnosis.job, attempt, redrives),
                "pk1": joined("PAT", *self._table.place, fingerprint_of(diagnosis)),
                "sk1": joined(moment(diagnosis.made_at), diagnosis.session_id, diagnosis.job),
                **self._bodies.packed(diagnosis.model_dump_json()),
            }
        )

    def get(self, session_id: str, job: str) -> Diagnosis | None:
        """Return the newest diagnosis of a job, if there is one."""
        name = joined(job)
        newest = Ask(
            self._partition(session_id),
            start=f"{name}#",
            end=f"{name}{BEHIND}",
            newest_first=True,
            limit=1,
        )
        return next((self._read(item) for item in self._table.query(newest)), None)

    def similar(self, fingerprint: str, limit: int) -> tuple[Diagnosis, ...]:
        """Return the diagnoses of that fingerprint, newest first."""
        alike = joined("PAT", *self._table.place, fingerprint)
        ask = Ask(alike, "one", newest_first=True, limit=limit)
        keys = [key_of(item) for item in self._table.query(ask)]
        found = self._table.many(keys)
        return tuple(self._read(found[key]) for key in keys if key in found)

    def _partition(self, session_id: str) -> str:
        return joined("PAT", *self._table.place, session_id)

    def _read(self, item: Item) -> Diagnosis:
        return stored(Diagnosis, self._bodies.unpacked(item), self._table.name)


class DynamoOutcomes:
    """`Outcomes` in the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, outcome: Outcome) -> None:
        """Store an outcome once per request; a second one changes nothing."""
        pk, line = joined("PAT", *self._table.place), outcome.model_dump_json()
        item: Item = {"pk": pk, "sk": outcome.request_id, "line": line}
        self._table.put(item, "attribute_not_exists(#pk)")

    def all(self) -> tuple[Outcome, ...]:
        """Return every outcome, oldest first."""
        items = self._table.query(Ask(joined("PAT", *self._table.place)))
        found = [stored(Outcome, text(item, "line"), self._table.name) for item in items]
        return tuple(sorted(found, key=lambda one: (one.at, one.request_id)))


class DynamoArchive:
    """`Archive` in the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, entry: Archived) -> None:
        """Record an archive once per execution and redrive count; a second one changes nothing."""
        pk, sk = self._key(entry)
        index: Item = {"pk1": joined("ARC", *self._table.place), "sk1": _age(entry)}
        item: Item = {"pk": pk, "sk": sk, **index, "line": entry.model_dump_json()}
        self._table.put(item, "attribute_not_exists(#pk)")

    def get(self, execution_arn: str, redrive_count: int) -> Archived | None:
        """Return the record, if that execution was archived."""
        item = self._table.get((self._partition(execution_arn), f"{redrive_count:06}"))
        return self._read(item) if item else None

    def newest(self, execution_arn: str) -> Archived | None:
        """Return the record after the most redrives, if that execution was ever archived."""
        ask = Ask(self._partition(execution_arn), newest_first=True, limit=1)
        return next((self._read(item) for item in self._table.query(ask)), None)

    def older(
        self, than: datetime, limit: int, behind: Archived | None = None
    ) -> tuple[Archived, ...]:
        """Return records from before a moment, oldest first; those behind one, if it is named."""
        start = f"{_age(behind)}\0" if behind else ""
        if start > moment(than):
            return ()
        ask = Ask(joined("ARC", *self._table.place), "one", start, moment(than), limit=limit)
        return tuple(self._read(item) for item in self._table.query(ask))

    def drop(self, entry: Archived) -> None:
        """Forget a record; one that is not there is no error."""
        self._table.delete([self._key(entry)])

    def _key(self, entry: Archived) -> Key:
        return self._partition(entry.execution_arn), f"{entry.redrive_count:06}"

    def _partition(self, execution_arn: str) -> str:
        return joined("ARC", *self._table.place, execution_arn)

    def _read(self, item: Item) -> Archived:
        return stored(Archived, text(item, "line"), self._table.name)


class DynamoHeartbeat:
    """`Heartbeat` in the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def beat(self, now: datetime) -> None:
        """Record that a worker is alive; what it said of AWS stays."""
        self._table.update(self._key, "SET #at = :at", at=moment(now))

    def looked(self, blind: Blind | None) -> None:
        """Record why a worker that is alive cannot read AWS, or that it can."""
        body = blind.model_dump_json() if blind else ""
        self._table.update(self._key, "SET #blind = :b", "attribute_exists(#pk)", b=body)

    def last(self) -> Beat | None:
        """Return the last sign of a worker, if there ever was one."""
        item = self._table.get(self._key)
        if item is None:
            return None
        said = text(item, "blind")
        blind = stored(Blind, said, self._table.name) if said else None
        return Beat(at=datetime.fromisoformat(text(item, "at")), blind=blind)

    @property
    def _key(self) -> Key:
        return joined("WAT", *self._table.place), "BEAT"


def _age(entry: Archived) -> str:
    return joined(moment(entry.at), entry.execution_arn, f"{entry.redrive_count:06}")
