"""`bunsui policy`: who may approve what, and when nothing may run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bunsui_cli.completing import request_ids
from bunsui_cli.envelope import Answer
from bunsui_cli.output import AsJson, show
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.policy import LONGEST_TEXT
from bunsui_core.settings import read_settings
from bunsui_core.wiring.ruling import policy_desk

app = typer.Typer(name="policy", help="Who may approve what, and when nothing may run.")

File = Annotated[
    str, typer.Argument(metavar="FILE", help="A policy in TOML; - reads it from standard input.")
]


@app.command("show")
def show_policy(
    version: Annotated[
        int | None, typer.Option(min=0, help="An earlier one, by its number.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the policy, who signed it, and whether it is in force."""
    show(Answer("policy-show", policy_desk(read_settings()).shown(version)), as_json)


@app.command("list")
def list_policies(as_json: AsJson = False) -> None:
    """List every policy that was signed here, newest first."""
    show(Answer("policy-list", policy_desk(read_settings()).listed()), as_json)


@app.command("check")
def check(file: File, as_json: AsJson = False) -> None:
    """Check a policy before it is signed: what it says, what can hardly be meant, what changes."""
    text = read_text(file)
    show(Answer("policy-check", policy_desk(read_settings()).checked(text)), as_json)


@app.command("sign")
def sign(
    file: File,
    name: Annotated[
        str, typer.Option("--as", help="Whose key signs; needed when there are several.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Put a policy in force with a lead's passphrase, which only a terminal can give."""
    # Deferred: whoever looks needs nothing of what signs.
    from bunsui_cli.governing import sign_policy

    show(Answer("policy-sign", sign_policy(read_text(file), name)), as_json)


@app.command("explain")
def explain(
    request_id: Annotated[
        str,
        typer.Argument(
            metavar="REQUEST",
            help="Its id, from `bunsui approvals list`.",
            autocompletion=request_ids,
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Explain which rule decides about a request, who may approve it, and what would be else."""
    show(Answer("policy-explain", policy_desk(read_settings()).explained(request_id)), as_json)


def read_text(file: str) -> str:
    """Return the text of a file, or of standard input. Raises: BadInput when it is none."""
    try:
        data = sys.stdin.buffer.read(_MOST) if file == "-" else _read(Path(file))
        return data.decode("utf-8")
    except OSError as error:
        why = error.strerror or str(error)
        raise BadInput(f"{file} cannot be read: {why}.", "Name a file of yours.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is no text in UTF-8.", "Write the policy as text.") from error


_MOST = 4 * LONGEST_TEXT + 1
"""Bytes that are read; a text that is longer is refused as too long."""


def _read(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(_MOST)
