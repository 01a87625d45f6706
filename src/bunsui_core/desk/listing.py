"""What every desk lists: sessions and requests. Alone it is all that a command needs to list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bunsui_core.app.request import approval, approvals
from bunsui_core.domain.answer import (
    Freshness,
    Placed,
    SessionFilter,
    SessionPage,
    stored_freshness,
)
from bunsui_core.domain.approval import Approval
from bunsui_core.domain.outcome import followed
from bunsui_core.domain.searchable import Side
from bunsui_core.ports.store import Store


class ListDesk:
    """Looks at the lists of the store."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def freshness(self) -> Freshness:
        """Return how old the store is: nothing listed is older."""
        beat, watch = self._store.heartbeat.last(), self._store.watches.report()
        return stored_freshness(beat, watch, self._clock())

    def sessions(self, wanted: SessionFilter, limit: int = 20, cursor: str = "") -> SessionPage:
        """Return one page of sessions, newest first. Raises: BadInput for a foreign cursor."""
        return self._store.sessions.page(wanted, limit, cursor)

    def window(self, wanted: SessionFilter, offset: int, limit: int) -> SessionPage:
        """Return sessions from anywhere in the list, failed ones first. Raises: BadInput."""
        return self._store.sessions.window(wanted, offset, limit)

    def place(self, wanted: SessionFilter, session_id: str) -> Placed | None:
        """Return where a window has a session, if it is wanted."""
        return self._store.sessions.place(wanted, session_id)

    def pipeline_names(self) -> tuple[str, ...]:
        """Return the names of all known pipelines, sorted."""
        return self._store.pipelines.names()

    def keys(self, side: Side) -> tuple[str, ...]:
        """Return the keys by whose values sessions are found."""
        return self._store.index.keys(side)

    def approval(self, request_id: str) -> Approval:
        """Return where a request stands, and what came of it. Raises: NotFound."""
        requests = self._store.requests
        standing = approval(requests.get(request_id), requests, self._clock())
        if standing.effect is None or standing.status.is_open:
            return standing
        came = followed(request_id, self._store.outcomes.all())
        return standing.model_copy(update={"outcomes": came})

    def approvals(self, limit: int = 50) -> tuple[Approval, ...]:
        """Return where the newest requests stand, newest first."""
        return approvals(self._store.requests, limit, self._clock())
