"""`bunsui store`: what is stored, and moving all of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bunsui_cli.envelope import Answer
from bunsui_cli.output import AsJson, narrate, show
from bunsui_cli.person import person
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.safe import safe
from bunsui_core.settings import read_settings

app = typer.Typer(name="store", help="All that is stored: look at it, export it, import it.")

Export = Annotated[
    Path,
    typer.Argument(
        metavar="PATH", help="A folder, or a file that ends in .tar.", show_default=False
    ),
]


@app.command("status")
def status(as_json: AsJson = False) -> None:
    """Show where the store is, what it holds, and which archives are old and stay or go."""
    from bunsui_core.wiring.moving import store_status

    show(Answer("store-status", store_status(read_settings())), as_json)


@app.command("migrate")
def migrate(as_json: AsJson = False) -> None:
    """Bring a store of an older bunsui up to date, and keep it as it was beside it."""
    from bunsui_core.wiring.moving import migrate as migrated

    show(Answer("store-migrate", migrated(read_settings())), as_json)


@app.command("export")
def export(path: Export, as_json: AsJson = False) -> None:
    """Export everything but private keys: records as lines of JSON, archived documents, digests."""
    from bunsui_core.wiring.moving import export_to

    done = export_to(read_settings(), path)
    show(Answer("store-export", done), as_json)
    if done.damaged:
        narrate(f"{done.damaged} archives were left out: their documents cannot be read.")


@app.command("import")
def import_(
    path: Export,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="Take the place of what is stored, which is exported beside it first.",
            show_default=False,
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import an export: all of it, checked by digest, or nothing; asks whom you trust."""
    from bunsui_core.wiring.moving import import_from, new_trust

    settings = read_settings()
    if trusted := new_trust(settings, path):
        confirm(trusted)
    show(Answer("store-import", import_from(settings, path, replace)), as_json)


def confirm(trusted: Sequence[str]) -> None:
    """Let a person say that what an import trusts is to be trusted. Raises: Refused."""
    with person("an import that brings approvers or a policy") as human:
        human.tell("After this import these decide here, and what they signed counts:")
        for one in trusted:
            human.tell(f"  {safe(one)}")
        if human.ask("Type trust to go on: ") != "trust":
            raise Refused("nothing was imported.", "Compare the keys with `bunsui approvers list`.")
