"""Claim: `list_sessions` over stdio answers in milliseconds, with ten thousand sessions stored.

The goal is about the answer: from the request leaving a real client to its typed result. What the
client of the Python SDK then takes to check the result against the tool's schema comes beside it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import anyio
from mcp import Client, StdioServerParameters, stdio_client
from mcp.types import CallToolRequest, CallToolRequestParams, CallToolResult

from bench.many_sessions import store_sessions
from bench.measure import environment_with, percentiles
from bench.result import Result

SESSIONS = 10_000
WARM_UP = 20
CALLS = 500
GOAL_P50_MS = 3.0
GOAL_P99_MS = 10.0
TOOL = "list_sessions"


def measure() -> Result:
    """Median and 99th percentile of a call as a real client sees it."""
    with tempfile.TemporaryDirectory() as home:
        store_sessions(Path(home), SESSIONS)
        answered, checked = anyio.run(seconds_of_calls, Path(home))
    numbers = percentiles(answered)
    beside = {f"checked_{name}": value for name, value in percentiles(checked).items()}
    return Result(
        claim="mcp_list_sessions",
        goal=f"p50 <= {GOAL_P50_MS} ms, p99 <= {GOAL_P99_MS} ms",
        held=numbers["p50_ms"] <= GOAL_P50_MS and numbers["p99_ms"] <= GOAL_P99_MS,
        numbers={**numbers, **beside, "sessions": float(SESSIONS), "calls": float(CALLS)},
    )


async def seconds_of_calls(home: Path) -> tuple[list[float], list[float]]:
    """How long each answer took, and each call with the client's check, from one server process."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "bunsui_mcp", "--agent", "bench"],
        env=environment_with(home),
    )
    async with Client(stdio_client(server)) as client:
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
