"""The keys under which inputs and outputs hold values: what a search may name."""

from __future__ import annotations

from bunsui_core.adapters.aws.store.items import joined, text
from bunsui_core.adapters.aws.store.table import Ask, Table
from bunsui_core.domain.searchable import Side, held_by
from bunsui_core.domain.session import Session

MOST_KEYS = 500


class Keyed:
    """`Index` in the table. A session that is stored makes its keys known first or last."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known: set[tuple[str, str]] = set()

    def keys(self, side: Side) -> tuple[str, ...]:
        """Return the keys of one side, sorted."""
        ask = Ask(self._partition(side), limit=MOST_KEYS)
        return tuple(text(item, "line") for item in self._table.query(ask))

    def fill(self, limit: int) -> int:
        """Return 0: nothing stands in the table that an older bunsui stored without it."""
        return 0

    def learn(self, session: Session) -> None:
        """Make the keys of a session known; those that this process knows are not written."""
        held, _ = held_by(session)
        new = {(one.side.value, one.key) for one in held if one.key} - self._known
        if len(self._known) < MOST_KEYS * 20:
            self._table.put_all(
                [
                    {"pk": self._partition(Side(side)), "sk": key, "line": key}
                    for side, key in sorted(new)
                ]
            )
        self._known |= new

    def _partition(self, side: Side) -> str:
        return joined("CNT", *self._table.place, side.value)
