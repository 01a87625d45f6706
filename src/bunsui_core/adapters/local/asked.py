"""Requests and withdrawals in one file: in the inbox an agent's, in the store a human's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from bunsui_core.adapters.local.connect import SqliteFile
from bunsui_core.adapters.local.rows import moment
from bunsui_core.domain.approval import Request, Withdrawal
from bunsui_core.domain.asked_text import request_from
from bunsui_core.domain.asker import from_agents, from_humans
from bunsui_core.domain.fair import Asked

Place: TypeAlias = tuple[str, str]
"""Account and region."""


class AskedIn:
    """The requests of one file, each as an asker's that may write there."""

    def __init__(
        self,
        file: SqliteFile,
        place: Place,
        tables: tuple[str, str],
        whose: Callable[[Request], Request | None],
    ) -> None:
        self._file = file
        self._place = place
        self._whose = whose
        requests, withdrawals = tables
        self._get = (
            f"SELECT r.body, w.body FROM {requests} r LEFT JOIN {withdrawals} w"
            " ON w.account = r.account AND w.region = r.region AND w.request_id = r.id"
            " WHERE r.account = ? AND r.region = ? AND r.id = ?"
        )
        self._newest = (
            f"SELECT asked_at, requester, id FROM {requests} WHERE account = ? AND region = ?"
            " AND asked_at < ? ORDER BY asked_at DESC, id DESC LIMIT ?"
        )
        self._put = (
            f"INSERT INTO {requests} (account, region, id, requester, asked_at, body)"
            " VALUES (?, ?, ?, ?, ?, ?)"
        )
        self._withdraw = (
            f"INSERT INTO {withdrawals} (account, region, request_id, body) VALUES (?, ?, ?, ?)"
        )

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection for `newest` and `read`, inside one snapshot."""
        with self._file.reading() as connection:
            yield connection

    def put(self, request: Request) -> str | None:
        """Store a request, unless one of its id is there; return the text of that one."""
        with self._file.writing() as connection:
            row = connection.execute(self._get, (*self._place, request.id)).fetchone()
            if row:
                return str(row[0])
            plan, body = request.plan, request.model_dump_json()
            values = request.id, plan.requester, moment(plan.created_at), body
            connection.execute(self._put, (*self._place, *values))
        return None

    def withdraw(self, withdrawal: Withdrawal) -> None:
        """Record once that one of these requests was taken back."""
        request_id, body = withdrawal.request_id, withdrawal.model_dump_json()
        with self._file.writing() as connection:
            row = connection.execute(self._get, (*self._place, request_id)).fetchone()
            if row and not row[1]:
                connection.execute(self._withdraw, (*self._place, request_id, body))

    def newest(self, connection: sqlite3.Connection, until: str, most: int) -> list[Asked]:
        """Return where requests from before a moment lie, newest first, at most so many."""
        rows = connection.execute(self._newest, (*self._place, until, most))
        # An asker may write bytes for a name; as a text they are no request's.
        return [Asked(*map(str, row)) for row in rows]

    def read(self, connection: sqlite3.Connection, request_id: str, part: str) -> Request | None:
        """Return a request in whose text a part is; nothing when there is none, or it is none."""
        row = connection.execute(self._get, (*self._place, request_id)).fetchone()
        is_text = row is not None and isinstance(row[0], str) and part in row[0]
        request = _readable(request_id, row[0]) if is_text else None
        whose = self._whose(request) if request else None
        if whose is None or whose.withdrawn is row[1] is None:
            return whose
        return whose.model_copy(update={"withdrawn": _withdrawal(whose, row[1])})


def asked_by_agents(inbox: SqliteFile, place: Place) -> AskedIn:
    """Return what the inbox holds: whoever wrote there is an agent."""
    return AskedIn(inbox, place, ("requests", "withdrawals"), from_agents)


def asked_by_humans(store: SqliteFile, place: Place) -> AskedIn:
    """Return what the store holds, which no agent's process can write."""
    return AskedIn(store, place, ("human_requests", "human_withdrawals"), from_humans)


def _readable(request_id: str, body: str) -> Request | None:
    """Read what an asker's process wrote; nothing when it is not the request of that id."""
    request = request_from(body)
    return request if request and request.id == request_id else None


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
