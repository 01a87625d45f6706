"""The values in inputs and outputs that a filter seeks, and the lines that hold them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from bunsui_core.adapters.local.matching import Condition, every, like
from bunsui_core.domain.answer import FieldValue, SessionFilter
from bunsui_core.domain.searchable import compared

_FEW_VALUES = 8
"""So many values are looked up for each line; the lines of more are collected first."""

_ENOUGH = 2_000
"""Values with more lines than this are all alike: not rare."""

_END = "\U0010ffff"
"""Sorts after everything that begins with what stands before it."""

_HELD = "FROM search_values v CROSS JOIN search_hits h ON h.value = v.number WHERE"


@dataclass(frozen=True)
class Sought:
    """One sought field: which values it means, how many of them and of their lines, to a limit."""

    condition: Condition
    values: int
    lines: int

    @property
    def query(self) -> str:
        """The lines that hold it, each once."""
        once = "DISTINCT " if self.values > 1 else ""
        return f"SELECT {once}h.line AS line {_HELD} {self.condition.sql}"

    def among_lines(self) -> Condition:
        """Return what collects the lines first."""
        return Condition(f"+number IN ({self.query})", self.condition.values)

    def looked_up(self) -> Condition:
        """Return what looks at one line after the other, if that is the less of work."""
        if self.values > _FEW_VALUES:
            return self.among_lines()
        return Condition(
            "EXISTS (SELECT 1 FROM search_hits h WHERE h.line = number AND h.value IN"
            f" (SELECT v.number FROM search_values v WHERE {self.condition.sql}))",
            self.condition.values,
        )


def sought_in(
    connection: sqlite3.Connection, place: tuple[str, str], wanted: SessionFilter
) -> list[Sought]:
    """Return the sought fields of a filter, the rarest first."""
    meant = [meaning(place, "input", field) for field in wanted.inputs]
    meant += [meaning(place, "output", field) for field in wanted.outputs]
    found = [_measured(connection, one) for one in meant]
    return sorted(found, key=lambda one: one.lines)


def meaning(place: tuple[str, str], side: str, field: FieldValue) -> Condition:
    """Return which rows `v` of `search_values` a field means."""
    path = compared(field.path)
    key = path.rpartition(".")[2]
    own = Condition(
        "v.account = ? AND v.region = ? AND v.side = ? AND v.key = ?", (*place, side, key)
    )
    under = [like("v.path", f".{path}", ends=True)] if path != key else []
    return every([own, _text(field.value), *under])


def _text(value: str) -> Condition:
    if not value.endswith("*"):
        return Condition("v.text = ?", (compared(value),))
    start = compared(value.removesuffix("*"))
    return Condition("v.text >= ? AND v.text < ?", (start, start + _END))


def _measured(connection: sqlite3.Connection, meant: Condition) -> Sought:
    values = _up_to(connection, f"FROM search_values v WHERE {meant.sql}", meant, _FEW_VALUES)
    lines = _up_to(connection, f"{_HELD} {meant.sql}", meant, _ENOUGH)
    return Sought(meant, values, lines)


def _up_to(connection: sqlite3.Connection, what: str, meant: Condition, limit: int) -> int:
    query = f"SELECT count(*) FROM (SELECT 1 {what} LIMIT ?)"
    found: int = connection.execute(query, (*meant.values, limit + 1)).fetchone()[0]
    return found
