"""Columns and rows of a list, and one of its lines."""

from __future__ import annotations

from dataclasses import dataclass

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


def widths(columns: tuple[Column, ...], rows: tuple[Row, ...], width: int) -> tuple[int, ...]:
    """Return the width of each column: what it needs, within its limit and the line's width."""
    needed = [
        min(column.most, max([len(column.title), *(row.cells[at].cell_len for row in rows)]))
        for at, column in enumerate(columns)
    ]
    left = width - sum(needed) - GAP * (len(columns) - 1)
    return tuple(needed[at] if column.most else max(0, left) for at, column in enumerate(columns))


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
