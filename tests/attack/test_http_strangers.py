"""The server over HTTP among strangers, and among askers who try to be one another."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from bunsui_mcp.subscriptions import MOST
from tests.mcp.home import Home
from tests.mcp.served import CLAUDE, COPILOT, PATIENCE_S, Served, served, write_tokens
from tests.mcp.test_http import AS_JSON, BEARER, HELLO, opened

THEIRS = f"Bearer {COPILOT}"
GUESS = "g" * 32
HALF = b"GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "
"""A request that never ends."""

FILES = 256
"""How many the server may have open: fewer than any system gives."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over HTTP and SSE with few files, that knows two askers by their tokens."""
    folder = tmp_path_factory.mktemp("strangers")
    home = Home(folder)
    flags = ["--transport", "both", "--tokens", str(write_tokens(folder))]
    with served(home.settings.home, *flags, files=FILES) as it:
        yield it
        said = it.stop()
    assert "Traceback" not in said
    assert not [token for token in (CLAUDE, COPILOT, GUESS) if token in said]


def connect(server: Served, begun: bytes) -> socket.socket:
    """Open a connection and send what begins a request."""
    place = urlsplit(server.url)
    assert place.hostname
    assert place.port
    connection = socket.create_connection((place.hostname, place.port), PATIENCE_S)
    connection.sendall(begun)
    return connection


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(b"", id="silent"),
        pytest.param(HALF, id="slow", marks=pytest.mark.slow),
    ],
)
def test_connections_that_ask_nothing_make_room_for_who_asks(server: Served, begun: bytes) -> None:
    with ExitStack() as many:
        for _ in range(FILES + 50):
            many.enter_context(connect(server, begun))

        status, _ = server.send("GET", "/healthz")

    assert status == 200


@pytest.mark.slow
def test_a_connection_over_which_something_is_asked_outlives_those_that_ask_nothing(
    server: Served,
) -> None:
    hearing = f"GET /sse HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {BEARER}\r\n\r\n"
    with connect(server, hearing.encode()) as mine, ExitStack() as many:
        stream = mine.makefile("rb")
        session = next(line for line in stream if b"session_id=" in line)
        for _ in range(FILES + 50):
            many.enter_context(connect(server, b""))
        path = session.decode().removeprefix("data: ").strip()

        accepted, _ = server.send("POST", path, HELLO, Authorization=BEARER, **AS_JSON)
        heard = next(line for line in stream if b"serverInfo" in line)

    assert accepted == 202
    assert b"bunsui" in heard


def say(server: Served, session: str, token: str, method: str, **params: object) -> str:
    """Send a request within a session over HTTP; return the body of the answer."""
    body = json.dumps({"jsonrpc": "2.0", "id": 2, "method": method, "params": params})
    headers = {**AS_JSON, "Mcp_Session_Id": session, "Mcp_Protocol_Version": "2025-11-25"}
    return server.send("POST", "/mcp", body, Authorization=f"Bearer {token}", **headers)[1]


def test_one_asker_cannot_use_up_what_another_may_follow(server: Served) -> None:
    theirs, mine = opened(server, COPILOT), opened(server, CLAUDE)
    for number in range(MOST):
        say(server, theirs, COPILOT, "resources/subscribe", uri=f"bunsui://sessions/s-{number}")

    more = say(server, theirs, COPILOT, "resources/subscribe", uri="bunsui://sessions/more")
    also = say(server, mine, CLAUDE, "resources/subscribe", uri="bunsui://sessions/more")
    known = say(server, mine, CLAUDE, "resources/subscribe", uri="bunsui://sessions/s-0")

    assert f"At most {MOST}" in more
    assert "error" not in also + known


LEGACY = {"Mcp_Protocol_Version": "2025-11-25", "Accept": "text/event-stream"}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_stream_of_another_token_is_neither_heard_nor_ended(server: Served, method: str) -> None:
    session = opened(server, CLAUDE)

    status, _ = server.send(method, "/mcp", Authorization=THEIRS, Mcp_Session_Id=session, **LEGACY)

    assert status == 404
    assert "tools" in say(server, session, CLAUDE, "tools/list")


def test_its_own_token_ends_a_session(server: Served) -> None:
    session = opened(server, CLAUDE)

    ended, _ = server.send("DELETE", "/mcp", Authorization=BEARER, Mcp_Session_Id=session, **LEGACY)

    assert ended == 200
    assert "Session not found" in say(server, session, CLAUDE, "tools/list")


def test_nobody_speaks_into_the_sse_session_of_another_token(server: Served) -> None:
    hearing = f"GET /sse HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {BEARER}\r\n\r\n"
    with connect(server, hearing.encode()) as mine:
        stream = mine.makefile("rb")
        line = next(line for line in stream if b"session_id=" in line)
        path = line.decode().removeprefix("data: ").strip()

        others, _ = server.send("POST", path, HELLO, Authorization=THEIRS, **AS_JSON)
        nobodys, _ = server.send("POST", path, HELLO, **AS_JSON)
        own, _ = server.send("POST", path, HELLO, Authorization=BEARER, **AS_JSON)

    assert (others, nobodys, own) == (404, 401, 202)


ELSEWHERE = {
    "in the address": (f"/mcp?token={CLAUDE}&access_token={CLAUDE}", {}),
    "in the path": (f"/mcp/{CLAUDE}", {}),
    "as a cookie": ("/mcp", {"Cookie": f"token={CLAUDE}"}),
    "as another header": ("/mcp", {"X_Api_Key": CLAUDE}),
    "as a password": ("/mcp", {"Authorization": f"Basic {CLAUDE}"}),
    "twice": ("/mcp", {"Authorization": f"Bearer {CLAUDE} {CLAUDE}"}),
    "with a space before": ("/mcp", {"Authorization": f"Bearer  {CLAUDE}"}),
    "in other letters": ("/mcp", {"Authorization": f"Bearer {CLAUDE.upper()}"}),
    "a guess": ("/mcp", {"Authorization": f"Bearer {GUESS}"}),
    "a name": ("/mcp", {"Authorization": "Bearer claude"}),
    "as a session": ("/mcp", {"Mcp_Session_Id": CLAUDE}),
}


@pytest.mark.parametrize(("path", "headers"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_token_counts_in_one_place_only_and_is_told_nowhere(
    server: Served, path: str, headers: dict[str, str]
) -> None:
    status, body = server.send("POST", path, HELLO, **{**AS_JSON, **headers})

    assert status in {401, 404}
    assert not [token for token in (CLAUDE, GUESS) if token in body]


RUBBISH = {
    "no JSON": "{",
    "brackets without end": "[" * 100_000,
    "half a character": HELLO.replace("a host", "\\ud800"),
    "a number without end": HELLO.replace('"id": 1', f'"id": 1{"0" * 5_000}'),
    "many requests at once": f"[{HELLO}]",
    "a zero byte": HELLO.replace("a host", "\\u0000"),
}


@pytest.mark.parametrize("era", ["", "2025-11-25", "2026-07-28", "1.0\x9b"])
@pytest.mark.parametrize("body", RUBBISH.values(), ids=RUBBISH)
def test_rubbish_is_answered_and_leaves_the_server_well(
    server: Served, body: str, era: str
) -> None:
    more = {"Mcp_Protocol_Version": era} if era else {}

    status, _ = server.send("POST", "/mcp", body, Authorization=BEARER, **AS_JSON, **more)

    assert status in {200, 400}
    assert server.send("GET", "/healthz")[0] == 200
