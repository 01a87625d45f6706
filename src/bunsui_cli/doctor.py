"""`bunsui doctor`: whether everything bunsui stands on is there, and what to do where it is not."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from bunsui_cli.envelope import Answer
from bunsui_cli.exits import ExitCode
from bunsui_cli.output import AsJson, narrate, show
from bunsui_cli.where import where
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.safe import safe
from bunsui_core.settings import read_settings

app = typer.Typer()


@app.command()
def doctor(
    aws: Annotated[
        bool,
        typer.Option("--aws", help="Show what a probe of the account would make; see --yes."),
    ] = False,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes",
            help="With --aws: make a role and a machine, let it fail, redrive it, delete all.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Look at all that bunsui stands on, by read calls; or prove it in an account with --aws."""
    if yes and not aws:
        raise BadInput("--yes is for the probe.", "Write `bunsui doctor --aws --yes`.")
    return probe(yes, as_json) if aws else look(as_json)


def look(as_json: bool) -> int:
    """Look at everything by read calls only."""
    # Reaching AWS costs what `bunsui --help` must not pay.
    from bunsui_core.wiring.doctor import checkup

    found = checkup(read_settings(), os.environ.get("BUNSUI_WEBHOOK", ""))
    show(Answer("doctor", found), as_json)
    return ExitCode.OK if found.is_well else ExitCode.UNAVAILABLE


def probe(with_changes: bool, as_json: bool) -> int:
    """Show what a probe would make, or make it, look, and delete it again."""
    from bunsui_core.wiring.probe import planned, probed

    settings = read_settings()
    if with_changes and not settings.is_local:
        told(f"{where(settings)}, as {settings.execute_profile or 'nobody'}")
    found = probed(settings, told) if with_changes else planned(settings)
    show(Answer("doctor-aws", found), as_json)
    return ExitCode.OK if found.is_well else ExitCode.UNAVAILABLE


def told(text: str) -> None:
    """Tell the person who waits what a probe does; names in it came from AWS."""
    narrate(safe(text, newlines=False))
