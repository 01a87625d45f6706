"""Claim: over HTTP and over SSE `list_sessions` takes milliseconds too, of 100,000 sessions.

Each way is measured with a token, from the request leaving a real client to its typed result. An
answer that waited for an acknowledgement (Nagle's algorithm) would take 40 ms more.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import anyio
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from bench.mcp_list_sessions import CALLS, SESSIONS, ask, timed
from bench.measure import environment_with, percentiles
from bench.result import Result
from bench.seed import seeded

GOAL_P50_MS = 5.0
GOAL_P99_MS = 10.0
WAYS = ("http", "sse")


def measure() -> Result:
    """Median and 99th percentile of a call, over HTTP and beside it over SSE."""
    home, token = seeded(SESSIONS), secrets.token_urlsafe(32)
    with served(home, token) as url:
        numbers = {way: percentiles(anyio.run(seconds, url, way, token)) for way in WAYS}
    http, sse = (numbers[way] for way in WAYS)
    beside = {f"sse_{name}": value for name, value in sse.items()}
    return Result(
        claim="mcp_over_http",
        goal=f"p50 <= {GOAL_P50_MS} ms, p99 <= {GOAL_P99_MS} ms",
        held=http["p50_ms"] <= GOAL_P50_MS and http["p99_ms"] <= GOAL_P99_MS,
        numbers={**http, **beside, "sessions": float(SESSIONS), "calls": float(CALLS)},
    )


async def seconds(url: str, way: str, token: str) -> list[float]:
    """How long each answer took, over one connection."""
    async with connected(url, way, token) as client:
        return await timed(partial(ask, client))


@asynccontextmanager
async def connected(url: str, way: str, token: str) -> AsyncIterator[Client]:
    """A client over HTTP or SSE."""
    headers = {"Authorization": f"Bearer {token}"}
    if way == "sse":
        async with Client(sse_client(f"{url}/sse", headers=headers)) as client:
            yield client
        return
    async with (
        create_mcp_http_client(headers) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
    ):
        yield client


@contextmanager
def served(home: Path, token: str) -> Iterator[str]:
    """A server over a home that knows the token; the address it listens on."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "token")
        file.touch(0o600)
        file.write_text(token)
        flags = ["--transport", "both", "--port", "0", "--agent", "bench", "--token-file"]
        with subprocess.Popen(
            [sys.executable, "-m", "bunsui_mcp", *flags, str(file)],
            stderr=subprocess.PIPE,
            text=True,
            env=environment_with(home),
        ) as server:
            try:
                assert server.stderr
                yield str(json.loads(server.stderr.readline())["health"]).removesuffix("/healthz")
            finally:
                server.terminate()
