"""`bunsui store`: what is stored, and moving all of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bunsui_cli.envelope import Answer
from bunsui_cli.output import AsJson, narrate, show
from bunsui_cli.person import person
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.moving import Moved
from bunsui_core.domain.safe import safe
from bunsui_core.settings import read_settings

if TYPE_CHECKING:
    from bunsui_core.wiring.moving import Import

app = typer.Typer(name="store", help="All that is stored: look at it, export it, import it.")

Export = Annotated[
    Path,
    typer.Argument(
        metavar="PATH", help="A folder, or a file that ends in .tar.", show_default=False
    ),
]


Profile = Annotated[
    str,
    typer.Option(
        "--profile",
        help="Who reads and writes a whole table in DynamoDB; the reading profile unless told.",
        show_default=False,
    ),
]

Replace = Annotated[
    bool,
    typer.Option(
        "--replace",
        help="Take the place of what is stored, which is exported beside it first.",
        show_default=False,
    ),
]


@app.command("status")
def status(profile: Profile = "", as_json: AsJson = False) -> None:
    """Show where the store is, what it holds, and which archives are old and stay or go."""
    from bunsui_core.wiring.moving import store_status

    show(Answer("store-status", store_status(read_settings(), profile)), as_json)


@app.command("migrate")
def migrate(replace: Replace = False, profile: Profile = "", as_json: AsJson = False) -> None:
    """Bring the files of an older bunsui up to date, with a copy; into the table, where one is."""
    from bunsui_core.wiring.moving import import_of_files, upgraded

    settings = read_settings()
    done = upgraded(settings)
    if settings.is_shared:
        into = imported(import_of_files(settings, profile), replace)
        done = done.model_copy(update={"moved": into})
    show(Answer("store-migrate", done), as_json)


@app.command("export")
def export(path: Export, profile: Profile = "", as_json: AsJson = False) -> None:
    """Export everything but private keys: records as lines of JSON, archived documents, digests."""
    from bunsui_core.wiring.moving import export_to

    done = export_to(read_settings(), path, profile)
    show(Answer("store-export", done), as_json)
    if done.damaged:
        narrate(f"Left out, for their documents cannot be read: {done.damaged} archives.")


@app.command("import")
def import_(
    path: Export, replace: Replace = False, profile: Profile = "", as_json: AsJson = False
) -> None:
    """Import an export: all of it, checked by digest, or nothing; asks whom you trust."""
    from bunsui_core.wiring.moving import import_of

    done = imported(import_of(path, read_settings(), profile), replace)
    show(Answer("store-import", done), as_json)


def imported(wanted: Import, replace: bool) -> Moved:
    """Import something once a person said that whom it trusts is to be trusted."""
    if trusted := wanted.new_trust():
        confirm(trusted)
    return wanted.run(replace)


def confirm(trusted: Sequence[str]) -> None:
    """Let a person say that what an import trusts is to be trusted. Raises: Refused."""
    with person("an import that brings approvers or a policy") as human:
        human.tell("After this import these decide here, and what they signed counts:")
        for one in trusted:
            human.tell(f"  {safe(one)}")
        if human.ask("Type trust to go on: ") != "trust":
            raise Refused("nothing was imported.", "Compare the keys with `bunsui approvers list`.")
