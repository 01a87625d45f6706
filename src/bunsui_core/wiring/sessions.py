"""The list of sessions alone, for a screen that must not wait for the rest of a desk."""

from __future__ import annotations

from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.grouping import LocalGroups
from bunsui_core.adapters.local.sessions import LocalSessions
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.ports.store import Groups, Sessions
from bunsui_core.settings import Settings
from bunsui_core.wiring.store import read_store, reader


def session_lists(settings: Settings) -> Sessions:
    """Return the sessions of a home, which is made when it is not there.

    Raises: StoreDamaged, StoreNewer, Unavailable when it cannot be read.
    """
    if settings.is_shared:
        sessions: Sessions = read_store(settings).sessions
    else:
        create(settings.store_path, settings.inbox_path)
        sessions = LocalSessions(reader(settings))
    sessions.window(SessionFilter(), 0, 1)
    return sessions


def session_groups(settings: Settings) -> Groups:
    """Return the sessions of a home by what they have in common."""
    if settings.is_shared:
        from bunsui_core.wiring.shared import shared_groups  # nothing of AWS where files are read

        return shared_groups(settings)
    return LocalGroups(reader(settings))
