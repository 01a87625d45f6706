"""A client that takes tasks, as a host of the Tasks extension would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import anyio
from mcp import Client
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim
from mcp.client.session import ClientSession
from mcp.types import CallToolResult, EmptyResult, Request, RequestParams, Result

from bunsui_mcp.tasks import TASKS

PATIENCE_S = 60


class Handle(Result):
    """What a client is given instead of an answer."""

    result_type: Literal["task"] = "task"
    task_id: str
    status: str
    status_message: str
    ttl_ms: int
    poll_interval_ms: int


class Seen(Result):
    """A task at one moment."""

    task_id: str
    status: str
    status_message: str
    created_at: str
    last_updated_at: str
    result: CallToolResult | None = None


class TaskParams(RequestParams):
    """Which task is meant."""

    task_id: str


class AboutTask(Request[TaskParams, str]):
    """A request about a task; over HTTP a header names it too."""

    name_param = "taskId"


class TakesTasks(ClientExtension):
    """Declares the extension, and looks at a task until it is over."""

    identifier = TASKS

    def claims(self) -> Sequence[ResultClaim[Handle]]:
        """Return that a call may be answered with a task."""
        return (ResultClaim(result_type="task", model=Handle, resolve=self._resolve),)

    async def _resolve(self, handle: Handle, context: ClaimContext) -> CallToolResult:
        with anyio.fail_after(PATIENCE_S):
            while (seen := await look(context.session, handle.task_id)).result is None:
                await anyio.sleep(0.02)
        return seen.result


def about(method: str, task_id: str) -> AboutTask:
    """A request about a task."""
    return AboutTask(method=method, params=TaskParams(task_id=task_id))


async def look(session: ClientSession, task_id: str) -> Seen:
    """The task as it stands."""
    return await session.send_request(about("tasks/get", task_id), Seen)


async def tell(session: ClientSession, method: str, task_id: str) -> EmptyResult:
    """Send an update or a cancellation of a task."""
    return await session.send_request(about(method, task_id), EmptyResult)


async def begin(client: Client, request_id: str) -> Handle:
    """The task of a wait."""
    arguments = {"request_id": request_id}
    given = await client.session.call_tool("wait_for_approval", arguments, allow_claimed=True)
    assert isinstance(given, Handle), given
    return given
