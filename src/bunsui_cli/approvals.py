"""`bunsui approvals`: what waits for a human, and the human's answer."""

from __future__ import annotations

from typing import Annotated

import typer

from bunsui_cli.answers import ApprovalList
from bunsui_cli.completing import request_ids, waiting_ids
from bunsui_cli.envelope import Answer
from bunsui_cli.exits import ExitCode
from bunsui_cli.output import AsJson, show
from bunsui_core.domain.together import Together
from bunsui_core.settings import read_settings
from bunsui_core.wiring.listing import list_desk

app = typer.Typer(name="approvals", help="What waits for a human, and the human's answer.")

RequestId = Annotated[
    str,
    typer.Argument(
        metavar="REQUEST",
        help="Its id, from `bunsui approvals list`.",
        autocompletion=request_ids,
    ),
]
WaitingIds = Annotated[
    list[str],
    typer.Argument(
        metavar="REQUEST...",
        help="Ids from `bunsui approvals list`; several ask for one review and one passphrase.",
        autocompletion=waiting_ids,
    ),
]
Approver = Annotated[
    str, typer.Option("--as", help="Whose key signs; needed when there are several.")
]


@app.command("list")
def list_approvals(
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many lines.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List requests, newest first, waiting and decided."""
    desk = list_desk(read_settings())
    found = desk.approvals(limit + 1)
    answer = ApprovalList(items=found[:limit], more=len(found) > limit)
    show(Answer("approvals-list", answer, desk.freshness()), as_json)


@app.command("show")
def show_approval(request_id: RequestId, as_json: AsJson = False) -> None:
    """Show one request: what was asked, decided and done."""
    desk = list_desk(read_settings())
    show(Answer("approvals-show", desk.approval(request_id), desk.freshness()), as_json)


@app.command("approve")
def approve(ids: WaitingIds, name: Approver = "", as_json: AsJson = False) -> None:
    """Review requests and approve them with your passphrase, which only a terminal can give."""
    # Deferred, as below: the lists need nothing of what signs.
    if len(ids) > 1:
        from bunsui_cli.deciding_many import approve_all

        _show_together(approve_all(tuple(ids), name), as_json)
        return
    from bunsui_cli.deciding import approve

    show(Answer("approvals-approve", approve(ids[0], name)), as_json)


@app.command("reject")
def reject(
    ids: WaitingIds,
    reason: Annotated[str, typer.Option(help="Why not; the asker reads it.")],
    name: Approver = "",
    as_json: AsJson = False,
) -> None:
    """Reject requests with a reason and your passphrase, which only a terminal can give."""
    if len(ids) > 1:
        from bunsui_cli.deciding_many import reject_all

        _show_together(reject_all(tuple(ids), name, reason), as_json)
        return
    from bunsui_cli.deciding import reject

    show(Answer("approvals-reject", reject(ids[0], name, reason)), as_json)


@app.command("stop")
def stop(
    request_id: RequestId,
    reason: Annotated[str, typer.Option(help="Why; the asker reads it.")],
    name: Approver = "",
    as_json: AsJson = False,
) -> None:
    """Stop what is not begun of a plan, with your passphrase: the brake while it is executed."""
    from bunsui_cli.deciding import stop

    show(Answer("approvals-stop", stop(request_id, name, reason)), as_json)


def _show_together(found: Together, as_json: bool) -> None:
    """Say what became of each; the command was refused as far as something was left out."""
    show(Answer("approvals-together", found), as_json)
    if found.left_out:
        raise typer.Exit(ExitCode.REFUSED)
