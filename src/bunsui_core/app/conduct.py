"""A conductor that works in rounds: which sessions it brings forward in each, and how."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.app.advance import Round, advance_session
from bunsui_core.app.aftercare import Aftercare
from bunsui_core.app.fulfil import Means
from bunsui_core.domain.found import is_found_id
from bunsui_core.domain.looking import AGAIN, Look


class Conductor:
    """Brings sessions forward. Its sessions of one round may be advanced by several threads."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._aftercare = Aftercare()
        self._looks: dict[str, Look] = {}

    def of_this_round(self, now: datetime) -> tuple[str, ...]:
        """Return the sessions to advance: all that are open, and failed ones now and then."""
        sessions = self._means.sessions
        ours = tuple(one for one in sessions.open_ids() if not is_found_id(one))
        self._looks = {one: self._aftercare.of_open(one, now) for one in ours}
        failed = self._aftercare.due(sessions, now)
        self._aftercare.keep(ours)
        return (*ours, *(one for one in failed if one not in self._looks))

    def advance(self, session_id: str) -> Round:
        """Bring one session forward. Raises: as `advance_session`."""
        look = self._looks.get(session_id, AGAIN)
        return advance_session(session_id, self._means, look)
