"""Requests of agents in the inbox and of humans in the store, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from bunsui_core.adapters.local.asked import asked_by_agents, asked_by_humans
from bunsui_core.adapters.local.connect import (
    INBOX_VERSION,
    Connect,
    SqliteFile,
    StoreReader,
    open_asker,
)
from bunsui_core.adapters.local.rows import find_effect, moment, stored
from bunsui_core.domain.approval import Effect, Request, SignedDecision, Withdrawal
from bunsui_core.domain.asker import HUMAN, from_agents
from bunsui_core.domain.errors import Conflict, NotAuthorised, NotFound
from bunsui_core.domain.fair import Asked, Newest, Window, looked_at, window


class LocalRequests:
    """`Requests` over two files: who asks follows from the file, whatever a request says.

    An agent's process can write the inbox alone, so what is found there is an agent's. Humans ask
    in the store, which only their desks and the worker can write.
    """

    def __init__(self, store: StoreReader, inbox_path: Path, connect: Connect = open_asker) -> None:
        self._store = store
        self._inbox_path = inbox_path
        inbox = SqliteFile(inbox_path, INBOX_VERSION, connect)
        self._agents = asked_by_agents(inbox, store.place)
        self._humans = asked_by_humans(store, store.place)

    def submit(self, request: Request) -> Request:
        """Store a request once; the same id again returns the stored one.

        Raises: Conflict when the id is taken by another plan or asker; NotAuthorised for a
        human's where only agents can ask.
        """
        if not request.plan.requester.startswith(HUMAN):
            with self._humans.reading() as connection:
                if taken := self._humans.read(connection, request.id, ""):
                    return _same(taken, request)
            before = self._agents.put(request)
            kept = stored(Request, before, self._inbox_path) if before else request
            return _same(from_agents(kept), from_agents(request))
        if not self._store.is_writable:
            raise NotAuthorised(
                "this process asks as an agent and not as a human.", "Ask in `bunsui tui`."
            )
        before = self._humans.put(request)
        return _same(stored(Request, before, self._store.path), request) if before else request

    def withdraw(self, withdrawal: Withdrawal) -> Request:
        """Record once that a request was taken back, and return the request. Raises: NotFound."""
        is_human = self.get(withdrawal.request_id).plan.requester.startswith(HUMAN)
        (self._humans if is_human else self._agents).withdraw(withdrawal)
        return self.get(withdrawal.request_id)

    def get(self, request_id: str) -> Request:
        """Return a request, with its withdrawal if its asker took it back. Raises: NotFound."""
        # A human's comes first: no agent hides one by an id that it has seen.
        for asked in (self._humans, self._agents):
            with asked.reading() as connection:
                if found := asked.read(connection, request_id, ""):
                    return found
        raise NotFound(
            f"there is no request {request_id}.", "List them and choose one.", "approvals"
        )

    def newest(
        self, limit: int, about: str = "", now: datetime | None = None
    ) -> tuple[Request, ...]:
        """Return the newest requests, newest first; what an asker wrote that is none is left out.

        With `now`, none claims a later time, and nobody's are hidden by how many another asked.
        When a session is named, only those are read whose text has its id somewhere.
        """
        part = json.dumps(about, ensure_ascii=False)[1:-1]
        fresh = window(now, moment) if now else None
        with self._humans.reading() as store, self._agents.reading() as inbox:
            humans = _Newest(partial(self._humans.newest, store), fresh)
            agents = _Newest(partial(self._agents.newest, inbox), fresh)
            mine, theirs = humans.keys(limit), agents.keys(limit)
            chosen = _chosen(humans, mine, {one: agents.at(one) for one in theirs}, limit)
            own = frozenset(mine)
            found = (
                self._humans.read(store, one, part)
                if one in own
                else self._agents.read(inbox, one, part)
                for one in chosen
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


def _same(known: Request, asked: Request) -> Request:
    if known.plan == asked.plan:
        return known
    raise Conflict(
        f"the id {asked.id} belongs to another request.", "Propose again; the plan gets a new id."
    )


class _Newest:
    """The newest requests of one file; without `fresh` whatever moments they claim."""

    def __init__(self, ask: Newest, fresh: Window | None) -> None:
        self._ask = ask
        self._fresh = fresh
        self._ages: dict[str, str] = {}

    def keys(self, limit: int) -> tuple[str, ...]:
        """Return the ids of at most so many, newest first."""
        if self._fresh:
            return looked_at(self._met, limit, self._fresh)
        return tuple(one.key for one in self._met(_ALWAYS, limit))

    def at(self, key: str) -> str:
        """Return when one of these was asked; empty for any other."""
        return self._ages.get(key, "")

    def is_fresh(self, key: str) -> bool:
        """Whether one of these still waits, if nobody answered it."""
        return self._fresh is not None and self.at(key) >= self._fresh.since

    def _met(self, until: str, most: int) -> Sequence[Asked]:
        found = self._ask(until, most)
        self._ages.update({one.key: one.at for one in found})
        return found


def _chosen(
    humans: _Newest, mine: Sequence[str], theirs: Mapping[str, str], limit: int
) -> list[str]:
    """The ids of the newest of both, newest first.

    Names are free in the inbox: however many write there, half of the room is for humans.
    """
    ages = {**theirs, **{one: humans.at(one) for one in mine}}
    newest = sorted(ages, key=lambda one: (ages[one], one), reverse=True)
    kept = {one for one in mine[: limit // 2] if humans.is_fresh(one)}
    rest = [one for one in newest if one not in kept][: limit - len(kept)]
    shown = kept.union(rest)
    return [one for one in newest if one in shown]


_ALWAYS = "\U0010ffff"
"""Sorts behind every moment, and behind what an asker may have written in place of one."""

_DECISIONS = (
    "SELECT body FROM decisions WHERE account = ? AND region = ? AND request_id = ?"
    " ORDER BY position"
)
