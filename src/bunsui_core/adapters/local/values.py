"""The values in inputs and outputs that a filter seeks, and the lines that hold them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from typing import NamedTuple

from bunsui_core.adapters.local.matching import Condition, ended_by, every, like_pattern
from bunsui_core.domain.answer import FieldValue, SessionFilter
from bunsui_core.domain.searchable import Side, compared

_END = "\U0010ffff"
"""Sorts after everything that begins with what stands before it."""

_HELD = "FROM search_values v CROSS JOIN search_hits h ON h.value = v.number WHERE"


class Limits(NamedTuple):
    """Sizes from which on another way to the same lines is the faster one.

    So many matches are sorted here, of more an index gives the ones to show; so many values are
    looked up line by line, the lines of more are collected first; so many values are named by
    their numbers, more are sought again; lines are counted so far.
    """

    sorted_here: int = 2_000
    looked_up: int = 8
    named: int = 200
    counted: int = 20_000


LIMITS = Limits()


@dataclass(frozen=True)
class Sought:
    """One sought field: what it means, and the values that it means unless they are too many.

    `lines` is how many hold one of them, as far as they are counted.
    """

    meant: Condition
    numbers: tuple[int, ...]
    limits: Limits
    lines: int = 0

    @property
    def holding(self) -> Condition:
        """The query of the lines that hold it, each once."""
        if len(self.numbers) > self.limits.named:
            return Condition(
                f"SELECT DISTINCT h.line AS line {_HELD} {self.meant.sql}", self.meant.values
            )
        once = "DISTINCT " if len(self.numbers) > 1 else ""
        query = f"SELECT {once}h.line AS line FROM search_hits h WHERE h.value IN ({self._marks})"
        return Condition(query, self.numbers)

    def looked_up(self) -> Condition:
        """Return what looks at one line after the other, or knows all lines if that is less."""
        if len(self.numbers) > self.limits.looked_up:
            return Condition(f"+number IN ({self.holding.sql})", self.holding.values)
        found = f"SELECT 1 FROM search_hits h WHERE h.value IN ({self._marks}) AND h.line = number"
        return Condition(f"EXISTS ({found})", self.numbers)

    @property
    def _marks(self) -> str:
        return ", ".join("?" * len(self.numbers))


def sought_in(
    connection: sqlite3.Connection,
    place: tuple[str, str],
    wanted: SessionFilter,
    limits: Limits,
) -> list[Sought]:
    """Return the sought fields of a filter, the rarest first."""
    meant = [meaning(place, Side.INPUT, field) for field in wanted.inputs]
    meant += [meaning(place, Side.OUTPUT, field) for field in wanted.outputs]
    found = [_measured(connection, one, limits) for one in meant]
    return sorted(found, key=lambda one: one.lines)


def meaning(place: tuple[str, str], side: Side, field: FieldValue) -> Condition:
    """Return which rows `v` of `search_values` a field means."""
    path = compared(field.path)
    key = path.rpartition(".")[2]
    own = Condition(
        "v.account = ? AND v.region = ? AND v.side = ? AND v.key = ?", (*place, side, key)
    )
    under = [ended_by("v.path", path)] if path != key else []
    return every([own, _text(field.value), *under])


def _text(value: str) -> Condition:
    start, star, rest = value.partition("*")
    if not star:
        return Condition("v.text = ?", (compared(value),))
    begins = compared(start)
    parts = [Condition("v.text >= ? AND v.text < ?", (begins, begins + _END))]
    return every([*parts, like_pattern("v.text", value)] if rest else parts)


def _measured(connection: sqlite3.Connection, meant: Condition, limits: Limits) -> Sought:
    some = f"SELECT v.number FROM search_values v WHERE {meant.sql} LIMIT ?"
    most = max(limits.named, limits.looked_up)
    found = connection.execute(some, (*meant.values, most + 1)).fetchall()
    sought = Sought(meant, tuple(number for (number,) in found), limits)
    lines = f"SELECT count(*) FROM ({sought.holding.sql} LIMIT ?)"
    held: int = connection.execute(lines, (*sought.holding.values, limits.counted)).fetchone()[0]
    return replace(sought, lines=held)
