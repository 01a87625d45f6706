"""Claim: `list_sessions` over stdio answers in milliseconds, with ten thousand sessions stored."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import anyio
from mcp import Client, StdioServerParameters, stdio_client

from bench.many_sessions import store_sessions
from bench.measure import environment_with, percentiles
from bench.result import Result

SESSIONS = 10_000
WARM_UP = 20
CALLS = 500
GOAL_P50_MS = 3.0
GOAL_P99_MS = 10.0


def measure() -> Result:
    """Median and 99th percentile of a call as a real client sees it."""
    with tempfile.TemporaryDirectory() as home:
        store_sessions(Path(home), SESSIONS)
        numbers = percentiles(anyio.run(seconds_of_calls, Path(home)))
    return Result(
        claim="mcp_list_sessions",
        goal=f"p50 <= {GOAL_P50_MS} ms, p99 <= {GOAL_P99_MS} ms",
        held=numbers["p50_ms"] <= GOAL_P50_MS and numbers["p99_ms"] <= GOAL_P99_MS,
        numbers={**numbers, "sessions": float(SESSIONS), "calls": float(CALLS)},
    )


async def seconds_of_calls(home: Path) -> list[float]:
    """How long each call took, over one server process."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "bunsui_mcp", "--agent", "bench"],
        env=environment_with(home),
    )
    seconds = []
    async with Client(stdio_client(server)) as client:
        for number in range(WARM_UP + CALLS):
            started = time.perf_counter()
            answer = await client.call_tool("list_sessions", {})
            if number >= WARM_UP:
                seconds.append(time.perf_counter() - started)
            if answer.is_error:
                raise RuntimeError(f"list_sessions answered an error: {answer.content}")
    return seconds
