"""`bunsui storms`: sessions that failed alike, and one plan for all of them."""

from __future__ import annotations

from typing import Annotated

import typer

from bunsui_cli.envelope import Answer
from bunsui_cli.flags import from_flags
from bunsui_cli.output import AsJson, narrate, show
from bunsui_cli.where import remark
from bunsui_cli.wishing import StormWish
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.waves import Waves
from bunsui_core.settings import read_settings
from bunsui_core.wiring.agent import reading_desk

app = typer.Typer(name="storms", help="Sessions that failed alike: list them, recover all of one.")

StormId = Annotated[str, typer.Argument(metavar="STORM", help="Its id, from `bunsui storms list`.")]


@app.command("list")
def list_storms(as_json: AsJson = False) -> None:
    """Group the failed sessions by root cause: the same message, job and time; largest first."""
    desk = reading_desk(read_settings())
    show(Answer("storms-list", desk.storms(), desk.freshness()), as_json)


@app.command("show")
def show_storm(storm_id: StormId, as_json: AsJson = False) -> None:
    """Show one storm and every session that it hit."""
    desk = reading_desk(read_settings())
    show(Answer("storms-show", desk.storm(storm_id), desk.freshness()), as_json)


@app.command("recover")
@from_flags(StormWish)
def recover(wish: StormWish) -> None:
    """Ask for the recovery of every session of a storm: one approval, a canary, then waves."""
    # Deferred: looking needs nothing of what decides.
    from bunsui_cli.rerunning import tell_what_stands
    from bunsui_core.wiring.operator import operator_desk

    if not (wish.reason.strip() or wish.dry_run):
        raise BadInput("a reason is missing.", "Say why with --reason, or look with --dry-run.")
    settings = read_settings()
    desk = operator_desk(settings)
    waves = Waves(canary=wish.canary, size=wish.wave, most_failures=wish.most_failures)
    proposal = desk.recover_storm(wish.storm_id, wish.mode, waves)
    if wish.dry_run:
        show(Answer("storms-plan", proposal, desk.live()), wish.as_json)
        return
    approval = desk.request(proposal.proposal_id, wish.reason)
    tell_what_stands(approval, proposal.proposal_id)
    show(Answer("storms-recover", approval, desk.freshness()), wish.as_json)
    if remark(settings):
        narrate(remark(settings))
