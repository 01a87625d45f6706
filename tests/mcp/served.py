"""The server as a process that listens on a free port of this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from mcp import Client
from mcp.client.session import MessageHandlerFnT
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from bunsui_core.settings import Settings
from bunsui_core.wiring.store import reader, store
from tests.builders import a_request

PATIENCE_S = 60
CLAUDE, COPILOT = "c" * 32, "p" * 32
BOTH = ("http", "sse")

Answered: TypeAlias = tuple[int, str]
"""The status of an answer and its body."""


@dataclass(frozen=True)
class Served:
    """A server that listens, and the folder it serves."""

    url: str
    folder: Path
    process: subprocess.Popen[str]

    def send(self, method: str, path: str, body: str = "", **headers: str) -> Answered:
        """Send a request with these headers, `_` for `-`, and read the whole answer."""
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE_S)
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body or None, said)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    @asynccontextmanager
    async def client(
        self, way: str, token: str, mode: str, ear: MessageHandlerFnT | None = None
    ) -> AsyncIterator[Client]:
        """A client over HTTP or SSE with a token, and who hears what it is told."""
        headers = {"Authorization": f"Bearer {token}"}
        if way == "sse":
            sse = sse_client(f"{self.url}/sse", headers=headers)
            async with Client(sse, mode=mode, message_handler=ear) as client:
                yield client
            return
        async with create_mcp_http_client(headers) as http:
            streams = streamable_http_client(f"{self.url}/mcp", http_client=http)
            async with Client(streams, mode=mode, message_handler=ear) as client:
                yield client

    def stop(self) -> str:
        """End the process as a person would; return what else it said on stderr."""
        self.process.terminate()
        return self.process.communicate(timeout=PATIENCE_S)[1]


def write_tokens(folder: Path, mode: int = 0o600) -> Path:
    """A file with a token of two agents."""
    path = folder / "tokens"
    path.write_text(f"# who may ask\nclaude {CLAUDE}\n\ncopilot {COPILOT}\n")
    path.chmod(mode)
    return path


@contextmanager
def served(folder: Path, *flags: str, files: int = 0) -> Iterator[Served]:
    """A server process over a home, with so many files if told, ended afterwards in any case."""
    few = ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh"] if files else []
    with subprocess.Popen(
        [*few, sys.executable, "-m", "bunsui_mcp", "--port", "0", *flags],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "BUNSUI_HOME": str(folder)},
    ) as process:
        try:
            assert process.stderr
            said = json.loads(process.stderr.readline())
            assert said["event"] == "listening", said
            yield Served(said["health"].removesuffix("/healthz"), folder, process)
        finally:
            process.kill()


def ask(home: Path, request_id: str, requester: str) -> None:
    """Let an agent have asked for something."""
    requests = store(Settings(home=home), reader(Settings(home=home))).requests
    now = datetime.now(UTC)  # the server's clock is the real one
    later = now + timedelta(days=1)
    requests.submit(
        a_request(request_id=request_id, requester=requester, created_at=now, expires_at=later)
    )
