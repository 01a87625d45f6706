"""Which sessions were explained as they are now, so that no round explains one again."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from bunsui_core.domain.session import Session

MOST = 10_000
"""How many sessions are kept in mind; one that was forgotten is looked through once more."""


class Explained:
    """Remembers versions of sessions. A process that begins knows none. Thread-safe."""

    def __init__(self) -> None:
        self._versions: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def is_known(self, session: Session) -> bool:
        """Whether everything of a session was explained, and nothing changed since."""
        with self._lock:
            return self._versions.get(session.id) == session.version

    def put(self, session: Session) -> None:
        """Remember that everything of a session is explained."""
        with self._lock:
            self._versions[session.id] = session.version
            self._versions.move_to_end(session.id)
            while len(self._versions) > MOST:
                self._versions.popitem(last=False)
