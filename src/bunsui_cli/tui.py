"""`bunsui tui`: the terminal UI."""

from __future__ import annotations

from typing import Annotated

import typer

from bunsui_cli.processes import become

app = typer.Typer()


@app.command()
def tui(
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Only look and decide; nothing is executed here.")
    ] = False,
) -> None:
    """Open the terminal UI: sessions, inbox, review."""
    become("bunsui_tui", ["--no-worker"] if no_worker else [])
