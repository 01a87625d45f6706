"""Other users of this machine at the door of the terminal UI in a browser."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PATIENCE_S = 60


@dataclass(frozen=True)
class Page:
    """A page that is served, and what its process says."""

    process: subprocess.Popen[str]
    port: int
    secret: str

    def send(self, start: bytes, *headers: bytes) -> bytes:
        """Send a request as it is written; return the first line of the answer."""
        lines = (start, *headers, b"Connection: close", b"", b"")
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_S) as connection:
            connection.sendall(b"\r\n".join(lines))
            return connection.makefile("rb").readline()

    @property
    def host(self) -> bytes:
        """The header with its own name."""
        return f"Host: 127.0.0.1:{self.port}".encode()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """`bunsui tui --web` as a process of its own; whatever was sent, it says nothing of it."""
    pytest.importorskip("textual_serve")
    home = str(tmp_path_factory.mktemp("web"))
    with subprocess.Popen(
        [sys.executable, "-m", "bunsui_tui.web", "--no-worker"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "BUNSUI_HOME": home},
    ) as process:
        try:
            assert process.stderr
            found = re.search(r"http://127\.0\.0\.1:(\d+)/([^/]+)/", process.stderr.readline())
            assert found
            yield Page(process, int(found[1]), found[2])
            process.terminate()
            assert process.communicate(timeout=PATIENCE_S)[1] == ""
        finally:
            process.kill()


def test_who_has_the_address_is_let_in(page: Page) -> None:
    answer = page.send(f"GET /{page.secret}/ HTTP/1.1".encode(), page.host)

    assert b" 200 " in answer


STRANGE = {
    "no secret": b"GET / HTTP/1.1",
    "half a character": b"GET /%ff/ HTTP/1.1",
    "a byte that is none": b"GET /\xff/ HTTP/1.1",
    "a zero": b"GET /%00/ HTTP/1.1",
    "a path without end": b"GET /" + b"a" * 20_000 + b" HTTP/1.1",
    "no HTTP": b"\x1b[2J\x9b2J",
}


@pytest.mark.parametrize("start", STRANGE.values(), ids=STRANGE)
def test_what_strangers_send_is_refused_and_shown_on_no_terminal(page: Page, start: bytes) -> None:
    answer = page.send(start, page.host)

    assert re.search(rb" 40[04] ", answer)


@pytest.mark.parametrize(
    "path",
    ["guard.py", "static/../guard.py", "static/%2e%2e/%2e%2e/guard.py", "static/", "download/x"],
)
def test_with_the_secret_only_the_page_and_its_parts_are_served(page: Page, path: str) -> None:
    answer = page.send(f"GET /{page.secret}/{path} HTTP/1.1".encode(), page.host)

    assert re.search(rb" 40[34] ", answer)


def test_two_names_are_none(page: Page) -> None:
    answer = page.send(f"GET /{page.secret}/ HTTP/1.1".encode(), b"Host: evil.example", page.host)

    assert b" 400 " in answer


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_secret_is_in_no_list_of_processes(page: Page) -> None:
    told = Path(f"/proc/{page.process.pid}/cmdline").read_text()

    assert "bunsui_tui.web" in told
    assert page.secret not in told
