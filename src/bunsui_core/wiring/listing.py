"""The composition root of a command that lists: the store to read, and no AWS."""

from __future__ import annotations

from bunsui_core.desk.listing import ListDesk
from bunsui_core.settings import Settings
from bunsui_core.wiring.clock import clock
from bunsui_core.wiring.store import read_store


def list_desk(settings: Settings) -> ListDesk:
    """Return a desk that lists sessions and requests."""
    return ListDesk(read_store(settings), clock)
