"""Web pages that may call the server, and those that may not."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.mcp.home import Home
from tests.mcp.served import CLAUDE, PATIENCE_S, Served, served, write_tokens

PAGE, OTHER = "https://desk.example", "https://evil.example"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type, mcp-protocol-version",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that one page may call."""
    home = Home(tmp_path_factory.mktemp("pages")).settings.home
    tokens = str(write_tokens(home))
    with served(home, "--transport", "http", "--tokens", tokens, "--allow-origin", PAGE) as it:
        yield it


def asked(server: Served, method: str, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
    """The status of an answer of `/mcp`, and its headers in lower case."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=PATIENCE_S)
    connection.request(method, "/mcp", "{}", headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


def test_a_browser_is_told_that_an_allowed_page_may_call(server: Served) -> None:
    status, headers = asked(server, "OPTIONS", {"Origin": PAGE, **PREFLIGHT})

    assert (status, headers["access-control-allow-origin"]) == (200, PAGE)
    assert "authorization" in headers["access-control-allow-headers"].lower()


def test_a_browser_is_told_nothing_good_about_another_page(server: Served) -> None:
    status, headers = asked(server, "OPTIONS", {"Origin": OTHER, **PREFLIGHT})

    assert (status, "access-control-allow-origin" in headers) == (403, False)


def test_an_allowed_page_needs_a_token_as_everybody_does(server: Served) -> None:
    said = {"Origin": PAGE, "Content-Type": "application/json"}

    without, _ = asked(server, "POST", said)
    known, headers = asked(server, "POST", {**said, "Authorization": f"Bearer {CLAUDE}"})

    assert without == 401
    assert known != 401
    assert headers["access-control-allow-origin"] == PAGE
