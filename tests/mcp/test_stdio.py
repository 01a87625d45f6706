"""The server as a process: frames on stdout and nothing else, whatever a host sends first."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bunsui_core.domain.value import Json
from tests.builders import SESSION_ID, a_diagnosis
from tests.mcp.home import Home

MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "a host", "version": "1"},
}
HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "a host", "version": "1"},
}


NO_MESSAGES = ["{not json", "[]", '{"jsonrpc": "2.0"}', "", "\x00\x1b[2J", "null"]


class Host:
    """A host that writes lines to the server and reads its frames."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def say(self, line: str) -> None:
        """Write one line, whatever it is."""
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def notify(self, method: str) -> None:
        """Send a notification."""
        self.say(json.dumps({"jsonrpc": "2.0", "method": method}))

    def ask(self, number: int, method: str, **params: object) -> dict[str, Json]:
        """Send a request and return the frame that answers it."""
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self.say(json.dumps(request))
        while (frame := self.hear()).get("id") != number:
            assert frame, "the server closed stdout"
        return frame

    def hear(self) -> dict[str, Json]:
        """Return the next frame; a line that is none fails the test."""
        assert self._process.stdout
        frame: dict[str, Json] = json.loads(self._process.stdout.readline() or "{}")
        assert not frame or frame.get("jsonrpc") == "2.0"
        return frame

    def interrupt(self) -> int:
        """Send SIGINT; return the exit code."""
        self._process.send_signal(signal.SIGINT)
        return self.ends()

    def stop_listening(self) -> None:
        """Close stdout."""
        assert self._process.stdout
        self._process.stdout.close()

    def hang_up(self) -> None:
        """Close stdin."""
        assert self._process.stdin
        self._process.stdin.close()

    def ends(self) -> int:
        """Return the exit code, once it is there."""
        return self._process.wait(timeout=20)

    def leave(self) -> tuple[int, str]:
        """Close stdin; return the exit code and what was left on stdout."""
        assert self._process.stdout
        self.hang_up()
        rest = self._process.stdout.read()
        return self.ends(), rest


@contextmanager
def host(home: Path) -> Iterator[Host]:
    """A server process over a home, ended afterwards in any case."""
    with (
        (home / "stderr.txt").open("w") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "bunsui_mcp", "--agent", "tester"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env={**os.environ, "BUNSUI_HOME": str(home)},
        ) as process,
    ):
        try:
            yield Host(process)
        finally:
            process.kill()


def names(frame: dict[str, Json]) -> set[str]:
    """The tools that a frame lists."""
    result = frame["result"]
    assert isinstance(result, dict)
    listed = result["tools"]
    assert isinstance(listed, list)
    return {str(tool["name"]) for tool in listed if isinstance(tool, dict)}


def test_a_host_that_probes_and_then_shakes_hands_is_served(tmp_path: Path) -> None:
    with host(tmp_path) as it:
        probed = it.ask(1, "server/discover", _meta=MODERN)
        shaken = it.ask(2, "initialize", **HELLO)
        it.notify("notifications/initialized")
        listed = it.ask(3, "tools/list")

    assert "result" in probed
    assert "result" in shaken
    assert "analyze_failure" in names(listed)


def test_a_host_that_only_shakes_hands_is_served(tmp_path: Path) -> None:
    with host(tmp_path) as it:
        it.ask(1, "initialize", **HELLO)
        it.notify("notifications/initialized")

        assert "analyze_failure" in names(it.ask(2, "tools/list"))


def test_a_host_that_probes_and_goes_on_without_a_handshake_is_served(tmp_path: Path) -> None:
    with host(tmp_path) as it:
        it.ask(1, "server/discover", _meta=MODERN)
        it.ask(2, "server/discover", _meta=MODERN)

        assert "analyze_failure" in names(it.ask(3, "tools/list", _meta=MODERN))


def test_a_line_that_is_no_message_does_not_end_the_server(tmp_path: Path) -> None:
    with host(tmp_path) as it:
        for line in NO_MESSAGES:
            it.say(line)
        it.ask(1, "initialize", **HELLO)
        for line in NO_MESSAGES:
            it.say(line)
        it.notify("notifications/initialized")

        assert "analyze_failure" in names(it.ask(2, "tools/list"))


def test_stdout_carries_frames_only_and_the_server_leaves_when_the_host_does(
    tmp_path: Path,
) -> None:
    with host(tmp_path) as it:
        it.ask(1, "initialize", **HELLO)
        it.notify("notifications/initialized")
        for number, tool in enumerate(["list_sessions", "get_session", "no_tool"], 2):
            it.ask(number, "tools/call", name=tool, arguments={"stranger": 1})
        code, rest = it.leave()

    assert (code, rest) == (0, "")


def test_an_interrupt_ends_the_server_at_once(tmp_path: Path) -> None:
    with host(tmp_path) as it:
        it.ask(1, "initialize", **HELLO)

        assert it.interrupt() == 130


def test_a_host_that_stopped_listening_is_no_crash(tmp_path: Path) -> None:
    with host(tmp_path) as it:
        it.ask(1, "initialize", **HELLO)
        it.stop_listening()
        it.say(json.dumps({"jsonrpc": "2.0", "id": 2, "method": "ping"}))
        it.hang_up()

        assert it.ends() == 0
    assert (tmp_path / "stderr.txt").read_text() == ""


def test_a_home_without_a_store_is_a_sentence_not_a_crash(tmp_path: Path) -> None:
    with host(tmp_path) as it:
        it.ask(1, "initialize", **HELLO)
        it.notify("notifications/initialized")
        answer = json.dumps(it.ask(2, "tools/call", name="list_sessions", arguments={}))

    assert '"isError": true' in answer
    assert "Next tool: " in answer
    assert "Traceback" not in (tmp_path / "stderr.txt").read_text()


def test_a_known_failure_is_explained_without_aws(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.explain(a_diagnosis())
    with host(tmp_path) as it:
        it.ask(1, "initialize", **HELLO)
        it.notify("notifications/initialized")
        told = it.ask(2, "tools/call", name="analyze_failure", arguments={"session_id": SESSION_ID})

    result = told["result"]
    assert isinstance(result, dict)
    answer = result["structuredContent"]
    assert isinstance(answer, dict)
    assert answer["category"] == "missing_resource"
