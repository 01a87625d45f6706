"""Columns and rows of a list, and one of its lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from rich.text import Text

from bunsui_tui.render.text import MUTED

GAP = 2


@dataclass(frozen=True)
class Column:
    """A column: at most `most` cells wide; zero takes what is left."""

    title: str
    most: int
    right: bool = False


@dataclass(frozen=True)
class Row:
    """A line of a list; its key stays the same when the list is read again."""

    key: str
    cells: tuple[Text, ...]


class Source(Protocol):
    """Where a list has its rows from; not all of them need to be there."""

    @property
    def count(self) -> int:
        """How many rows the list has."""
        ...

    def row(self, at: int) -> Row | None:
        """Return a row, or nothing when it was not read yet."""
        ...

    def place(self, key: str) -> int | None:
        """Return where a key is, or nothing when it is not among what was read."""
        ...

    def is_gone(self, key: str) -> bool:
        """Whether a key without a place is surely not in the list."""
        ...


@dataclass(frozen=True)
class Whole:
    """A list that is there with all its rows."""

    rows: tuple[Row, ...] = ()

    @property
    def count(self) -> int:
        """How many rows the list has."""
        return len(self.rows)

    def row(self, at: int) -> Row:
        """Return a row."""
        return self.rows[at]

    def place(self, key: str) -> int | None:
        """Return where a key is, if it is there."""
        return next((at for at, row in enumerate(self.rows) if row.key == key), None)

    def is_gone(self, key: str) -> bool:
        """Whether a key is not there."""
        return self.place(key) is None


def widths(
    columns: tuple[Column, ...], rows: tuple[Row, ...], width: int, least: tuple[int, ...] = ()
) -> tuple[int, ...]:
    """Return the width of each column: what it needs, within its limit and the line's width.

    None becomes narrower than it was at `least`, so that a list does not jump while it scrolls.
    """
    needed = [
        min(column.most, max([len(column.title), *(row.cells[at].cell_len for row in rows)]))
        for at, column in enumerate(columns)
    ]
    if least:
        needed = [max(now, before) for now, before in zip(needed, least, strict=True)]
    fixed = [size if column.most else 0 for size, column in zip(needed, columns, strict=True)]
    left = max(0, width - sum(fixed) - GAP * (len(columns) - 1))
    return tuple(size if column.most else left for size, column in zip(fixed, columns, strict=True))


def line(cells: tuple[Text, ...], columns: tuple[Column, ...], sizes: tuple[int, ...]) -> Text:
    """Return the cells side by side, each cut or filled to its column."""
    text = Text()
    for at, (cell, column, size) in enumerate(zip(cells, columns, sizes, strict=True)):
        fitted = cell.copy()
        fitted.truncate(size, overflow="ellipsis")
        fill = " " * (size - fitted.cell_len)
        text.append(" " * GAP if at else "")
        text.append_text(Text(fill) + fitted if column.right else fitted + Text(fill))
    return text


def titles(columns: tuple[Column, ...], sizes: tuple[int, ...]) -> Text:
    """Return the line above the list."""
    return line(tuple(Text().append(column.title, MUTED) for column in columns), columns, sizes)
