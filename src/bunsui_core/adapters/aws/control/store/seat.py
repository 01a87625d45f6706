"""A seat that one process at a time may have, among all that use a table; it is kept by a lease."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bunsui_core.adapters.aws.store.items import joined, moment
from bunsui_core.adapters.aws.store.table import Table
from bunsui_core.domain.value import Instant

LEASE = timedelta(seconds=60)
"""How long the seat of a process that is gone stays taken; it is renewed in every round."""


class DynamoSeat:
    """`Seat` in the table; `holder` names this process among all others."""

    def __init__(self, table: Table, holder: str, clock: Callable[[], Instant]) -> None:
        self._table = table
        self._holder = holder
        self._clock = clock

    def take(self) -> bool:
        """Take the seat if nobody has it; whether it is taken by this process now."""
        now = self._clock()
        return self._table.update(
            self._key,
            "SET #holder = :me, #until = :until",
            "attribute_not_exists(#pk) OR #holder = :me OR #until <= :now",
            me=self._holder,
            until=moment(now + LEASE),
            now=moment(now),
        )

    def leave(self) -> None:
        """Leave the seat to another process."""
        now = moment(self._clock())
        self._table.update(
            self._key, "SET #until = :now", "#holder = :me", me=self._holder, now=now
        )

    @property
    def _key(self) -> tuple[str, str]:
        return joined("WAT", *self._table.place), "SEAT"
