"""`bunsui config`: which settings are in force, who said them, and whether they work."""

from __future__ import annotations

from typing import Annotated

import typer

from bunsui_cli.completing import environment_names
from bunsui_cli.envelope import Answer
from bunsui_cli.exits import ExitCode
from bunsui_cli.output import AsJson, show
from bunsui_core.domain.health import Checkup

app = typer.Typer(name="config", help="The settings: which are in force, and whether they work.")


@app.command("show")
def show_settings(as_json: AsJson = False) -> int:
    """Show every value in force with who said it, and every environment."""
    from bunsui_core.wiring.configuration import configuration

    found = configuration()
    show(Answer("config-show", found), as_json)
    return ExitCode.BAD_INPUT if found.trouble else ExitCode.OK


@app.command("check")
def check(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[NAME]",
            help="One environment; all of them unless told.",
            autocompletion=environment_names,
        ),
    ] = "",
    as_json: AsJson = False,
) -> int:
    """Look at bunsui.toml and, by read calls only, at what its profiles may do."""
    # Reaching AWS costs what `bunsui --help` must not pay.
    from bunsui_core.wiring.environments import checked

    found = Checkup(checks=checked(name))
    show(Answer("config-check", found), as_json)
    return ExitCode.OK if found.is_well else ExitCode.UNAVAILABLE
