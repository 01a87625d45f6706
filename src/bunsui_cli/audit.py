"""`bunsui audit`: the record of what was asked, decided and done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bunsui_cli.completing import request_ids
from bunsui_cli.envelope import Answer
from bunsui_cli.exits import ExitCode
from bunsui_cli.output import AsJson, show
from bunsui_core.settings import read_settings
from bunsui_core.wiring.auditing import audit_desk, bundled, exported, verified

app = typer.Typer(name="audit", help="The record of what was asked, decided and done.")

AnchorFile = Annotated[
    Path | None,
    typer.Option(
        "--anchor",
        help="A file that audit export wrote: an anchor, or a record.",
        show_default=False,
    ),
]


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
def verify(
    anchor: AnchorFile = None,
    aws: Annotated[
        bool,
        typer.Option("--aws", help="Ask Step Functions about what was done.", show_default=False),
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Verify the record: its chain, its signatures, and what it says against what is stored."""
    found = verified(read_settings(), anchor, aws)
    show(Answer("audit-verify", found), as_json)
    return ExitCode.OK if found.holds else ExitCode.STORE


@app.command("export")
def export(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A new file, an entry a line.", show_default=False),
    ] = None,
    anchor: Annotated[
        Path | None,
        typer.Option("--anchor", help="Where to keep its newest entry.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the record into a file, or only an anchor: its newest entry, to be kept elsewhere."""
    show(Answer("audit-export", exported(read_settings(), path, anchor)), as_json)


@app.command("bundle")
def bundle(
    request_id: Annotated[
        str,
        typer.Argument(
            metavar="REQUEST",
            help="Its id, from `bunsui approvals list`.",
            autocompletion=request_ids,
        ),
    ],
    path: Annotated[
        Path, typer.Option("-o", "--output", help="A new tar file.", show_default=False)
    ],
    anchor: AnchorFile = None,
    as_json: AsJson = False,
) -> None:
    """Write all evidence of one request into a file that others can verify without bunsui."""
    done = bundled(read_settings(), request_id, path, anchor)
    show(Answer("audit-bundle", done), as_json)
