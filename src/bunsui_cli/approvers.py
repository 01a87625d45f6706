"""`bunsui approvers`: who may decide."""

from __future__ import annotations

from typing import Annotated

import typer

from bunsui_cli.answers import ApproverList, KeyLine
from bunsui_cli.deciding import typed_proof, whose
from bunsui_cli.envelope import Answer
from bunsui_cli.output import AsJson, show
from bunsui_cli.person import Person, person
from bunsui_cli.trusting import (
    Wish,
    add,
    give_role,
    make_key,
    must_type_name,
    new_passphrase,
    revoke,
)
from bunsui_core.desk.operator import OperatorDesk
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.safe import safe
from bunsui_core.domain.signing import Proof
from bunsui_core.domain.trust import Approver, Role
from bunsui_core.settings import read_settings
from bunsui_core.wiring.operator import operator_desk, trust_desk

app = typer.Typer(name="approvers", help="Who may decide.")

ROOT = """\
All trust here rests on this key from now on. So that no other one takes its place unseen, write
  trust_root = "{root}"
below [environments.{place}] in bunsui.toml, also where the worker runs."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="Your name, as decisions show it.")]
Kms = Annotated[
    str, typer.Option("--kms", metavar="ARN", help="Use a key that AWS KMS holds, by its ARN.")
]
By = Annotated[str, typer.Option("--as", help="The lead who signs; needed when several are here.")]
Reason = Annotated[str, typer.Option(help="Why; it is signed and stays readable.")]


@app.command("init")
def init(name: Name, kms: Kms = "", as_json: AsJson = False) -> None:
    """Make the first approver's key, under a passphrase that only a terminal can give.

    With --kms nothing is made: the key stays in KMS, and your name is typed in place of a
    passphrase each time it signs.
    """
    settings = read_settings()
    desk = operator_desk(settings)
    with person("a new key") as human:
        if kms:
            must_type_name(human, name)
            approver = desk.adopt_approver(name, kms)
        else:
            approver = desk.init_approver(name, new_passphrase(human))
        if not settings.is_local:
            human.tell(ROOT.format(root=approver.key_id, place=settings.environment))
    show(Answer("approvers-init", approver), as_json)


@app.command("list")
def list_approvers(as_json: AsJson = False) -> None:
    """List who may decide."""
    known = trust_desk(read_settings()).trust()
    found = ApproverList(items=known.approvers, root=known.root, flaw=known.flaw)
    show(Answer("approvers-list", found), as_json)


@app.command("key")
def key(name: Name, kms: Kms = "", as_json: AsJson = False) -> None:
    """Make a key that nobody trusts yet, and print the line that a lead adds it with.

    The private half stays on this machine, or in KMS.
    """
    made = make_key(name, kms)
    line = KeyLine(name=made.name, key_id=made.key_id, line=made.line)
    show(Answer("approvers-key", line), as_json)


@app.command("add")
def add_approver(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What she calls herself.")],
    key_of: Annotated[
        str,
        typer.Option(
            "--key",
            "--kms",
            metavar="LINE|FILE|ARN",
            help="The line of her key, a file with it, or the ARN of a key in AWS KMS.",
        ),
    ] = "",
    role: Annotated[
        Role, typer.Option(help="A lead also says who is trusted and which policy holds.")
    ] = Role.APPROVER,
    by: By = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Trust somebody from now on, with a lead's passphrase, which only a terminal can give.

    Without --key her key is made here, and she types its passphrase first.
    """
    show(Answer("approvers-add", add(Wish(name, by, reason), key_of, role)), as_json)


@app.command("revoke")
def revoke_approver(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose key.")],
    by: By = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Trust somebody's key no more, also for what it signed, with a lead's passphrase."""
    show(Answer("approvers-revoke", revoke(Wish(name, by, reason))), as_json)


@app.command("role")
def role_of_approver(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose role.")],
    role: Annotated[Role, typer.Argument(help="What she becomes.")],
    by: By = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Make somebody a lead or an approver, with a lead's passphrase; one lead has to stay."""
    show(Answer("approvers-role", give_role(Wish(name, by, reason), role)), as_json)


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
    desk.change_passphrase(name, old, lambda: new_passphrase(human))
    return next(one for one in desk.approvers() if one.name == name)
