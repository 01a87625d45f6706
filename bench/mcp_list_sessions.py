"""Claim: `list_sessions` over stdio answers in milliseconds, of a hundred thousand sessions.

The goal is about the answer: from the request leaving a real client to its typed result. Beside it
stand the same call with the check that the SDK's client makes against the tool's schema, and the
call of a tool that does nothing, which is the SDK's own share on this machine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

import anyio
from mcp import Client, StdioServerParameters, stdio_client
from mcp.types import CallToolRequest, CallToolRequestParams, CallToolResult

from bench.measure import environment_with, percentiles
from bench.result import Result
from bench.seed import seeded

SESSIONS = 100_000
WARM_UP = 20
CALLS = 500
GOAL_P50_MS = 3.0
GOAL_P99_MS = 10.0
TOOL = "list_sessions"
BUNSUI = ("-m", "bunsui_mcp", "--agent", "bench")
EMPTY_SERVER = """
from mcp.server import MCPServer
server = MCPServer("empty")
@server.tool()
def list_sessions() -> dict[str, str]: return {}
server.run("stdio")
"""


def measure() -> Result:
    """Median and 99th percentile of a call as a real client sees it."""
    home = seeded(SESSIONS)
    answered, checked = anyio.run(seconds_of_calls, home, BUNSUI)
    empty, _ = anyio.run(seconds_of_calls, home, ("-c", EMPTY_SERVER))
    numbers = percentiles(answered)
    beside = {f"checked_{name}": value for name, value in percentiles(checked).items()}
    beside |= {f"empty_tool_{name}": value for name, value in percentiles(empty).items()}
    return Result(
        claim="mcp_list_sessions",
        goal=f"p50 <= {GOAL_P50_MS} ms, p99 <= {GOAL_P99_MS} ms",
        held=numbers["p50_ms"] <= GOAL_P50_MS and numbers["p99_ms"] <= GOAL_P99_MS,
        numbers={**numbers, **beside, "sessions": float(SESSIONS), "calls": float(CALLS)},
    )


async def seconds_of_calls(home: Path, server: Sequence[str]) -> tuple[list[float], list[float]]:
    """How long each answer took, and each call with the client's check, from one server process."""
    started = StdioServerParameters(
        command=sys.executable, args=list(server), env=environment_with(home)
    )
    async with Client(stdio_client(started)) as client:
        answered = await timed(partial(ask, client))
        checked = await timed(partial(client.call_tool, TOOL, {}))
    return answered, checked


async def ask(client: Client) -> CallToolResult:
    """The typed result of one call, before the client checks it."""
    request = CallToolRequest(params=CallToolRequestParams(name=TOOL, arguments={}))
    return await client.session.send_request(request, CallToolResult)


async def timed(call: Callable[[], Awaitable[CallToolResult]]) -> list[float]:
    """The seconds of many calls, once the server is warm."""
    seconds = []
    for _ in range(WARM_UP + CALLS):
        started = time.perf_counter()
        answer = await call()
        seconds.append(time.perf_counter() - started)
        if answer.is_error:
            raise RuntimeError(f"{TOOL} answered an error: {answer.content}")
    return seconds[WARM_UP:]
