"""`bunsui demo`: the loop on this machine, without an account."""

from __future__ import annotations

import select
import sys
from typing import Annotated

import typer

from bunsui_cli.connect import how_to_connect
from bunsui_cli.envelope import Answer
from bunsui_cli.output import AsJson, for_people, narrate, show
from bunsui_cli.processes import become
from bunsui_core.settings import read_settings

app = typer.Typer()

READING_S = 15
"""Seconds until the terminal UI opens by itself."""

NOTE = "To approve, you are {approver} and your passphrase is {passphrase}."


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
    from bunsui_core.log import to_file
    from bunsui_core.wiring.demo import play, set_stage

    settings = read_settings()
    to_file(settings.log_path)
    if headless or not for_people(as_json):
        show(Answer("demo", play(settings, seed, narrate)), as_json)
        return
    waiting = set_stage(settings, seed, narrate)
    narrate(how_to_connect(settings))
    note = NOTE.format(approver=waiting.approver, passphrase=waiting.passphrase)
    narrate(note)
    let_read()
    become("bunsui_tui", ["--demo-note", note])


def let_read() -> None:
    """Give the person time to read before the terminal UI covers it all."""
    narrate(f"\nThe terminal UI opens in {READING_S} seconds; Enter opens it now.")
    ready, _, _ = select.select([sys.stdin], [], [], READING_S)
    if ready:
        sys.stdin.readline()
