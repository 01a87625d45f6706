"""The tools that ask a human, and that see what the human said. None of them approves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from anyio import to_thread
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult
from pydantic import Field

from bunsui_core.domain.approval import REASON_LIMIT, Approval
from bunsui_core.domain.storm import is_storm_id
from bunsui_mcp.answers import ApprovalAnswer, ApprovalsAnswer
from bunsui_mcp.approvals import approval_answer, approvals_answer, asked_answer
from bunsui_mcp.claims import client_claim
from bunsui_mcp.desks import Whose
from bunsui_mcp.tell import tell
from bunsui_mcp.tools import ASKS, Cursor, tool

LONGEST_WAIT = 45
"""Seconds of one wait; hosts give up on a call that takes longer."""

LOOKS = 4
"""Looks at the store in each second of a wait."""

NEWEST = 200
"""How many of the newest requests are listed."""

RequestId = Annotated[str, Field(description="From list_approvals")]
Reason = Annotated[
    str, Field(min_length=1, max_length=REASON_LIMIT, description="For the human who decides")
]


class RequestTools:
    """Requests for a human, and where they stand."""

    def __init__(self, whose: Whose, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._whose = whose
        self._sleep = sleep

    def asking(self) -> list[Tool]:
        """Return the tools that ask for something or take it back."""
        return [
            tool(self.request_recovery, "Ask a human", ASKS),
            tool(self.withdraw_request, "Take a request back", ASKS),
        ]

    def looking(self) -> list[Tool]:
        """Return the tools that see what became of a request."""
        return [
            tool(self.list_approvals, "List requests"),
            tool(self.get_approval, "Show a request"),
            tool(self.wait_for_approval, "Wait for the human"),
        ]

    def request_recovery(
        self,
        proposal_id: Annotated[str, Field(description="A proposal_id or storm_id")],
        reason: Reason,
    ) -> Annotated[CallToolResult, ApprovalAnswer]:
        """Queue a request for a human; does not execute, cannot approve.

        Use it after propose_recovery, with a reason that names the evidence. Returns request_id at
        once; refuses if the world moved. Asking twice makes one request.
        """
        desk = self._whose()
        if is_storm_id(proposal_id):
            proposal_id = desk.recover_storm(proposal_id).proposal_id
        approval = desk.request(proposal_id, reason, client_claim())
        return tell(asked_answer(approval, proposal_id, desk.freshness(), desk.executes))

    def withdraw_request(
        self, request_id: RequestId, reason: Reason
    ) -> Annotated[CallToolResult, ApprovalAnswer]:
        """Take back a request of yours before it is executed.

        Use it when the reason for it is gone. Never stops what has begun or touches another's.
        """
        desk = self._whose()
        taken = desk.withdraw(request_id, reason)
        return tell(approval_answer(taken, desk.freshness(), desk.executes))

    def list_approvals(
        self,
        open_only: bool = False,
        session_id: Annotated[str, Field(description="Empty: of all sessions")] = "",
        limit: Annotated[int, Field(ge=1, le=50)] = 10,
        cursor: Cursor = "",
    ) -> Annotated[CallToolResult, ApprovalsAnswer]:
        """List requests, newest first, of every asker.

        Use it to see what waits, or was tried before. Never decides anything.
        """
        desk = self._whose()
        found = [
            one
            for one in desk.approvals(NEWEST)
            if (one.status.is_open or not open_only)
            and session_id in {"", one.request.plan.session_id}
        ]
        return tell(approvals_answer(found, cursor, limit, desk.freshness()))

    def get_approval(self, request_id: RequestId) -> Annotated[CallToolResult, ApprovalAnswer]:
        """Show where a request stands and what the human noted.

        Use it to look once; wait_for_approval waits. Never decides anything.
        """
        desk = self._whose()
        return tell(approval_answer(desk.approval(request_id), desk.freshness(), desk.executes))

    async def wait_for_approval(
        self,
        ctx: Context,
        request_id: RequestId,
        max_wait_s: Annotated[int, Field(ge=1, le=LONGEST_WAIT)] = 25,
    ) -> Annotated[CallToolResult, ApprovalAnswer]:
        """Wait until a request was rejected, expired or executed, or the time is up.

        Use it after request_recovery, again while is_open is true. Never approves; to stop waiting
        withdraws nothing.
        """
        for look in range(max_wait_s * LOOKS + 1):
            approval = await self._look(request_id)
            second, part = divmod(look, LOOKS)
            if not approval.status.is_open or second == max_wait_s:
                break
            if part == 0:
                await ctx.report_progress(second, max_wait_s, f"{approval.status}")
            await self._sleep(1 / LOOKS)
        desk = self._whose()
        freshness = await to_thread.run_sync(desk.freshness)
        return tell(approval_answer(approval, freshness, desk.executes))

    async def _look(self, request_id: str) -> Approval:
        def look() -> Approval:
            return self._whose().approval(request_id)

        return await to_thread.run_sync(look, abandon_on_cancel=True)
