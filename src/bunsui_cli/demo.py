"""`bunsui demo`: the loop on this machine, without an account."""

from __future__ import annotations

import select
import sys
from typing import Annotated

import typer

from bunsui_cli.connect import how_to_connect
from bunsui_cli.envelope import Answer
from bunsui_cli.exits import ExitCode
from bunsui_cli.output import AsJson, for_people, narrate, show
from bunsui_cli.processes import become
from bunsui_core.domain.demo import DemoReport
from bunsui_core.domain.errors import Refused
from bunsui_core.settings import Settings, read_settings

app = typer.Typer()

LIST = "list"
"""The word that asks for the names and stories of the scenes."""

READING_S = 15
"""Seconds until the terminal UI opens by itself."""

NOTE = "To approve, you are {approver} and your passphrase is {passphrase}."


@app.command()
def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="Play both parts and report, without a terminal UI.")
    ] = False,
    scene: Annotated[
        str | None,
        typer.Option(help="One scene, `all`, or `list`; the first four when none is named."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Which job fails, with which words.")] = 1,
    as_json: AsJson = False,
) -> int:
    """See a pipeline fail and recover, on an embedded AWS."""
    # What the demo needs costs half a second, which `bunsui --help` must not pay.
    from bunsui_core.log import to_file
    from bunsui_core.wiring.demo import Programme, play, scene_list, set_stage

    if scene == LIST:
        show(Answer("demo-list", scene_list(seed)), as_json)
        return ExitCode.OK
    settings, programme = of_embedded_aws(), Programme(seed=seed, scene=scene)
    to_file(settings.log_path)
    if headless or not for_people(as_json):
        report = play(settings, programme, narrate)
        show(Answer("demo", report), as_json)
        return ended(report)
    waiting = set_stage(settings, programme, narrate)
    narrate(how_to_connect(settings))
    note = NOTE.format(approver=waiting.approver, passphrase=waiting.passphrase)
    narrate(note)
    let_read()
    return become("bunsui_tui", ["--demo-note", note])


def of_embedded_aws() -> Settings:
    """Return the settings when they are of the embedded AWS. Raises: Refused."""
    settings = read_settings()
    if not settings.is_local:
        raise Refused(
            f"a demo plays on the embedded AWS, not in {settings.environment}.",
            "Run it without -e, and with BUNSUI_ENVIRONMENT unset.",
        )
    return settings


def ended(report: DemoReport) -> ExitCode:
    """Return whether every scene ended as its story says."""
    return ExitCode.OK if all(one.as_told for one in report.scenes) else ExitCode.UNEXPECTED


def let_read() -> None:
    """Give the person time to read before the terminal UI covers it all."""
    narrate(f"\nThe terminal UI opens in {READING_S} seconds; Enter opens it now.")
    ready, _, _ = select.select([sys.stdin], [], [], READING_S)
    if ready:
        sys.stdin.readline()
