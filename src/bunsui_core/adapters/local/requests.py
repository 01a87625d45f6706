"""Requests in the inbox, and what the store says was decided and done about them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bunsui_core.adapters.local.connect import (
    INBOX_VERSION,
    Connect,
    SqliteFile,
    StoreReader,
    open_asker,
)
from bunsui_core.adapters.local.rows import find_effect, moment, stored
from bunsui_core.domain.approval import Effect, Request, SignedDecision, Withdrawal
from bunsui_core.domain.errors import Conflict, NotFound
from bunsui_core.domain.fair import Asked, looked_at, window


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

    def withdraw(self, withdrawal: Withdrawal) -> Request:
        """Record once that a request was taken back, and return the request. Raises: NotFound."""
        request_id = withdrawal.request_id
        with self._inbox.writing() as connection:
            row = connection.execute(_GET, (*self._store.place, request_id)).fetchone()
            if row and not row[1]:
                values = (*self._store.place, request_id, withdrawal.model_dump_json())
                connection.execute(_WITHDRAW, values)
        return self.get(request_id)

    def get(self, request_id: str) -> Request:
        """Return a request, with its withdrawal if its asker took it back. Raises: NotFound."""
        with self._inbox.reading() as connection:
            row = connection.execute(_GET, (*self._store.place, request_id)).fetchone()
        request = _readable(request_id, *row) if row else None
        if request is None:
            raise NotFound(
                f"there is no request {request_id}.", "List them and choose one.", "approvals"
            )
        return request

    def newest(
        self, limit: int, about: str = "", now: datetime | None = None
    ) -> tuple[Request, ...]:
        """Return the newest requests, newest first; what an asker wrote that is none is left out.

        With `now`, none claims a later time, and nobody's are hidden by how many another asked.
        When a session is named, only those are read whose text has its id somewhere.
        """
        part = json.dumps(about, ensure_ascii=False)[1:-1]
        place = self._store.place

        def asked(until: str, most: int) -> Sequence[Asked]:
            return [Asked(*row) for row in connection.execute(_ASKED, (*place, until, most))]

        with self._inbox.reading() as connection:
            if now:
                chosen = looked_at(asked, limit, window(now, moment))
            else:
                chosen = tuple(one.key for one in asked(_ALWAYS, limit))
            rows = [connection.execute(_GET, (*place, one)).fetchone() for one in chosen]
        found = (
            _readable(request_id, body, taken)
            for request_id, (body, taken) in zip(chosen, rows, strict=True)
            if part in body
        )
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


def _readable(request_id: str, body: str, taken: str | None) -> Request | None:
    """Read what an asker's process wrote; nothing when it is not the request of that id."""
    try:
        request = Request.model_validate_json(body)
    except ValueError:
        return None
    if request.id != request_id:
        return None
    return request.model_copy(update={"withdrawn": _withdrawal(request, taken)})


def _withdrawal(request: Request, taken: str | None) -> Withdrawal | None:
    """Read a withdrawal; nothing when it is not one of this request by its own asker."""
    if taken is None:
        return None
    try:
        found = Withdrawal.model_validate_json(taken)
    except ValueError:
        return None
    mine = (request.id, request.plan.requester)
    return found if (found.request_id, found.by) == mine else None


_WITHDRAWAL = (
    "(SELECT w.body FROM withdrawals w WHERE w.account = requests.account"
    " AND w.region = requests.region AND w.request_id = requests.id)"
)

_GET = f"SELECT body, {_WITHDRAWAL} FROM requests WHERE account = ? AND region = ? AND id = ?"

_WITHDRAW = "INSERT INTO withdrawals (account, region, request_id, body) VALUES (?, ?, ?, ?)"

_PUT = (
    "INSERT INTO requests (account, region, id, requester, asked_at, body)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)

_ASKED = (
    "SELECT asked_at, requester, id FROM requests WHERE account = ? AND region = ?"
    " AND asked_at < ? ORDER BY asked_at DESC, id DESC LIMIT ?"
)

_ALWAYS = "\U0010ffff"
"""Sorts behind every moment, and behind what an asker may have written in place of one."""

_DECISIONS = (
    "SELECT body FROM decisions WHERE account = ? AND region = ? AND request_id = ?"
    " ORDER BY position"
)
