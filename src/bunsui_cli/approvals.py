"""`bunsui approvals`: what waits for a human, and the human's answer."""

from __future__ import annotations

from typing import Annotated

import typer

from bunsui_cli.answers import ApprovalList
from bunsui_cli.envelope import Answer
from bunsui_cli.output import AsJson, show
from bunsui_cli.person import Person, person
from bunsui_core.desk.operator import OperatorDesk, Signing
from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Answer as Decided
from bunsui_core.domain.approval import Approval
from bunsui_core.domain.errors import NotAuthorised
from bunsui_core.domain.safe import safe
from bunsui_core.settings import read_settings
from bunsui_core.wiring.agent import reading_desk
from bunsui_core.wiring.operator import operator_desk

app = typer.Typer(name="approvals", help="What waits for a human, and the human's answer.")

RequestId = Annotated[str, typer.Argument(help="The request's id, from `bunsui approvals list`.")]
Approver = Annotated[
    str, typer.Option("--as", help="Whose key signs; needed when there are several.")
]


@app.command("list")
def list_approvals(
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50, as_json: AsJson = False
) -> None:
    """List requests, newest first, waiting and decided."""
    desk = reading_desk(read_settings())
    answer = ApprovalList(items=desk.approvals(limit))
    show(Answer("approvals-list", answer, desk.freshness()), as_json)


@app.command("show")
def show_approval(request_id: RequestId, as_json: AsJson = False) -> None:
    """Show one request: what was asked, decided and done."""
    desk = reading_desk(read_settings())
    show(Answer("approvals-show", desk.approval(request_id), desk.freshness()), as_json)


@app.command("approve")
def approve(request_id: RequestId, name: Approver = "", as_json: AsJson = False) -> None:
    """Review a request and approve it with your passphrase, which only a terminal can give."""
    desk = operator_desk(read_settings())
    with person("an approval") as human:
        review = desk.review(request_id)
        human.tell(safe(review.document, limit=200_000))
        code = typed_code(human, review)
        approval = decide(desk, review, Decided.APPROVE, signing(desk, human, name), code=code)
    show(Answer("approvals-approve", approval, desk.freshness()), as_json)


@app.command("reject")
def reject(
    request_id: RequestId,
    reason: Annotated[str, typer.Option(help="Why not; the asker reads it.")],
    name: Approver = "",
    as_json: AsJson = False,
) -> None:
    """Reject a request with a reason and your passphrase, which only a terminal can give."""
    desk = operator_desk(read_settings())
    with person("a rejection") as human:
        review = desk.review(request_id)
        approval = decide(desk, review, Decided.REJECT, signing(desk, human, name), reason)
    show(Answer("approvals-reject", approval, desk.freshness()), as_json)


def typed_code(human: Person, review: Review) -> str:
    """Return what the human typed to confirm a high risk; a lower one needs nothing."""
    if not review.typed_code:
        return ""
    return human.ask(f"The risk is high. Type {review.typed_code} to go on: ")


def signing(desk: OperatorDesk, human: Person, name: str) -> Signing:
    """Return whose key signs, with the passphrase the human typed."""
    known = [approver.name for approver in desk.approvers() if approver.revoked_at is None]
    if not known:
        raise NotAuthorised(
            "there is no approver yet.", "Make a key with `bunsui approvers init NAME`."
        )
    if not name and len(known) > 1:
        raise NotAuthorised(
            f"there are several approvers: {', '.join(known)}.", "Say who you are with --as NAME."
        )
    approver = name or known[0]
    return Signing(approver=approver, passphrase=human.secret(f"Passphrase of {approver}: "))


def decide(
    desk: OperatorDesk,
    review: Review,
    answer: Decided,
    signature: Signing,
    reason: str = "",
    code: str = "",
) -> Approval:
    """Record the human's answer and return where the request stands."""
    return desk.decide(review, answer, signature, reason=reason, typed=code)
