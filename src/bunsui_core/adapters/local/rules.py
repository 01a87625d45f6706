"""What an asker reads of the policy in the store's file."""

from __future__ import annotations

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.domain.policy import Pending, pending_of


class LocalRules:
    """`Rules` in the store's file."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store

    def pending(self) -> Pending:
        """Return how many requests may wait, as the newest policy says, or as is usual."""
        with self._store.reading() as connection:
            row = connection.execute(_NEWEST, self._store.place).fetchone()
        return pending_of(row[0] if row else "")


_NEWEST = "SELECT body FROM policies WHERE account = ? AND region = ? ORDER BY seq DESC LIMIT 1"
