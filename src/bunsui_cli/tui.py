"""`bunsui tui`: the terminal UI."""

from __future__ import annotations

import typer

from bunsui_cli.processes import become

app = typer.Typer()


@app.command()
def tui() -> None:
    """Open the terminal UI: sessions, inbox, review."""
    become("bunsui_tui")
