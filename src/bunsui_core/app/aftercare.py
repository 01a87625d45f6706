"""Which failed sessions are looked at again: somebody may have redriven one in the console."""

from __future__ import annotations

from datetime import datetime, timedelta

from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.found import is_found_id
from bunsui_core.domain.looking import AGAIN, OPEN, Look, is_over, next_look
from bunsui_core.domain.session import SessionStatus
from bunsui_core.ports.store import Sessions

NEWEST = 200
"""How many failed sessions are looked at again, the newest ones."""

AT_ONCE = 10
"""How many of them one round looks at."""

EVERY = timedelta(seconds=5)
"""How often failed jobs of open sessions are looked at, and failed sessions are listed."""


class Aftercare:
    """Remembers when each failed session was last looked at. Not thread-safe."""

    def __init__(self) -> None:
        self._looked: dict[str, datetime] = {}
        self._failed: dict[str, datetime] = {}
        self._listed_at: datetime | None = None

    def due(self, sessions: Sessions, now: datetime) -> tuple[str, ...]:
        """Return the failed sessions whose turn it is, those first that wait longest."""
        if self._listed_at is None or now - self._listed_at >= EVERY:
            self._list(sessions, now)
        turns = {one: self._turn(one, failed_at) for one, failed_at in self._failed.items()}
        ready = sorted((one for one, at in turns.items() if at <= now), key=turns.__getitem__)
        for one in ready[:AT_ONCE]:
            self._looked[one] = now
        return tuple(ready[:AT_ONCE])

    def of_open(self, session_id: str, now: datetime) -> Look:
        """Return what to look at of an open session: now and then also what failed in it."""
        if session_id in self._looked and now - self._looked[session_id] < EVERY:
            return OPEN
        self._looked[session_id] = now
        return AGAIN

    def keep(self, session_ids: tuple[str, ...]) -> None:
        """Forget all sessions but these and the failed ones."""
        kept = {*session_ids, *self._failed}
        self._looked = {one: at for one, at in self._looked.items() if one in kept}

    def _turn(self, session_id: str, failed_at: datetime) -> datetime:
        return next_look(failed_at, max(failed_at, self._looked.get(session_id, failed_at)))

    def _list(self, sessions: Sessions, now: datetime) -> None:
        wanted = SessionFilter(statuses=(SessionStatus.FAILED,))
        lines = sessions.page(wanted, NEWEST, "").items
        self._failed = {
            line.session_id: line.stopped_at
            for line in lines
            if line.stopped_at and not is_over(line.stopped_at, now)
            if not is_found_id(line.session_id)
        }
        self._listed_at = now
