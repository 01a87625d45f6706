"""The tools that ask a human for one explicit change; none of them makes it."""

from __future__ import annotations

from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult
from pydantic import Field, JsonValue

from bunsui_core.desk.agent import AgentDesk
from bunsui_core.domain.approval import Approval
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.plan import Control
from bunsui_core.domain.recovery import Proposal
from bunsui_core.domain.verdict import Mode
from bunsui_mcp.answers import ApprovalAnswer
from bunsui_mcp.approvals import asked_answer
from bunsui_mcp.claims import client_claim
from bunsui_mcp.desks import Whose
from bunsui_mcp.proposals import in_short
from bunsui_mcp.request_tools import Reason
from bunsui_mcp.tell import compact, tell
from bunsui_mcp.tools import ASKS, tool

Value = Annotated[
    dict[str, JsonValue] | str | None,
    Field(description="Edited input (of the state for enter_at); for mark_done the output"),
]


class ChangeTools:
    """A rerun of a named job in a named mode, and changes of a session as a whole."""

    def __init__(self, whose: Whose) -> None:
        self._whose = whose

    def asking(self) -> list[Tool]:
        """Return the tools, which only ask."""
        return [
            tool(self.rerun_from, "Ask for a rerun", ASKS),
            tool(self.control_session, "Ask to hold or end", ASKS),
        ]

    def rerun_from(
        self,
        session_id: str,
        job: Annotated[str, Field(description="JOB, or JOB/STATE to enter there")],
        mode: Mode,
        reason: Reason,
        downstream: Annotated[bool, Field(description="Done jobs below too")] = False,
        value: Value = None,
    ) -> Annotated[CallToolResult, ApprovalAnswer]:
        """Queue a request to run a job again as you choose; does not execute.

        Use it for what propose_recovery does not offer. Returns also what would run.
        """
        desk = self._whose()
        edited, output = _texts(mode, value)
        proposal = desk.rerun_from(session_id, job, mode, downstream, edited, output)
        approval = desk.request(proposal.proposal_id, reason, client_claim())
        return _told(desk, approval, proposal)

    def control_session(
        self, session_id: str, action: Control, reason: Reason
    ) -> Annotated[CallToolResult, ApprovalAnswer]:
        """Queue a request to pause, unpause or cancel a session; does not execute.

        Use it to stop harm. Returns as request_recovery.
        """
        desk = self._whose()
        found = desk.control(session_id, action)
        approval = desk.request(found.proposal_id, reason, client_claim())
        return tell(asked_answer(approval, found.proposal_id, desk.freshness(), desk.executes))


def _told(desk: AgentDesk, approval: Approval, proposal: Proposal) -> CallToolResult:
    """Where the request stands, and what would run if it is the one that was asked for now."""
    answer = asked_answer(approval, proposal.proposal_id, desk.freshness(), desk.executes)
    if approval.request.plan_digest == proposal.proposal_id:
        said = f"{answer.summary} {in_short(proposal)}"
        answer = answer.model_copy(update={"summary": said})
    return tell(answer)


def _texts(mode: Mode, value: dict[str, JsonValue] | str | None) -> tuple[str | None, str | None]:
    """Return the edited input and the output as JSON texts. Raises: BadInput."""
    if mode is Mode.MARK_DONE:
        return None, None if value is None else compact(value)
    if isinstance(value, str):
        raise BadInput(
            "value is a text, not the input as JSON.",
            "Take execution_input of analyze_failure, correct it and give the whole object.",
        )
    return None if value is None else compact(value), None
