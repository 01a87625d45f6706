"""Tasks with the server as a process: over HTTP for two askers, over stdio across a restart."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.types import HEADER_MISMATCH, Request

from bunsui_core.domain.approval import Answer
from bunsui_core.wiring.clock import clock
from tests.builders import REQUEST_ID, a_request
from tests.mcp.home import Home
from tests.mcp.served import CLAUDE, COPILOT, Served, served, write_tokens
from tests.mcp.tasking import Seen, TakesTasks, TaskParams, begin, look
from tests.mcp.test_waiting import decide

pytestmark = pytest.mark.anyio


ERA = "2026-07-28"
"""Said, not probed for: a slow machine would be taken for an old server."""


def ask_now(home: Home) -> None:
    """Let an agent ask: these servers have the clock of this machine."""
    now = clock()
    asked = a_request(created_at=now, expires_at=now + timedelta(minutes=30))
    home.writing.requests.submit(asked)


class Unnamed(Request[TaskParams, str]):
    """A request about a task that no header names."""


@asynccontextmanager
async def over_http(it: Served, token: str) -> AsyncIterator[Client]:
    """A client that takes tasks, with a token."""
    async with create_mcp_http_client({"Authorization": f"Bearer {token}"}) as http:
        streams = streamable_http_client(f"{it.url}/mcp", http_client=http)
        async with Client(streams, mode=ERA, extensions=[TakesTasks()]) as client:
            yield client


@asynccontextmanager
async def over_stdio(home: Home) -> AsyncIterator[Client]:
    """A client that takes tasks, of a server process of its own."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "bunsui_mcp", "--agent", "claude"],
        env={**os.environ, "BUNSUI_HOME": str(home.settings.home)},
    )
    async with Client(stdio_client(server), mode=ERA, extensions=[TakesTasks()]) as client:
        yield client


async def test_over_http_a_task_is_its_askers_own(tmp_path: Path) -> None:
    home = Home(tmp_path)
    ask_now(home)
    with served(tmp_path, "--transport", "http", "--tokens", str(write_tokens(tmp_path))) as it:
        async with over_http(it, CLAUDE) as claude, over_http(it, COPILOT) as copilot:
            task = await begin(claude, REQUEST_ID)
            seen = await look(claude.session, task.task_id)
            with pytest.raises(MCPError, match="not found"):
                await look(copilot.session, task.task_id)
            unnamed = Unnamed(method="tasks/get", params=TaskParams(task_id=task.task_id))
            with pytest.raises(MCPError) as unrouted:
                await claude.session.send_request(unnamed, Seen)

    assert (seen.status, unrouted.value.code) == ("working", HEADER_MISMATCH)


@pytest.mark.slow
async def test_over_stdio_a_task_outlives_the_server(tmp_path: Path) -> None:
    home = Home(tmp_path)
    ask_now(home)
    async with over_stdio(home) as client:
        task = await begin(client, REQUEST_ID)
    decide(home, REQUEST_ID, Answer.REJECT, "not tonight")
    async with over_stdio(home) as client:
        seen = await look(client.session, task.task_id)

    assert seen.status == "completed"
    assert seen.result
    assert seen.result.structured_content
    assert seen.result.structured_content["note"] == "not tonight"
