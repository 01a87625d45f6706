"""Log lines for a person who follows them."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.views.screen import console
from bunsui_cli.views.words import line, moment, plain
from bunsui_core.domain.answer import OperationLogs


def paint(part: OperationLogs, before: str) -> str:
    """Write new lines, under a heading where another operation wrote the last ones; return it."""
    heading = f"{part.job} · {part.operation}"
    out = console()
    if heading != before:
        out.print(Text("── ", style="bold").append_text(line(heading)))
    for one in lines(part):
        out.print(one)
    return heading


def lines(part: OperationLogs) -> list[RenderableType]:
    """Return the lines, and what is missing."""
    shown: list[RenderableType] = [
        Text.assemble((f"{moment(one.at)} ", "dim"), plain(one.text)) for one in part.lines
    ]
    if part.truncated:
        shown.append(Text("… lines before these were left out", style="dim"))
    if part.note:
        shown.append(plain(part.note))
    return shown
