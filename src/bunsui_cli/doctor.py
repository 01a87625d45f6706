"""`bunsui doctor`: whether everything bunsui stands on is there, and what to do where it is not."""

from __future__ import annotations

import typer

from bunsui_cli.envelope import Answer
from bunsui_cli.exits import ExitCode
from bunsui_cli.output import AsJson, show
from bunsui_core.settings import read_settings

app = typer.Typer()


@app.command()
def doctor(as_json: AsJson = False) -> int:
    """Look at versions, files, keys, AWS, its clock and permissions; change nothing."""
    # Reaching AWS costs what `bunsui --help` must not pay.
    from bunsui_core.wiring.doctor import checkup

    found = checkup(read_settings())
    show(Answer("doctor", found), as_json)
    return ExitCode.OK if found.is_well else ExitCode.UNAVAILABLE
