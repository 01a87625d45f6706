"""`bunsui local`: the embedded AWS of this home."""

from __future__ import annotations

from typing import Annotated

import typer

from bunsui_cli.answers import LocalState
from bunsui_cli.envelope import Answer
from bunsui_cli.output import AsJson, narrate, show
from bunsui_core.settings import read_settings
from bunsui_core.wiring.local import local_down, local_status, local_up

app = typer.Typer(name="local", help="The embedded AWS: start it, stop it, look at it.")


@app.command("up")
def up(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="A port of the loopback interface; 0 is any.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Start the embedded AWS and leave it running; one that runs is kept."""
    local_up(read_settings(), port, narrate)
    show(Answer("local-up", state()), as_json)


@app.command("down")
def down(as_json: AsJson = False) -> None:
    """Stop the embedded AWS; what it holds is kept for the next start."""
    local_down(read_settings())
    show(Answer("local-down", state()), as_json)


@app.command("status")
def status(as_json: AsJson = False) -> None:
    """Show whether the embedded AWS runs, and where."""
    show(Answer("local-status", state()), as_json)


def state() -> LocalState:
    """Return whether the embedded AWS runs, as it is now."""
    server = local_status(read_settings())
    if server is None:
        return LocalState(running=False)
    return LocalState(
        running=True,
        url=server.url,
        pid=server.pid,
        account=server.account,
        region=server.region,
        version=server.version,
        started_at=server.started_at,
    )
