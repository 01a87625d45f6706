"""The answers of commands that change a session, before and after the request is made."""

from __future__ import annotations

from collections.abc import Mapping

from bunsui_cli.answers import Controlled, Rerun
from bunsui_core.domain.answer import InputChange
from bunsui_core.domain.approval import Approval
from bunsui_core.domain.plan import Control, ControlSession
from bunsui_core.domain.preview import CodeUsed, JobPreview, Preview, ReusedOutput
from bunsui_core.domain.recovery import ControlProposal, Proposal
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.together import Decided, Together
from bunsui_core.domain.value import Value
from tests.builders import SESSION_ID, a_plan

PREVIEW = Preview(
    runs=("transform",),
    follows=("load",),
    reused=(ReusedOutput(job="extract", output_digest="9c41" * 16),),
    untouched=("audit",),
    also_needs=("check",),
    resets=("report",),
    jobs=(
        JobPreview(
            job="transform",
            certain=("Read", "Write"),
            possible=("Repair",),
            input_digest="0a" * 32,
            code=(CodeUsed(name="arn:aws:states:x:1:stateMachine:transform", revision="r1"),),
        ),
    ),
)
"""A preview in which every part says something."""


def a_rerun(proposal: Proposal, approval: Approval | None = None) -> Rerun:
    """A rerun with an edited input."""
    change = InputChange(path="$.date", before='"2026-11-23"', after='"2026-11-24"')
    previewed = proposal.model_copy(update={"preview": PREVIEW})
    return Rerun(proposal=previewed, changes=(change,), approval=approval)


def a_control(action: Control, approval: Approval | None = None) -> Controlled:
    """A change of a session in which one job runs and one waits."""
    step = ControlSession(session_id=SESSION_ID, action=action, expect_status=SessionStatus.RUNNING)
    plan = a_plan(steps=(step,))
    proposal = ControlProposal(
        proposal_id=plan.digest,
        session_id=SESSION_ID,
        action=action,
        stops=("extract",),
        holds=("load",),
        goes_on=(),
        plan=plan,
    )
    return Controlled(proposal=proposal, approval=approval)


def of_changes(proposal: Proposal, approval: Approval) -> Mapping[str, Value]:
    """The answers about changes of a session, and about several that were decided together."""
    return {
        "sessions-rerun": a_rerun(proposal),
        "sessions-pause": a_control(Control.PAUSE),
        "sessions-unpause": a_control(Control.UNPAUSE, approval),
        "sessions-cancel": a_control(Control.CANCEL),
        "approvals-together": Together(
            items=(
                Decided(request_id=SESSION_ID, approval=approval),
                Decided(request_id="r-4f2b", why_not="it is not what was shown any more"),
            )
        ),
    }
