"""How text becomes something a widget may show."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from bunsui_core.domain.safe import safe

MUTED = "muted"
TITLE = "title"
OUTSIDE = "outside"
"""Styles by meaning; theme.py gives each its colour."""


def said(text: str, limit: int = 4000, style: str = OUTSIDE) -> Text:
    """Return text from outside on one line, harmless and never bold."""
    return Text().append(safe(" ".join(text.split()), limit, newlines=False), style)


def shortened(text: str, limit: int) -> Text:
    """Return one line of text from outside, cut at a limit; the whole stands elsewhere."""
    line = " ".join(text.split())
    return said(line if len(line) <= limit else f"{line[: limit - 1]}…", limit)


class Hanging:
    """A text whose every line on the screen, wrapped ones too, begins with the same mark."""

    def __init__(self, mark: str, text: Text) -> None:
        self.mark = mark
        self.text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Wrap the text in the width that the mark leaves."""
        width = max(1, options.max_width - len(self.mark))
        is_short = self.text.cell_len <= width and "\n" not in self.text.plain
        for line in [self.text] if is_short else self.text.wrap(console, width):
            yield words((self.mark, MUTED), line)


class Kept:
    """Many blocks that are laid out once for a width, however often they are shown.

    Colours are those of the first time: another theme needs another one.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._drawn: dict[int, list[Segment]] = {}

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Return what was laid out for this width."""
        width = options.max_width
        if width not in self._drawn:
            self._drawn = {width: list(console.render(Group(*self._blocks), options))}
        yield from self._drawn[width]


Block = Text | Table | Hanging | Group | Kept
"""What a pane is made of."""


def quoted(text: str, limit: int = 4000) -> Hanging:
    """Return text from outside with its lines kept, each behind a mark that is ours."""
    return Hanging("│ ", Text().append(safe(text.rstrip("\n"), limit).expandtabs(4), OUTSIDE))


def joined(parts: list[Text], between: str) -> Text:
    """Return the parts that are not empty with a separator between them."""
    return Text(between).join(part for part in parts if part)


def words(*parts: str | Text | tuple[str, str]) -> Text:
    """Return our own words and styled parts, one after the other; no markup is read.

    What slips into our own words from outside is made harmless here too.
    """
    text = Text()
    for part in parts:
        match part:
            case str():
                text.append(safe(part))
            case Text():
                text.append_text(part)
            case (plain, style):
                text.append(safe(plain), style)
    return text


def apart(left: Text, right: Text, width: int) -> Text:
    """Return one line with its parts at both ends; the left one gives way."""
    room = max(0, width - right.cell_len - 1)
    line = left.copy()
    line.truncate(room, overflow="ellipsis")
    line.append(" " * max(1, width - line.cell_len - right.cell_len))
    return line.append_text(right)


def section(title: str, *parts: Block, width: int = 12, style: str = TITLE) -> Table:
    """Return a title with its parts beside it, wrapped lines at the same indent."""
    return beside(Text().append(title, style), stack(parts), width)


def beside(mark: Text, body: Text | Group, width: int) -> Table:
    """Return a body beside its mark; long words are folded, for nothing may be cut off unseen."""
    grid = Table.grid(expand=True)
    grid.add_column(width=width)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(mark, body)
    return grid


def stack(parts: Sequence[Block]) -> Group:
    """Return the parts that are not empty, one below the other."""
    return Group(*(part for part in parts if part))
