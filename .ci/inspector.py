"""Ask every tool through MCP Inspector: over stdio, HTTP and SSE, as clients of both eras.

`make inspector` needs Node (npx) and the network, so the gate leaves it out. It plays the demo in a
folder of its own, leaves the embedded AWS running for as long as it asks, and ends with 1 when a
call did not end with 0. A proposal lives as long as the server that made it, and over stdio the
Inspector starts one for each call: there the request for it has to be refused (5).
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

INSPECTOR = (
    ["npx", "-y", "-p", "node@22", "-p", "@modelcontextprotocol/inspector@2.12.0", "-c"],
    "mcp-inspector --cli",
)
WAYS = ("http", "sse", "stdio")
ERAS = ("legacy", "modern")
SECONDS = 180
BUNSUI = str(Path(sys.executable).with_name("bunsui"))

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


@dataclass
class Inspection:
    """One way and one era; `failed` counts the calls that ended otherwise than they should."""

    home: Path
    way: str
    era: str
    url: str
    token: str
    failed: int = 0

    def ask(self, method: str, *words: str, wanted: int = 0) -> dict[str, Json]:
        """Call a method; return what came back, or nothing."""
        target = [self.url] if self.way != "stdio" else [BUNSUI, "mcp", "--agent", "inspector"]
        said = ["-e", f"BUNSUI_HOME={self.home}"] if self.way == "stdio" else []
        if self.way != "stdio":
            said = ["--header", f"Authorization: Bearer {self.token}"]
        flags = ["--connect-timeout", "60000", "--protocol-era", self.era, "--method", method]
        command = " ".join(f"'{word}'" for word in [*target, *said, *flags, *words])
        done = subprocess.run(
            [*INSPECTOR[0], f"{INSPECTOR[1]} {command}"],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        self._report(f"{method} {' '.join(words[:2])}", done, wanted)
        try:
            found: dict[str, Json] = json.loads(done.stdout)
        except ValueError:
            return {}
        return found

    def call(self, tool: str, wanted: int = 0, **arguments: str) -> dict[str, Json]:
        """Call a tool; return the structured half of its answer."""
        pairs = [
            word for key, value in arguments.items() for word in ("--tool-arg", f"{key}={value}")
        ]
        answer = self.ask("tools/call", "--tool-name", tool, *pairs, wanted=wanted)
        found = answer.get("structuredContent")
        return found if isinstance(found, dict) else {}

    def _report(self, what: str, done: subprocess.CompletedProcess[str], wanted: int) -> None:
        sys.stdout.write(f"{self.way:6}{self.era:8}{done.returncode:3}  {what}\n")
        if done.returncode != wanted:
            self.failed += 1
            sys.stdout.write(f"{done.stdout[-1_000:]}{done.stderr[-1_000:]}\n")


def inspect(it: Inspection) -> int:
    """Ask everything once; return how many calls failed."""
    it.ask("tools/list", "--strict", "--format", "json")
    it.ask("resources/templates/list")
    it.ask("prompts/list")
    it.ask("prompts/get", "--prompt-name", "triage_failed_session")
    session = first(it.call("list_sessions", status="FAILED"), "sessions", "session_id")
    it.ask("resources/read", "--uri", f"bunsui://sessions/{session}")
    for tool in ("get_session", "analyze_failure", "find_similar_failures", "get_operation_logs"):
        it.call(tool, session_id=session)
    it.call("list_pipelines")
    proposal = first(it.call("propose_recovery", session_id=session), "proposals", "proposal_id")
    lives = it.way != "stdio"
    it.call("request_recovery", 0 if lives else 5, proposal_id=proposal, reason="inspected")
    request = first(it.call("list_approvals"), "approvals", "request_id")
    it.call("get_approval", request_id=request)
    it.call("wait_for_approval", request_id=request, max_wait_s="1")
    it.call("withdraw_request", request_id=request, reason="inspected")
    return it.failed


def first(answer: dict[str, Json], items: str, key: str) -> str:
    """Return a value of the first line of a list; `none` when there is none."""
    lines = answer.get(items)
    line = lines[0] if isinstance(lines, list) and lines else None
    return str(line[key]) if isinstance(line, dict) else "none"


@contextmanager
def served(home: Path, token: str) -> Iterator[str]:
    """Serve over HTTP and SSE; give the address."""
    tokens = home / "token"
    tokens.touch(0o600)
    tokens.write_text(token)
    flags = f"mcp --transport both --port 0 --agent inspector --token-file {tokens}".split()
    with subprocess.Popen(
        [BUNSUI, *flags], stderr=subprocess.PIPE, text=True, env=environment(home)
    ) as server:
        try:
            assert server.stderr
            yield str(json.loads(server.stderr.readline())["health"]).removesuffix("/healthz")
        finally:
            server.terminate()


def environment(home: Path) -> dict[str, str]:
    """Return the variables of a bunsui over that home."""
    return {**os.environ, "BUNSUI_HOME": str(home)}


def bunsui(home: Path, *words: str) -> None:
    """Run a command of bunsui, which must succeed."""
    subprocess.run([BUNSUI, *words], env=environment(home), check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    """Inspect every way in both eras; 1 when a call failed."""
    token = secrets.token_urlsafe(32)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        bunsui(home, "demo", "--headless", "--seed", "3", "--json")
        bunsui(home, "local", "up", "--json")
        try:
            with served(home, token) as url:
                paths = {"stdio": "", "http": f"{url}/mcp", "sse": f"{url}/sse"}
                failed = sum(
                    inspect(Inspection(home, way, era, paths[way], token))
                    for way in WAYS
                    for era in ERAS
                )
        finally:
            bunsui(home, "local", "down", "--json")
    sys.stdout.write(f"{failed} calls did not end as they should\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
