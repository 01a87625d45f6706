"""The server over HTTP and SSE: who comes in, who does not, and as whom."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from anyio import to_thread

from bunsui_core.domain.value import Json
from bunsui_mcp.http import LARGEST, listen
from tests.builders import REQUEST_ID, a_diagnosis
from tests.mcp.calls import answered, refused
from tests.mcp.home import Home
from tests.mcp.served import BOTH, CLAUDE, COPILOT, PATIENCE_S, Served, ask, served, write_tokens

BEARER = f"Bearer {CLAUDE}"
AS_JSON = {"Content_Type": "application/json", "Accept": "application/json, text/event-stream"}
HELLO = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "a host", "version": "1"},
        },
    }
)
PATHS = [("POST", "/mcp"), ("GET", "/sse"), ("POST", "/messages/?session_id=0")]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over HTTP and SSE that knows two agents by their tokens."""
    home = Home(tmp_path_factory.mktemp("both"))
    home.explain(a_diagnosis())
    folder = home.settings.home
    tokens = str(write_tokens(folder))
    with served(folder, "--transport", "both", "--tokens", tokens) as it:
        yield it
        assert "Traceback" not in it.stop()


def test_the_health_check_needs_no_token_and_tells_nothing_else(both: Served) -> None:
    assert both.send("GET", "/healthz", Host="a load balancer") == (200, '{"status":"ok"}')


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize("given", ["", "Bearer wrong", f"Basic {CLAUDE}", CLAUDE, "Bearer "])
def test_without_a_good_token_nobody_comes_in(
    both: Served, method: str, path: str, given: str
) -> None:
    headers = {**AS_JSON, **({"Authorization": given} if given else {})}

    status, body = both.send(method, path, HELLO if method == "POST" else "", **headers)

    assert (status, json.loads(body)["error"]) == (401, "invalid_token")


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_page_of_another_origin_is_refused(both: Served, method: str, path: str) -> None:
    status, _ = both.send(method, path, Origin="https://evil.example", Authorization=BEARER)

    assert status == 403


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_another_name_than_the_servers_is_refused(both: Served, method: str, path: str) -> None:
    status, _ = both.send(method, path, Host="evil.example:8765", Authorization=BEARER)

    assert status == 421


@pytest.mark.parametrize("path", ["/mcp", "/messages/?session_id=0"])
def test_a_message_that_is_too_large_is_refused(both: Served, path: str) -> None:
    body = " " * (LARGEST + 1)

    status, _ = both.send("POST", path, body, Authorization=BEARER, **AS_JSON)

    assert status == 413


def test_a_message_of_the_largest_size_is_read(both: Served) -> None:
    body = HELLO + " " * (LARGEST - len(HELLO))

    status, _ = both.send("POST", "/mcp", body, Authorization=BEARER, **AS_JSON)

    assert status == 200


@pytest.mark.anyio
@pytest.mark.parametrize("way", BOTH)
async def test_a_client_of_either_era_is_served_over_either_transport(
    both: Served, way: str, mode: str
) -> None:
    async with both.client(way, CLAUDE, mode) as client:
        listed = await client.list_tools()
        sessions = await answered(client, "list_sessions")

    assert "analyze_failure" in {tool.name for tool in listed.tools}
    assert sessions["total"] == 1


@pytest.mark.anyio
@pytest.mark.parametrize("way", BOTH)
async def test_who_asks_is_the_subject_of_the_token(both: Served, way: str, mode: str) -> None:
    mine, theirs = f"r-{way}-{mode}-mine", f"r-{way}-{mode}-theirs"
    ask(both.folder, mine, "agent:claude")
    ask(both.folder, theirs, "agent:copilot")
    async with both.client(way, CLAUDE, mode) as it, both.client(way, COPILOT, mode) as other:
        taken = await answered(it, "withdraw_request", request_id=mine, reason="done")
        sentence = await refused(it, "withdraw_request", request_id=theirs, reason="done")
        also = await answered(other, "withdraw_request", request_id=theirs, reason="done")

    assert (taken["status"], also["status"]) == ("WITHDRAWN", "WITHDRAWN")
    assert "asked by agent:copilot, not by agent:claude" in sentence


def test_a_session_cannot_be_used_with_the_token_of_another(both: Served) -> None:
    session = opened(both, CLAUDE)
    call = json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}})
    headers = {**AS_JSON, "Mcp_Session_Id": session, "Mcp_Protocol_Version": "2025-11-25"}

    own, _ = both.send("POST", "/mcp", call, Authorization=BEARER, **headers)
    others, _ = both.send("POST", "/mcp", call, Authorization=f"Bearer {COPILOT}", **headers)

    assert (own, others) == (200, 404)


