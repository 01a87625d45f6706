"""The Tasks extension (io.modelcontextprotocol/tasks): a wait for a human without a held call.

A client that declares it gets a task of `wait_for_approval`, and looks as often as it likes. A
task is never `input_required`: that would hand the human's decision to the agent's client.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from anyio import to_thread
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Extension, MethodBinding, require_client_extension
from mcp.shared.exceptions import MCPError
from mcp.shared.inbound import MCP_NAME_HEADER, decode_header_value
from mcp.types import (
    HEADER_MISMATCH,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    EmptyResult,
    RequestParams,
)
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request

from bunsui_core.desk.agent import AgentDesk
from bunsui_core.domain.approval import Approval
from bunsui_core.domain.errors import BunsuiError, NotFound
from bunsui_mcp.approvals import approval_answer, standing_of
from bunsui_mcp.desks import Whose
from bunsui_mcp.refusals import refusal
from bunsui_mcp.task_ids import TTL, Wait, read_task_id
from bunsui_mcp.tell import tell

TASKS = "io.modelcontextprotocol/tasks"

POLL_MS = 1_000
"""Milliseconds between two looks of a client; a human takes longer."""

TOOL = "wait_for_approval"
"""The one tool that is answered with a task."""

_ERAS = frozenset({"2026-07-28"})

Asked: TypeAlias = ServerRequestContext[object, object]


class TaskParams(RequestParams):
    """Which task is meant."""

    task_id: str


class UpdateParams(TaskParams):
    """Answers to what a task asked its client; no task of this server asks anything."""

    input_responses: dict[str, object] = Field(default_factory=dict)


class Task(BaseModel):
    """A wait as a client sees it."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)

    result_type: Literal["task", "complete"] = "complete"
    task_id: str
    status: Literal["working", "completed"]
    status_message: str
    created_at: str
    last_updated_at: str
    ttl_ms: int
    poll_interval_ms: int = POLL_MS
    result: CallToolResult | None = None


class Tasks(Extension):
    """Waits for humans as tasks. Each is its asker's own, and outlives this process."""

    identifier = TASKS

    def __init__(self, whose: Whose) -> None:
        self._whose = whose

    def methods(self) -> Sequence[MethodBinding]:
        """Return what a client asks of a task."""
        return (
            MethodBinding("tasks/get", TaskParams, self._get, _ERAS),
            MethodBinding("tasks/update", UpdateParams, self._update, _ERAS),
            MethodBinding("tasks/cancel", TaskParams, self._cancel, _ERAS),
        )

    async def intercept_tool_call(
        self, params: CallToolRequestParams, ctx: Asked, call_next: CallNext
    ) -> HandlerResult:
        """Answer a wait for what is still open with a task, and everything else as ever."""
        if params.name == TOOL and _takes_tasks(ctx) and (request_id := _waits_for(params)):
            desk = self._whose()
            if task := await to_thread.run_sync(_begun, desk, request_id):
                return task
        return await call_next(ctx)

    async def _get(self, ctx: Asked, params: TaskParams) -> HandlerResult:
        desk, wait = await self._find(ctx, params)
        return await to_thread.run_sync(_looked, desk, wait)

    async def _update(self, ctx: Asked, params: UpdateParams) -> HandlerResult:
        await self._find(ctx, params)
        return EmptyResult()

    async def _cancel(self, ctx: Asked, params: TaskParams) -> HandlerResult:
        # Acknowledged, as the extension wants it: that a client waits no more changes no request.
        await self._find(ctx, params)
        return EmptyResult()

    async def _find(self, ctx: Asked, params: TaskParams) -> tuple[AgentDesk, Wait]:
        """Return whose task is meant. Raises: MCPError for none of the caller's, or a late one."""
        require_client_extension(ctx, TASKS)
        _must_be_routed(ctx, params.task_id)
        desk = self._whose()
        wait = read_task_id(params.task_id, desk.requester)
        now = desk.live().as_of
        if wait is None or now < wait.since:
            raise MCPError(INVALID_PARAMS, "Failed to retrieve task: Task not found")
        if now >= wait.until:
            raise MCPError(INVALID_PARAMS, "Failed to retrieve task: Task has expired")
        return desk, wait


def _takes_tasks(ctx: Asked) -> bool:
    capabilities = ctx.session.client_capabilities
    declared = capabilities.extensions if capabilities else None
    return ctx.protocol_version in _ERAS and TASKS in (declared or {})


def _waits_for(params: CallToolRequestParams) -> str:
    """The request that a call waits for; empty when the tool itself has to refuse the call."""
    match params.arguments:
        case {"request_id": str(request_id), **rest} if not set(rest) - {"max_wait_s"}:
            return request_id if rest.get("max_wait_s", 1) in range(1, 46) else ""
        case _:
            return ""


def _must_be_routed(ctx: Asked, task_id: str) -> None:
    """Refuse a request over HTTP whose header names another task, as for a tool's name."""
    if not isinstance(ctx.request, Request):
        return
    if decode_header_value(ctx.request.headers.get(MCP_NAME_HEADER)) != task_id:
        raise MCPError(HEADER_MISMATCH, "the Mcp-Name header does not name the task of the request")


def _begun(desk: AgentDesk, request_id: str) -> Task | None:
    """Return a new task for a request that is open; nothing when there is nothing to wait for."""
    try:
        approval = desk.approval(request_id)
    except BunsuiError:
        return None
    if not approval.status.is_open:
        return None
    wait = Wait(desk.requester, request_id, desk.live().as_of)
    return _task(wait, approval, desk.executes).model_copy(update={"result_type": "task"})


def _looked(desk: AgentDesk, wait: Wait) -> Task:
    """Return a task as it stands now. Raises: MCPError with the refusal of a look."""
    try:
        approval = desk.approval(wait.request_id)
        task = _task(wait, approval, desk.executes)
        if approval.status.is_open:
            return task
        answer = tell(approval_answer(approval, desk.freshness(), desk.executes))
    except NotFound as error:
        raise MCPError(INVALID_PARAMS, refusal(TOOL, error)) from error
    except BunsuiError as error:
        raise MCPError(INTERNAL_ERROR, refusal(TOOL, error)) from error
    return task.model_copy(update={"status": "completed", "result": answer})


def _task(wait: Wait, approval: Approval, executes: bool) -> Task:
    return Task(
        task_id=wait.task_id,
        status="working",
        status_message=f"The request {standing_of(approval, executes)}.",
        created_at=_text(wait.since),
        last_updated_at=_text(max(wait.since, _changed(approval))),
        ttl_ms=int(TTL.total_seconds() * 1000),
    )


def _changed(approval: Approval) -> datetime:
    """When something was last written about a request."""
    taken, effect = approval.request.withdrawn, approval.effect
    known = [one.at for one in approval.decisions]
    known += [one.at for one in (taken, effect) if one]
    return max(known, default=approval.request.plan.created_at)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
