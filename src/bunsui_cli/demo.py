"""`bunsui demo`: the loop on this machine, without an account."""

from __future__ import annotations

from typing import Annotated

import typer

from bunsui_cli.connect import how_to_connect
from bunsui_cli.envelope import Answer
from bunsui_cli.output import AsJson, for_people, narrate, show
from bunsui_cli.processes import become
from bunsui_core.settings import read_settings

app = typer.Typer()

PASSPHRASE_LINE = "The demo's approver is {approver}; the passphrase is: {passphrase}"


@app.command()
def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="Play both parts and report, without a terminal UI.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Which job fails, with which words.")] = 1,
    as_json: AsJson = False,
) -> None:
    """See a pipeline fail and recover, on an embedded AWS."""
    # What the demo needs costs half a second, which `bunsui --help` must not pay.
    from bunsui_core.wiring.demo import play, set_stage

    settings = read_settings()
    if headless or not for_people(as_json):
        show(Answer("demo", play(settings, seed, narrate)), as_json)
        return
    waiting = set_stage(settings, seed, narrate)
    narrate(how_to_connect(settings.home))
    narrate(PASSPHRASE_LINE.format(approver=waiting.approver, passphrase=waiting.passphrase))
    become("bunsui_tui")
