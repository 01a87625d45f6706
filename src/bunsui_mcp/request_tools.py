"""The tools that ask a human, and that see what the human said. None of them approves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from anyio import to_thread
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult
from pydantic import Field

from bunsui_core.domain.answer import Freshness
from bunsui_core.domain.approval import REASON_LIMIT, Answer, Approval, ApprovalStatus
from bunsui_core.domain.plan import step_job
from bunsui_mcp.answers import ApprovalAnswer
from bunsui_mcp.desks import Whose
from bunsui_mcp.tell import clip, few, tell
from bunsui_mcp.tools import ASKS, tool

LONGEST_WAIT = 45
"""Seconds of one wait; hosts give up on a call that takes longer."""

LOOKS = 4
"""Looks at the store in each second of a wait."""

_TOLD = {
    ApprovalStatus.REQUESTED: "waits for a human; nothing has run",
    ApprovalStatus.APPROVED: "was approved by a human; the worker executes it next",
    ApprovalStatus.EXECUTING: "was approved by a human; the worker executes it",
    ApprovalStatus.REJECTED: "was rejected by a human; nothing has run",
    ApprovalStatus.EXPIRED: "expired because nobody decided in time; nothing has run",
    ApprovalStatus.WITHDRAWN: "was withdrawn by its asker; nothing has run",
    ApprovalStatus.STALE: "did not run, because the world had moved",
    ApprovalStatus.DONE: "was executed; what it started may still be running",
    ApprovalStatus.DONE_AMBIGUOUS: "was executed, by bunsui or by somebody at the same moment",
    ApprovalStatus.FAILED: "was approved and could not be executed",
    ApprovalStatus.NEEDS_HUMAN: "stopped halfway; a human must look",
}

RequestId = Annotated[str, Field(description="From request_recovery or get_session")]
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
        ]

    def looking(self) -> list[Tool]:
        """Return the tools that see what became of a request."""
        return [
            tool(self.get_approval, "Show a request"),
            tool(self.wait_for_approval, "Wait for the human"),
        ]

    def request_recovery(
        self,
        ctx: Context,
        proposal_id: Annotated[str, Field(description="From propose_recovery")],
        reason: Reason,
    ) -> Annotated[CallToolResult, ApprovalAnswer]:
        """Queue a request for a human; does not execute, cannot approve.

        Use it after propose_recovery, with a reason that names the evidence. Returns request_id at
        once; refuses if the world moved. Asking twice makes one request.
        """
        approval = self._whose().request(proposal_id, reason, client_claim(ctx))
        answer = approval_answer(approval, self._whose().freshness())
        if approval.request.plan_digest != proposal_id:
            told = f"This job already has an open request; no second one was made. {answer.summary}"
            answer = answer.model_copy(update={"summary": told})
        return tell(answer)

    def get_approval(self, request_id: RequestId) -> Annotated[CallToolResult, ApprovalAnswer]:
        """Show where a request stands and what the human noted.

        Use it to look once; wait_for_approval waits. Never decides anything.
        """
        return tell(approval_answer(self._whose().approval(request_id), self._whose().freshness()))

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
        freshness = await to_thread.run_sync(lambda: self._whose().freshness())
        return tell(approval_answer(approval, freshness))

    async def _look(self, request_id: str) -> Approval:
        def look() -> Approval:
            return self._whose().approval(request_id)

        return await to_thread.run_sync(look, abandon_on_cancel=True)


def approval_answer(approval: Approval, freshness: Freshness) -> ApprovalAnswer:
    """Return where a request stands, for a tool or a resource."""
    plan, effect = approval.request.plan, approval.effect
    return ApprovalAnswer(
        summary=_sentence(approval),
        next=_after(approval),
        as_of=freshness.as_of,
        source=freshness.source,
        request_id=plan.request_id,
        status=approval.status,
        is_open=approval.status.is_open,
        plan_digest=approval.request.plan_digest,
        session_id=plan.session_id,
        steps=few([f"{step.kind} {step_job(step)}".strip() for step in plan.steps]),
        risk=plan.risk,
        expires_at=plan.expires_at,
        decided_by=few(
            [_decider(one.decision.decision, one.decision.approver) for one in approval.decisions]
        ),
        results=tuple(
            clip(f"step {step.number} {step.state}: {step.result}", 300)
            for step in (effect.steps[-5:] if effect else ())
        ),
        note=clip(approval.note, 600),
    )


def client_claim(ctx: Context) -> str:
    """Return what the client calls itself, which nobody checks."""
    params = ctx.request_context.session.client_params
    return clip(f"{params.client_info.name} {params.client_info.version}", 120) if params else ""


def _decider(answer: Answer, approver: str) -> str:
    return f"{answer} by {clip(approver, 80)}"


def _sentence(approval: Approval) -> str:
    return f"Request {clip(approval.request.id, 100)} {_TOLD[approval.status]}."


def _after(approval: Approval) -> str:
    if approval.status.is_open:
        return f"wait_for_approval with request_id {clip(approval.request.id, 100)}."
    session_id = clip(approval.request.plan.session_id, 100)
    match approval.status:
        case ApprovalStatus.DONE | ApprovalStatus.DONE_AMBIGUOUS:
            return f"get_session with session_id {session_id} shows whether it recovered."
        case ApprovalStatus.REJECTED:
            return "Read note, tell the user, and do not ask for the same again."
        case _:
            return f"propose_recovery with session_id {session_id} looks at the world as it is now."
