"""`bunsui audit`: the record of what was asked, decided and done."""

from __future__ import annotations

from typing import Annotated

import typer

from bunsui_cli.envelope import Answer
from bunsui_cli.exits import ExitCode
from bunsui_cli.output import AsJson, show
from bunsui_core.settings import read_settings
from bunsui_core.wiring.auditing import audit_desk

app = typer.Typer(name="audit", help="The record of what was asked, decided and done.")


@app.command("list")
def list_entries(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many lines.")] = 50,
    before: Annotated[
        int, typer.Option(min=0, help="Only entries in front of this one.", show_default=False)
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """List what was recorded, newest first."""
    show(Answer("audit-list", audit_desk(read_settings()).entries(limit, before)), as_json)


@app.command("show")
def show_entry(
    seq: Annotated[int, typer.Argument(metavar="SEQ", min=1, help="Its number in the list.")],
    as_json: AsJson = False,
) -> None:
    """Show one entry, and whether it and the next one hold on to what is before them."""
    show(Answer("audit-show", audit_desk(read_settings()).entry(seq)), as_json)


@app.command("verify")
def verify(as_json: AsJson = False) -> int:
    """Verify the record: its chain, its signatures, and what it says against what is stored."""
    found = audit_desk(read_settings()).verify()
    show(Answer("audit-verify", found), as_json)
    return ExitCode.OK if found.holds else ExitCode.STORE