def test_a_token_that_was_taken_out_of_the_file_is_refused_at_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    tokens = write_tokens(tmp_path)
    with served(home.settings.home, "--transport", "http", "--tokens", str(tokens)) as it:
        before, _ = it.send("POST", "/mcp", HELLO, Authorization=BEARER, **AS_JSON)
        tokens.write_text(f"copilot {COPILOT}\n")
        after, _ = it.send("POST", "/mcp", HELLO, Authorization=BEARER, **AS_JSON)

    assert (before, after) == (200, 401)


def test_each_transport_alone_serves_its_own_path(tmp_path: Path) -> None:
    home = Home(tmp_path)
    statuses: dict[str, list[int]] = {}
    for way in BOTH:
        with served(home.settings.home, "--transport", way, "--agent", "claude") as it:
            mcp, _ = it.send("POST", "/mcp", HELLO, **AS_JSON)
            messages, _ = it.send("POST", "/messages/?session_id=0", HELLO, **AS_JSON)
            statuses[way] = [mcp, messages]

    assert statuses == {"http": [200, 404], "sse": [404, 400]}


@pytest.mark.anyio
async def test_on_this_machine_alone_no_token_is_needed_and_the_flag_names_who_asks(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path)
    ask(home.settings.home, REQUEST_ID, "agent:claude")
    with served(home.settings.home, "--transport", "http", "--agent", "claude") as it:
        async with it.client("http", "none", "auto") as client:
            taken = await answered(client, "withdraw_request", request_id=REQUEST_ID, reason="x")
        said = it.stop()

    assert taken["status"] == "WITHDRAWN"
    assert "Traceback" not in said


def test_a_home_without_a_store_is_not_healthy(tmp_path: Path) -> None:
    with served(tmp_path, "--transport", "http", "--agent", "claude") as it:
        status, body = it.send("GET", "/healthz")

    assert (status, json.loads(body)) == (503, {"status": "unavailable", "code": "unavailable"})


def test_a_client_that_hangs_up_leaves_no_trace_of_a_crash(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with served(home.settings.home, "--transport", "sse", "--agent", "claude") as it:
        connection = HTTPConnection(urlsplit(it.url).netloc, timeout=PATIENCE_S)
        connection.request("GET", "/sse")
        first = connection.getresponse().readline()
        connection.close()
        alive, _ = it.send("GET", "/healthz")
        said = it.stop()

    assert (first, alive) == (b"event: endpoint\r\n", 200)
    assert "Traceback" not in said


@pytest.mark.anyio
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_that_is_told_to_end_ends_with_its_streams_and_without_a_word(
    tmp_path: Path, number: signal.Signals
) -> None:
    home = Home(tmp_path)
    with served(home.settings.home, "--transport", "both", "--agent", "claude") as it:
        stream = HTTPConnection(urlsplit(it.url).netloc, timeout=PATIENCE_S)
        stream.request("GET", "/sse")
        stream.getresponse().readline()
        async with (
            it.client("http", "none", "auto") as client,
            client.listen(resource_subscriptions=["bunsui://sessions/s"]),
        ):
            it.process.send_signal(number)
            said = await to_thread.run_sync(it.process.communicate)
        stream.close()

    assert said == ("", "")


@pytest.mark.anyio
async def test_an_answer_does_not_wait_for_the_acknowledgement_of_the_one_before() -> None:
    taken: asyncio.Queue[socket.socket] = asyncio.Queue()

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await taken.put(writer.get_extra_info("socket"))
        writer.close()

    with listen("127.0.0.1", 0) as listening:
        async with await asyncio.start_server(take, sock=listening):
            caller = socket.create_connection(listening.getsockname())
            at_once = (await taken.get()).getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            caller.close()

    assert at_once


def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with served(home.settings.home, "--transport", "http", "--agent", "claude") as it:
        port = str(urlsplit(it.url).port)
        code, said = refused_start(tmp_path, "--port", port, "--agent", "other")

    assert code == 6
    assert f"127.0.0.1:{port} cannot be listened on" in said
    assert "Choose another --port" in said


def test_a_token_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    tokens = write_tokens(tmp_path, 0o640)

    code, said = refused_start(tmp_path, "--tokens", str(tokens))

    assert code == 5
    assert f"Run `chmod 600 {tokens}`" in said
    assert CLAUDE not in said


def refused_start(folder: Path, *flags: str) -> tuple[int, str]:
    """Start a server that must not come up; return its code and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "bunsui_mcp", "--transport", "http", *flags],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
        env={**os.environ, "BUNSUI_HOME": str(folder)},
    )
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.returncode, json_message(done.stderr)


def json_message(text: str) -> str:
    """What an event says, unescaped."""
    event: dict[str, Json] = json.loads(text)
    return str(event["message"])


def opened(server: Served, token: str) -> str:
    """Shake hands over HTTP; return the id of the session."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=PATIENCE_S)
    headers = {name.replace("_", "-"): value for name, value in AS_JSON.items()}
    connection.request("POST", "/mcp", HELLO, {**headers, "Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    session = answer.headers["Mcp-Session-Id"]
    answer.read()
    connection.close()
    return str(session)
