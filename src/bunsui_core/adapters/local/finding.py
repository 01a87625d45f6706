"""The lines of the list that a filter wants: how many, which, and in which order."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from bunsui_core.adapters.local.matching import Condition, every, here_only, listed, narrowed, told
from bunsui_core.adapters.local.values import LIMITS, Limits, sought_in
from bunsui_core.domain.answer import SessionFilter, Totals
from bunsui_core.domain.session import ATTENTION, SessionStatus

After: TypeAlias = tuple[str, str]
"""When a session began, and its id: where a page ended."""


class Line(NamedTuple):
    """What orders a session in a list."""

    created_at: str
    session_id: str
    status: str


class Found:
    """The wanted lines, as one snapshot of the store has them."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        place: tuple[str, str],
        wanted: SessionFilter,
        limits: Limits = LIMITS,
    ) -> None:
        self._connection = connection
        self._place = place
        self._wanted = wanted
        self._told = told(place, wanted)
        self._sought = sought_in(connection, place, wanted, limits)
        self.totals = self._listed()
        self._few: Sequence[Line] | None = None
        if self.is_search:
            self._search(limits.sorted_here)

    @property
    def is_search(self) -> bool:
        """Whether more than an index of the list is needed."""
        return bool(self._sought or self._told)

    def newest(self, after: After | None, limit: int) -> Sequence[Line]:
        """Return the lines after a moment and id, newest first."""
        if self._few is not None:
            return [one for one in self._few if after is None or one[:2] < after][:limit]
        beyond = [Condition("(created_at, id) < (?, ?)", after)] if after else []
        return self._ordered([listed(self._place, self._wanted), *beyond], "DESC", (limit, 0))

    def attended(self, offset: int, limit: int) -> Sequence[Line]:
        """Return lines in order of attention, from one on."""
        found: list[Line] = []
        for status in ATTENTION:
            size = self.totals.of(status)
            if offset < size and len(found) < limit:
                found += self._of(status, offset, min(limit - len(found), size - offset))
            offset = max(0, offset - size)
        return found

    def place_of(self, line: Line) -> int | None:
        """Return how many stand before a line in order of attention, if it is wanted."""
        own = SessionStatus(line.status)
        if not self.totals.of(own):
            return None
        before = sum(self.totals.of(one) for one in ATTENTION[: ATTENTION.index(own)])
        if self._few is not None:
            same = [one for one in self._few if one.status == own]
            return before + same.index(line) if line in same else None
        if not self._count(own, "(created_at, id) = (?, ?)", line):
            return None
        return before + self._count(own, "(created_at, id) > (?, ?)", line)

    def _of(self, status: SessionStatus, offset: int, limit: int) -> Sequence[Line]:
        """Return lines of one status, newest first, counted from whichever end is nearer."""
        if self._few is not None:
            return [one for one in self._few if one.status == status][offset : offset + limit]
        behind = self.totals.of(status) - offset - limit
        if behind < offset:
            return self._ordered([self._only(status)], "ASC", (limit, behind))[::-1]
        return self._ordered([self._only(status)], "DESC", (limit, offset))

    def _search(self, most: int) -> None:
        """Collect the matches when they are few, else count them."""
        source, condition = self._along()
        query = f"SELECT created_at, id, status FROM {source} WHERE {condition.sql}"
        rows = self._connection.execute(f"{query} LIMIT ?", (*condition.values, most + 1))
        few = [Line(*row) for row in rows]
        if len(few) <= most:
            self._few = sorted(few, reverse=True)
            self.totals = _totals(Counter(line.status for line in few))
        else:
            self.totals = self._counted(source, condition)

    def _along(self) -> tuple[str, Condition]:
        """Return what to walk along, and what is true of the wanted lines there.

        That is the lines that hold the rarest of the sought values, or else those that an index of
        the list gives; along all of them a walk is faster than from an index to each.
        """
        if self._sought and self._sought[0].lines <= self.totals.all:
            rarest, *others = self._sought
            also = [*narrowed(self._wanted), *self._told]  # a value's lines are of its place
            rest = every([*also, *(one.looked_up() for one in others)])
            source = f"({rarest.holding.sql}) CROSS JOIN session_lines ON number = line"
            return source, Condition(rest.sql, (*rarest.holding.values, *rest.values))
        everything = self._kept(listed(self._place, SessionFilter()))
        is_most = self.totals.all * 4 > everything.all
        also = [*self._told, *self._looked_up()]
        if is_most:
            here = [here_only(self._place), *narrowed(self._wanted)]
            return "session_lines NOT INDEXED", every([*here, *also])
        return "session_lines", every([listed(self._place, self._wanted), *also])

    def _listed(self) -> Totals:
        condition = listed(self._place, self._wanted)
        if self._wanted.after or self._wanted.before:
            return self._counted("session_lines", condition)
        return self._kept(condition)

    def _kept(self, condition: Condition) -> Totals:
        """Return the counts that are kept by status and pipeline."""
        query = f"SELECT status, sum(n) FROM session_counts WHERE {condition.sql} GROUP BY status"
        found = self._connection.execute(query, condition.values).fetchall()
        return _totals(dict(found))

    def _counted(self, source: str, condition: Condition) -> Totals:
        """Return the counts of lines along a source; sums, for groups would be sorted first."""
        *some, rest = ATTENTION
        sums = ", ".join(f"coalesce(sum(status = '{status}'), 0)" for status in some)
        query = f"SELECT count(*), {sums} FROM {source} WHERE {condition.sql}"
        every_one, *found = self._connection.execute(query, condition.values).fetchone()
        counts: dict[str, int] = dict(zip(some, found, strict=True))
        return _totals({**counts, rest: every_one - sum(found)})

    def _count(self, status: SessionStatus, where: str, line: Line) -> int:
        own = every(
            [self._only(status), Condition(where, line[:2]), *self._told, *self._looked_up()]
        )
        query = f"SELECT count(*) FROM session_lines WHERE {own.sql}"
        found: int = self._connection.execute(query, own.values).fetchone()[0]
        return found

    def _only(self, status: SessionStatus) -> Condition:
        return listed(self._place, self._wanted.model_copy(update={"statuses": (status,)}))

    def _looked_up(self) -> list[Condition]:
        return [one.looked_up() for one in self._sought]

    def _ordered(
        self, conditions: list[Condition], order: str, part: tuple[int, int]
    ) -> list[Line]:
        wide = every([*conditions, *self._told, *self._looked_up()])
        query = (
            f"SELECT created_at, id, status FROM session_lines WHERE {wide.sql}"
            f" ORDER BY created_at {order}, id {order} LIMIT ? OFFSET ?"
        )
        return [Line(*row) for row in self._connection.execute(query, (*wide.values, *part))]


def _totals(found: Mapping[str, int]) -> Totals:
    return Totals(**{status.lower(): n for status, n in found.items()})
