"""Tables that fit the terminal, wrap instead of hiding, and hold text that cannot act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from bunsui_cli.views.words import line

Cell = str | Text


def table(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Table:
    """Return a table with a header line and no frame; the first column never wraps."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for number, column in enumerate(columns):
        made.add_column(column, no_wrap=number == 0, overflow="fold")
    for row in rows:
        made.add_row(*map(cell, row))
    return made


def facts(pairs: Iterable[tuple[str, Cell]]) -> Table:
    """Return names and values, one pair a line; pairs without a value are left out."""
    made = Table(box=None, show_header=False, pad_edge=False)
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in pairs:
        if value:
            made.add_row(name, cell(value))
    return made


def cell(value: Cell) -> Text:
    """Return a cell that rich does not read as markup."""
    return line(value, 4000) if isinstance(value, str) else value
