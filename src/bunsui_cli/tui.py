"""`bunsui tui`: the terminal UI."""

from __future__ import annotations

from typing import Annotated

import typer

from bunsui_cli.processes import become
from bunsui_core.domain.errors import BadInput

app = typer.Typer()


@app.command()
def tui(
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Only look and decide; nothing is executed here.")
    ] = False,
    web: Annotated[
        bool, typer.Option("--web", help="Show it in a browser on this machine: extra `web`.")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="With --web: the port, or a free one.")
    ] = 0,
) -> None:
    """Open the terminal UI: sessions, pipelines, inbox, review."""
    if port and not web:
        raise BadInput("--port is the port of --web.", "Say --web too, or leave --port out.")
    options = ["--no-worker"] if no_worker else []
    if web:
        become("bunsui_tui.web", [*options, "--port", str(port)])
    become("bunsui_tui", options)
