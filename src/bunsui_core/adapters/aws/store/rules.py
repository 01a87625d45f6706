"""What an asker reads of the policy in the table."""

from __future__ import annotations

from bunsui_core.adapters.aws.store.items import joined, text
from bunsui_core.adapters.aws.store.table import Ask, Table
from bunsui_core.domain.policy import Pending, pending_of
from bunsui_core.domain.store_template import SHOWN


class DynamoRules:
    """`Rules` in the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def pending(self) -> Pending:
        """Return how many requests may wait, as the newest policy says, or as is usual."""
        keys = joined("KEY", *self._table.place)
        newest = Ask(keys, start="POLICY", end="POLICY$", newest_first=True, limit=1)
        return pending_of(next((text(one, SHOWN) for one in self._table.query(newest)), ""))
