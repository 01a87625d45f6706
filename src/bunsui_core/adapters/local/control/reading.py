"""Every kind of record in the files of an environment, as lines."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.control.trust import approver_of
from bunsui_core.adapters.local.failure import damaged
from bunsui_core.adapters.local.rows import find_effect, stored
from bunsui_core.domain.approval import Request
from bunsui_core.domain.asker import from_agents
from bunsui_core.domain.moving import RECORDS, Kind, kept, line_of
from bunsui_core.domain.session import Session

_ORDER: Mapping[Kind, str] = {
    Kind.PIPELINES: "name",
    Kind.MACHINES: "arn",
    Kind.SIGHTINGS: "arn",
    Kind.WATCHES: "account",
    Kind.OUTCOMES: "at, request_id",
    Kind.ARCHIVES: "at, execution_arn, redrive_count",
    Kind.DIAGNOSES: "session_id, job, attempt, redrive_count",
    Kind.TRUST_CHANGES: "seq",
    Kind.POLICIES: "seq",
    Kind.AUDIT: "seq",
    Kind.DECISIONS: "position",
}

ASKED: Mapping[Kind, tuple[str, str]] = {
    Kind.REQUESTS: ("human_requests", "requests"),
    Kind.WITHDRAWALS: ("human_withdrawals", "withdrawals"),
}
"""The tables of what askers wrote: of humans in the store, of agents in the inbox."""

_ASKED_KEYS = {Kind.REQUESTS: "asked_at, id", Kind.WITHDRAWALS: "request_id, request_id"}


def lines(kind: Kind, connection: sqlite3.Connection, store: StoreReader) -> Iterator[str]:
    """Give the records of a kind. Raises: StoreDamaged."""
    match kind:
        case Kind.SESSIONS:
            return _sessions(connection, store)
        case Kind.EFFECTS:
            return _effects(connection, store)
        case Kind.APPROVERS:
            return _approvers(connection, store)
        case _:
            return _bodies(kind, connection, store)


def asked_lines(
    kind: Kind, store: sqlite3.Connection, inbox: sqlite3.Connection, place: tuple[str, str]
) -> Iterator[str]:
    """Give what humans and agents asked or took back, each as whoever may write where it is."""
    humans, agents = (
        _rows(kind, *one, place) for one in zip(ASKED[kind], (store, inbox), strict=True)
    )
    known = {key for _, key, _ in humans}
    others = [(at, key, body) for at, key, body in agents if key not in known]
    theirs = [(row, False) for row in humans] + [(row, True) for row in others]
    for (_, _, body), is_agents in sorted(theirs, key=lambda one: one[0][:2]):
        if (line := _asked_line(kind, body, is_agents)) is not None:
            yield line


def _rows(
    kind: Kind, table: str, connection: sqlite3.Connection, place: tuple[str, str]
) -> list[tuple[str, str, str]]:
    query = f"SELECT {_ASKED_KEYS[kind]}, body FROM {table} WHERE account = ? AND region = ?"
    # An asker may have written bytes for a text.
    return [(str(at), str(key), body) for at, key, body in connection.execute(query, place)]


def _asked_line(kind: Kind, body: str, is_agents: bool) -> str | None:
    """The line of what an asker's process wrote; what is none is as good as not there."""
    try:
        record = RECORDS[kind].model_validate_json(body)
    except ValueError:
        return None
    return line_of(from_agents(record) if is_agents and isinstance(record, Request) else record)


def _bodies(kind: Kind, connection: sqlite3.Connection, store: StoreReader) -> Iterator[str]:
    query = (
        f"SELECT body FROM {kind.value} WHERE account = ? AND region = ? ORDER BY {_ORDER[kind]}"
    )
    for (body,) in connection.execute(query, store.place):
        yield _line(kind, body, store.path)


def _line(kind: Kind, body: str, path: Path) -> str:
    try:
        return line_of(RECORDS[kind].model_validate_json(body))
    except ValueError as error:
        raise damaged(path, f"one of its {kind.value} does not read as one") from error


def _sessions(connection: sqlite3.Connection, store: StoreReader) -> Iterator[str]:
    for body, said in connection.execute(_SESSIONS, store.place):
        yield line_of(kept(stored(Session, body, store.path), said or ""))


def _effects(connection: sqlite3.Connection, store: StoreReader) -> Iterator[str]:
    for (request_id,) in connection.execute(_EFFECTS, store.place).fetchall():
        effect = find_effect(connection, store, request_id)
        if effect:
            yield line_of(effect)


def _approvers(connection: sqlite3.Connection, store: StoreReader) -> Iterator[str]:
    for row in connection.execute(_APPROVERS, store.place):
        yield line_of(approver_of(row))


_SESSIONS = (
    "SELECT s.body, l.said FROM sessions s LEFT JOIN session_lines l"
    " ON l.account = s.account AND l.region = s.region AND l.id = s.id"
    " WHERE s.account = ? AND s.region = ? ORDER BY s.id"
)

_EFFECTS = "SELECT request_id FROM effects WHERE account = ? AND region = ? ORDER BY request_id"

_APPROVERS = (
    "SELECT key_id, name, public_key, is_demo, added_at, revoked_at FROM approvers"
    " WHERE account = ? AND region = ? ORDER BY added_at, key_id"
)
