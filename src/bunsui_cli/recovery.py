"""`bunsui recovery`: what could be done about a failure, and asking for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bunsui_cli.envelope import Answer
from bunsui_cli.inputs import input_text
from bunsui_cli.output import AsJson, narrate, show
from bunsui_cli.rerunning import tell_what_stands
from bunsui_cli.sessions import Job, SessionId
from bunsui_cli.where import remark
from bunsui_core.domain.answer import Proposals
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.recovery import Proposal
from bunsui_core.domain.verdict import Mode
from bunsui_core.settings import read_settings
from bunsui_core.wiring.operator import operator_desk

app = typer.Typer(name="recovery", help="What could be done about a failure, and asking for it.")

EditedInput = Annotated[
    Path | None,
    typer.Option("--input", help="A JSON file with the job's whole input, edited; - is stdin."),
]


@app.command("propose")
def propose(
    session_id: SessionId, job: Job = "", file: EditedInput = None, as_json: AsJson = False
) -> None:
    """Show every way to recover a failed job, judged; it changes nothing."""
    desk = operator_desk(read_settings())
    proposals = desk.propose(session_id, job, input_text(file) if file else None)
    show(Answer("recovery-propose", proposals, desk.live()), as_json)


@app.command("request")
def request(
    session_id: SessionId,
    mode: Annotated[Mode, typer.Option(help="How the job runs again.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever approves and for the record.")],
    job: Job = "",
    file: EditedInput = None,
    as_json: AsJson = False,
) -> None:
    """Ask for a recovery; it runs after its approval."""
    settings = read_settings()
    desk = operator_desk(settings)
    proposals = desk.propose(session_id, job, input_text(file) if file else None)
    chosen = of_mode(proposals, mode).proposal_id
    approval = desk.request(chosen, reason)
    tell_what_stands(approval, chosen)
    show(Answer("recovery-request", approval, desk.freshness()), as_json)
    if remark(settings):
        narrate(remark(settings))


def of_mode(proposals: Proposals, mode: Mode) -> Proposal:
    """Return the best proposal of a mode. Raises: Refused when there is none."""
    for proposal in proposals.proposals:
        if proposal.mode is mode:
            return proposal
    raise Refused(
        f"job {proposals.job} of session {proposals.session_id} cannot be recovered by {mode}.",
        f"See what can be done with `bunsui recovery propose {proposals.session_id}`.",
    )
