"""Requests in the inbox, and what the store says was decided and done about them."""

from __future__ import annotations

from pathlib import Path

from bunsui_core.adapters.local.connect import (
    INBOX_VERSION,
    Connect,
    SqliteFile,
    StoreReader,
    open_asker,
)
from bunsui_core.adapters.local.rows import find_effect, moment, stored
from bunsui_core.domain.approval import Effect, Request, SignedDecision
from bunsui_core.domain.errors import Conflict, NotFound


class LocalRequests:
    """`Requests` over two files: the inbox, in which it inserts, and the store, which it reads."""

    def __init__(self, store: StoreReader, inbox_path: Path, connect: Connect = open_asker) -> None:
        self._store = store
        self._inbox = SqliteFile(inbox_path, INBOX_VERSION, connect)

    def submit(self, request: Request) -> Request:
        """Store a request once; the same id again returns the stored one.

        Raises: Conflict when the id is taken by another plan or asker.
        """
        with self._inbox.writing() as connection:
            row = connection.execute(_GET, (*self._store.place, request.id)).fetchone()
            if row is None:
                connection.execute(_PUT, self._columns(request))
                return request
        return _same(stored(Request, row[0], self._inbox.path), request)

    def get(self, request_id: str) -> Request:
        """Return a request. Raises: NotFound."""
        with self._inbox.reading() as connection:
            row = connection.execute(_GET, (*self._store.place, request_id)).fetchone()
        request = _readable(request_id, row[0]) if row else None
        if request is None:
            raise NotFound(f"there is no request {request_id}.", "List them and choose one.")
        return request

    def newest(self, limit: int) -> tuple[Request, ...]:
        """Return requests, newest first; what an asker wrote that is none is left out."""
        with self._inbox.reading() as connection:
            rows = connection.execute(_NEWEST, (*self._store.place, limit)).fetchall()
        found = (_readable(request_id, body) for request_id, body in rows)
        return tuple(request for request in found if request)

    def decisions(self, request_id: str) -> tuple[SignedDecision, ...]:
        """Return the recorded decisions, oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute(_DECISIONS, (*self._store.place, request_id)).fetchall()
        return tuple(stored(SignedDecision, body, self._store.path) for (body,) in rows)

    def effect(self, request_id: str) -> Effect | None:
        """Return what the executor did, if it began."""
        with self._store.reading() as connection:
            return find_effect(connection, self._store, request_id)

    def _columns(self, request: Request) -> tuple[str, ...]:
        plan = request.plan
        asked_at = moment(plan.created_at)
        body = request.model_dump_json()
        return *self._store.place, request.id, plan.requester, asked_at, body


def _same(known: Request, asked: Request) -> Request:
    if known.plan == asked.plan:
        return known
    raise Conflict(
        f"the id {asked.id} belongs to another request.", "Propose again; the plan gets a new id."
    )


def _readable(request_id: str, body: str) -> Request | None:
    """Read what an asker's process wrote; nothing when it is not the request of that id."""
    try:
        request = Request.model_validate_json(body)
    except ValueError:
        return None
    return request if request.id == request_id else None


_GET = "SELECT body FROM requests WHERE account = ? AND region = ? AND id = ?"

_PUT = (
    "INSERT INTO requests (account, region, id, requester, asked_at, body)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)

_NEWEST = (
    "SELECT id, body FROM requests WHERE account = ? AND region = ?"
    " ORDER BY asked_at DESC, id DESC LIMIT ?"
)

_DECISIONS = (
    "SELECT body FROM decisions WHERE account = ? AND region = ? AND request_id = ?"
    " ORDER BY position"
)
