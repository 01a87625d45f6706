"""Empty and fill the files of an environment, inside transactions that somebody else ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.control.tables import APPEND_ONLY
from bunsui_core.adapters.local.rows import moment
from bunsui_core.adapters.local.sessions import INSERT, columns_of, make_found
from bunsui_core.adapters.local.store import (
    LocalArchive,
    LocalDiagnoses,
    LocalOutcomes,
    LocalPipelines,
)
from bunsui_core.adapters.local.watching import LocalSightings, LocalWatches
from bunsui_core.domain.approval import Effect, Request, SignedDecision, Withdrawal
from bunsui_core.domain.archived import Archived
from bunsui_core.domain.asker import HUMAN
from bunsui_core.domain.audit import AuditEntry
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.errors import StoreDamaged
from bunsui_core.domain.freshness import Watch
from bunsui_core.domain.machine import Sighting, WatchedMachine
from bunsui_core.domain.moving import KeptSession, Kind, Record, record_of
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.trust import Approver, SignedTrustChange

_TABLES = (
    *(kind.value for kind in Kind if kind not in (Kind.REQUESTS, Kind.WITHDRAWALS)),
    "human_requests",
    "human_withdrawals",
    "effect_steps",
    "search_values",
    "session_lines",
    "session_counts",
    "heartbeats",
)

_EMPTIED = (
    "DELETE FROM search_hits WHERE line IN"
    " (SELECT number FROM session_lines WHERE account = ? AND region = ?)",
    *(f"DELETE FROM {table} WHERE account = ? AND region = ?" for table in _TABLES),
)

Values: TypeAlias = tuple[str | int | None, ...]


def emptied(store: sqlite3.Connection, inbox: sqlite3.Connection, place: tuple[str, str]) -> None:
    """Remove all of one account and region; what may never vanish otherwise may do so here."""
    for table in APPEND_ONLY:
        store.execute(f"DROP TRIGGER {table}_never_vanish")
    for statement in _EMPTIED:
        store.execute(statement, place)
    for _, never_vanish in APPEND_ONLY.values():
        store.execute(never_vanish)
    for table in ("requests", "withdrawals"):
        inbox.execute(f"DELETE FROM {table} WHERE account = ? AND region = ?", place)


def write(kind: Kind, lines: Iterable[str], store: StoreReader, inbox: sqlite3.Connection) -> None:
    """Store records of a kind. Raises: StoreDamaged for two of one key, or one of another kind."""
    try:
        for line in lines:
            _put(record_of(kind, line), store, inbox)
    except sqlite3.IntegrityError as error:
        raise StoreDamaged(
            f"two of the {kind.value} have the same key: {error}.",
            "Nothing of it was taken. Export it again.",
        ) from error


def _put(record: Record, store: StoreReader, inbox: sqlite3.Connection) -> None:
    match record:
        case KeptSession():
            _put_session(record, store)
        case Request() | Withdrawal():
            _put_asked(record, store, inbox)
        case Approver() | SignedTrustChange() | SignedPolicy():
            _put_decided(record, store)
        case AuditEntry() | Effect() | SignedDecision():
            _put_decided(record, store)
        case WatchedMachine() | Watch() | Sighting():
            _put_watched(record, store)
        case _:
            _put_learnt(record, store)


def _put_asked(record: Request | Withdrawal, store: StoreReader, inbox: sqlite3.Connection) -> None:
    asker = record.plan.requester if isinstance(record, Request) else record.by
    values = (*store.place, *_asked(record))
    if not asker.startswith(HUMAN):
        inbox.execute(_INSERTS[type(record)], values)
        return
    with store.writing() as connection:
        connection.execute(_OF_HUMANS[type(record)], values)


def _put_watched(record: WatchedMachine | Watch | Sighting, store: StoreReader) -> None:
    match record:
        case WatchedMachine():
            LocalWatches(store).put_machines((record,))
        case Watch():
            LocalWatches(store).put_report(record)
        case Sighting():
            LocalSightings(store).put((record,))


def _put_learnt(record: Pipeline | Outcome | Archived | Diagnosis, store: StoreReader) -> None:
    match record:
        case Pipeline():
            LocalPipelines(store).put(record)
        case Outcome():
            LocalOutcomes(store).put(record)
        case Archived():
            LocalArchive(store).put(record)
        case Diagnosis():
            LocalDiagnoses(store).put(record)


def _put_session(kept: KeptSession, store: StoreReader) -> None:
    columns = columns_of(store.place, kept.session)
    with store.writing() as connection:
        connection.execute(INSERT.removesuffix(" ON CONFLICT DO NOTHING"), columns)
        make_found(connection, store.place, kept.session)
        connection.execute(_SAID, (kept.said, *store.place, kept.session.id))


Decided: TypeAlias = (
    Approver | SignedTrustChange | SignedPolicy | AuditEntry | Effect | SignedDecision
)


def _put_decided(record: Decided, store: StoreReader) -> None:
    with store.writing() as connection:
        connection.execute(_INSERTS[type(record)], (*store.place, *_decided(record)))
        if isinstance(record, Effect):
            key = (*store.place, record.request_id)
            steps = [(*key, step.number, step.model_dump_json()) for step in record.steps]
            connection.executemany(_STEP, steps)


def _asked(record: Request | Withdrawal) -> Values:
    body = record.model_dump_json()
    if isinstance(record, Withdrawal):
        return record.request_id, body
    return record.id, record.plan.requester, moment(record.plan.created_at), body


def _decided(record: Decided) -> Values:
    body = record.model_dump_json()
    match record:
        case Approver():
            revoked = moment(record.revoked_at) if record.revoked_at else None
            added, is_demo = moment(record.added_at), int(record.is_demo)
            return record.key_id, record.name, record.public_key, is_demo, added, revoked
        case SignedTrustChange():
            return record.change.seq, body
        case SignedPolicy():
            return record.seq, body
        case AuditEntry():
            return record.seq, record.kind, record.subject, record.body_digest, body
        case SignedDecision():
            return record.decision.request_id, record.decision.slot, body
        case Effect():
            lease, at = moment(record.lease_until), moment(record.at)
            begun = (record.request_id, record.state.value, record.executor, lease)
            return *begun, record.claims, record.note, at


def _insert(table: str, columns: str) -> str:
    places = ", ".join("?" * (len(columns.split(", ")) + 2))
    return f"INSERT INTO {table} (account, region, {columns}) VALUES ({places})"


_INSERTS: Mapping[type[Record], str] = {
    Approver: _insert("approvers", "key_id, name, public_key, is_demo, added_at, revoked_at"),
    SignedTrustChange: _insert("trust_changes", "seq, body"),
    SignedPolicy: _insert("policies", "seq, body"),
    AuditEntry: _insert("audit", "seq, kind, subject, body_digest, body"),
    SignedDecision: _insert("decisions", "request_id, approver, body"),
    Effect: _insert("effects", "request_id, state, executor, lease_until, claims, note, at"),
    Request: _insert("requests", "id, requester, asked_at, body"),
    Withdrawal: _insert("withdrawals", "request_id, body"),
}

_OF_HUMANS: Mapping[type[Record], str] = {
    Request: _insert("human_requests", "id, requester, asked_at, body"),
    Withdrawal: _insert("human_withdrawals", "request_id, body"),
}

_STEP = _insert("effect_steps", "request_id, number, body")

_SAID = "UPDATE session_lines SET said = ? WHERE account = ? AND region = ? AND id = ?"
