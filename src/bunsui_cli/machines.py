"""`bunsui machines`: the state machines of an environment, watched or with the reason why not."""

from __future__ import annotations

from typing import Annotated

import typer

from bunsui_cli.envelope import Answer
from bunsui_cli.output import AsJson, show
from bunsui_core.settings import read_settings
from bunsui_core.wiring.agent import reading_desk

app = typer.Typer(name="machines", help="The state machines that are watched: list.")


@app.callback()
def machines() -> None:
    """The state machines of the environment, watched or with the reason why not."""


@app.command("list")
def list_machines(
    unwatched: Annotated[
        bool, typer.Option("--unwatched", help="Only those that are not watched, with the reason.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the machines by name, when each was last read, and how old what is known can be."""
    desk = reading_desk(read_settings())
    found = desk.machines()
    if unwatched:
        items = tuple(one for one in found.items if one.trouble or not one.is_watched)
        found = found.model_copy(update={"items": items})
    show(Answer("machines-list", found, desk.freshness()), as_json)
