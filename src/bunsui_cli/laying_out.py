"""A review as a terminal shows it: no word is broken, and whose words a line is stays clear."""

from __future__ import annotations

import io

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

LABEL = 13
"""Cells that the label of a line takes, with the gap behind it."""

QUOTE = "| "
"""What stands before each line of the asker's words."""

LEAST = 20
"""Cells that the text behind a label has at least."""


def laid_out(document: str, width: int) -> str:
    """Return a text whose lines fit, each part below behind the same margin or mark."""
    screen = Console(file=io.StringIO(), width=width)
    return "\n".join(part for line in document.split("\n") for part in _fitted(line, screen))


def _fitted(line: str, screen: Console) -> list[str]:
    if cell_len(line) <= screen.width:
        return [line]
    head = _head(line)
    room = max(screen.width - len(head), LEAST)
    parts = Text(line[len(head) :]).wrap(screen, room, overflow="fold")
    below = head if head == QUOTE else " " * len(head)
    return [
        f"{below if number else head}{part.plain.rstrip()}" for number, part in enumerate(parts)
    ]


def _head(line: str) -> str:
    """The label or the mark that a line begins with, if it has one."""
    if line.startswith(QUOTE):
        return QUOTE
    label = line[:LABEL]
    return label if label.isupper() or label.isspace() else ""
