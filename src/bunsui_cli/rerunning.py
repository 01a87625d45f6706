"""`bunsui sessions rerun|pause|unpause|cancel`: a preview first, then a request for it."""

from __future__ import annotations

import sys

from bunsui_cli.answers import Controlled, Rerun
from bunsui_cli.editor import edited
from bunsui_cli.envelope import Answer
from bunsui_cli.inputs import input_text
from bunsui_cli.output import for_people, narrate, show
from bunsui_cli.person import person
from bunsui_cli.where import remark
from bunsui_cli.wishing import Wish
from bunsui_core.desk.operator import OperatorDesk
from bunsui_core.domain.approval import Approval
from bunsui_core.domain.errors import BadInput, Refused
from bunsui_core.domain.inputs import input_changes
from bunsui_core.domain.plan import Control
from bunsui_core.domain.recovery import Proposal
from bunsui_core.domain.safe import safe
from bunsui_core.domain.verdict import Mode, Ruling
from bunsui_core.settings import read_settings
from bunsui_core.wiring.operator import operator_desk


def rerun(wish: Wish) -> None:
    """Show what would run, and ask for it unless it is a dry run. Raises: BadInput, Refused."""
    _must_fit(wish)
    settings = read_settings()
    desk = operator_desk(settings)
    recorded, text = _texts(desk, wish)
    output = input_text(wish.output) if wish.output else None
    mode = wish.wanted_mode
    proposal = desk.rerun_from(wish.session_id, wish.job, mode, wish.downstream, text, output)
    changes = input_changes(recorded, text) if text else ()
    found = Rerun(proposal=proposal, changes=changes)
    if wish.dry_run:
        show(Answer("sessions-rerun", found, desk.live()), wish.as_json)
        return
    _must_not_be_hopeless(proposal)
    if asks_first(wish.as_json, wish.yes):
        show(Answer("sessions-rerun", found, desk.live()), as_json=False)
        must_agree(f"Ask for it: {proposal.mode.value} {proposal.job}?")
    approval = desk.request(proposal.proposal_id, wish.reason)
    tell_what_stands(approval, proposal.proposal_id)
    done = found.model_copy(update={"approval": approval})
    show(Answer("sessions-rerun", done, desk.freshness()), wish.as_json)
    if remark(settings):
        narrate(remark(settings))


def control(session_id: str, action: Control, reason: str, dry_run: bool, quietly: bool) -> Answer:
    """Return what a change of a session would do, asked for unless it is a dry run."""
    settings = read_settings()
    desk = operator_desk(settings)
    found = Controlled(proposal=desk.control(session_id, action))
    name = f"sessions-{action.value}"
    if dry_run:
        return Answer(name, found, desk.live())
    _must_say_why(reason)
    if not quietly:
        show(Answer(name, found, desk.live()), as_json=False)
        must_agree(f"Ask for it: {action.value} {session_id}?")
    approval = desk.request(found.proposal.proposal_id, reason)
    tell_what_stands(approval, found.proposal.proposal_id)
    if remark(settings):
        narrate(remark(settings))
    return Answer(name, found.model_copy(update={"approval": approval}), desk.freshness())


def tell_what_stands(approval: Approval, proposal_id: str) -> None:
    """Say so when nothing was asked, because a request about the same job or session is open."""
    if approval.request.plan_digest != proposal_id:
        narrate(
            f"Nothing new was asked for: request {approval.request.id} is open about the same: "
            f"{safe(approval.note, 400, False)}. Ask again when it is answered, taken back or "
            "expired."
        )


def asks_first(as_json: bool, yes: bool) -> bool:
    """Whether somebody is there who can look at a preview and say yes."""
    return for_people(as_json) and sys.stdin.isatty() and not yes


def must_agree(question: str) -> None:
    """Go on when the person at the terminal says yes. Raises: Refused."""
    with person("a question", "Add --yes to ask without it.") as human:
        if human.ask(f"{question} It still needs a signature. [y/N] ").lower()[:1] != "y":
            raise Refused("nothing was asked for.", "Run it again when you want it.")


def _texts(desk: OperatorDesk, wish: Wish) -> tuple[str, str | None]:
    """Return what was recorded, and what a human wants in its place, if anything."""
    if not (wish.file or wish.edit):
        return "null", None
    text = input_text(wish.file) if wish.file else None
    now = desk.rerun_from(wish.session_id, wish.job, wish.wanted_mode, wish.downstream)
    return now.editable, text or edited(now.editable, f"the input of {wish.job}")


def _must_fit(wish: Wish) -> None:
    given = [("--input", wish.file), ("--edit", wish.edit), ("--output", wish.output)]
    named = [flag for flag, value in given if value]
    if len(named) > 1:
        raise BadInput(f"{' and '.join(named)} do not go together.", "Give one of them.")
    if not wish.dry_run:
        _must_say_why(wish.reason)
    if wish.edit and wish.mode in {Mode.REDRIVE, Mode.MARK_DONE}:
        raise BadInput(
            f"--edit edits an input, and {wish.mode.value} takes none.",
            "Choose --mode restart or enter_at; for mark_done give --output FILE.",
        )


def _must_say_why(reason: str) -> None:
    if not reason.strip():
        raise BadInput("a reason is missing.", "Add --reason TEXT, or --dry-run to look only.")


def _must_not_be_hopeless(proposal: Proposal) -> None:
    if proposal.verdict.ruling is Ruling.HOPELESS:
        raise Refused(
            f"{proposal.mode.value} is HOPELESS: {proposal.verdict.reasons[0].text}.",
            "Choose another --mode, change what made it fail first, or look with --dry-run.",
        )
