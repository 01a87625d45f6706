"""Drop archives that are older than an environment keeps them, some at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bunsui_core.app.archive import Shelf
from bunsui_core.app.request import approval
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.found import found_id, possible_owners
from bunsui_core.domain.retention import is_old_before, why_kept
from bunsui_core.domain.session import Session
from bunsui_core.ports.store import Archived, Requests, Sessions, Store

AT_ONCE = 100
"""How many old archives are looked at in one round of a worker."""

EVERY = timedelta(hours=1)
"""How long after one walk over all old archives the next one begins."""

MOST_ASKED = 1_000
"""How many of the newest requests are looked at; older ones have expired."""


class Tidying:
    """Walks over the old archives of an environment, a few in each round. Not thread-safe."""

    def __init__(self, shelf: Shelf, store: Store) -> None:
        self._shelf = shelf
        self._store = store
        self._behind: Archived | None = None
        self._next_walk: datetime | None = None

    def step(self, now: datetime) -> int:
        """Drop what may go of the next old archives, and return how many went.

        Raises: Unavailable, StoreDamaged.
        """
        than = is_old_before(now, self._shelf.keep_days)
        if than is None or (self._next_walk and now < self._next_walk):
            return 0
        entries = self._shelf.archive.older(than, AT_ONCE, self._behind)
        is_over = len(entries) < AT_ONCE
        self._behind = None if is_over else entries[-1]
        self._next_walk = now + EVERY if is_over else None
        dropped = [entry for entry, why in judged(entries, self._store, now) if not why]
        for entry in dropped:
            # The record first: a document that no record names does no harm.
            self._shelf.archive.drop(entry)
            self._shelf.blobs.drop(entry.sha256)
        return len(dropped)


def judged(
    entries: tuple[Archived, ...], store: Store, now: datetime
) -> Iterator[tuple[Archived, str]]:
    """Give each old archive with why it stays; without a reason it may go."""
    found = [session_of(entry, store.sessions) for entry in entries]
    ids = frozenset(session.id for session in found if session)
    asked = asked_about(ids, store.requests, now) if ids else ids
    for entry, session in zip(entries, found, strict=True):
        yield entry, why_kept(session, asked)


def asked_about(session_ids: frozenset[str], requests: Requests, now: datetime) -> frozenset[str]:
    """Return those of the sessions about which a request is open."""
    asked: set[str] = set()
    for request in requests.newest(MOST_ASKED):
        named = session_ids & {step.session_id for step in request.plan.steps}
        if named - asked and approval(request, requests, now).status.is_open:
            asked |= named
    return frozenset(asked)


def session_of(entry: Archived, sessions: Sessions) -> Session | None:
    """Return the session of an archive; one of an older bunsui is known by its execution's name."""
    arn = entry.execution_arn
    named = (*possible_owners(arn.rsplit(":", 1)[-1]), found_id(arn))
    for session_id in (entry.session_id,) if entry.session_id else named:
        try:
            return sessions.get(session_id)
        except NotFound:
            continue
    return None
