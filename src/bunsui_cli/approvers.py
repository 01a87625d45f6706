"""`bunsui approvers`: who may decide."""

from __future__ import annotations

from typing import Annotated

import typer

from bunsui_cli.answers import ApproverList
from bunsui_cli.deciding import KMS_NAME, typed_proof, whose
from bunsui_cli.envelope import Answer
from bunsui_cli.output import AsJson, show
from bunsui_cli.person import Person, person
from bunsui_core.desk.operator import OperatorDesk
from bunsui_core.domain.errors import BadInput, NotAuthorised, Refused
from bunsui_core.domain.safe import safe
from bunsui_core.domain.signing import Proof
from bunsui_core.domain.trust import Approver
from bunsui_core.settings import read_settings
from bunsui_core.wiring.operator import operator_desk

app = typer.Typer(name="approvers", help="Who may decide.")


@app.command("init")
def init(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Your name, as decisions will show it.")
    ],
    kms: Annotated[
        str,
        typer.Option("--kms", metavar="ARN", help="Use a key that AWS KMS holds, by its ARN."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make the first approver's key, under a passphrase that only a terminal can give.

    With --kms nothing is made: the key stays in KMS, and your name is typed in place of a
    passphrase each time it signs.
    """
    desk = operator_desk(read_settings())
    with person("a new key") as human:
        if kms:
            must_type_name(human, name)
            approver = desk.adopt_approver(name, kms)
        else:
            approver = desk.init_approver(name, new_passphrase(human))
    show(Answer("approvers-init", approver), as_json)


@app.command("list")
def list_approvers(as_json: AsJson = False) -> None:
    """List who may decide."""
    desk = operator_desk(read_settings())
    show(Answer("approvers-list", ApproverList(items=desk.approvers())), as_json)


@app.command("passphrase")
def passphrase(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="Whose key; yours, if there is no other.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Put a key file of this machine under a new passphrase; the key stays the same."""
    desk = operator_desk(read_settings())
    with person("a new passphrase") as human:
        approver = change_passphrase(desk, human, whose(desk, name))
    show(Answer("approvers-passphrase", approver), as_json)


def change_passphrase(desk: OperatorDesk, human: Person, name: str) -> Approver:
    """Ask for the old and the new passphrase of a key file, and change it.

    Raises: Refused for a key in KMS; NotAuthorised, BadInput.
    """
    if desk.proof(name) is Proof.NAME:
        raise Refused(
            f"the key of {safe(name, 64, False)} is in KMS and has no passphrase.",
            "Change who may sign with it in IAM.",
        )
    old = typed_proof(desk, human, name)
    desk.change_passphrase(name, old, new_passphrase(human))
    return next(one for one in desk.approvers() if one.name == name)


def must_type_name(human: Person, name: str) -> None:
    """Let a key of KMS be used after its approver's name was typed. Raises: NotAuthorised."""
    shown = safe(name, 64, False)
    if human.ask(KMS_NAME.format(name=shown)) != name:
        raise NotAuthorised(f"{shown} was not typed, so nothing was signed.", "Run it again.")


def new_passphrase(human: Person) -> str:
    """Return a passphrase that was typed twice alike. Raises: BadInput when it was not."""
    first = human.secret("New passphrase: ")
    if human.secret("The same again: ") != first:
        raise BadInput("the two passphrases differ.", "Run the command again.")
    return first
