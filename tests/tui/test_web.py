"""Who may open the terminal UI in a browser: each refusal beside what is let through."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bunsui_tui.web import __main__ as program
from bunsui_tui.web.guard import HOST, Address, refusal
from bunsui_tui.web.server import MOST_OPEN, Site
from tests.architecture.python_files import ROOT

SECRET = "a-secret-of-24-bytes"
ADDRESS = Address(8123, SECRET)
HERE = {"Host": "127.0.0.1:8123"}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (f"/{SECRET}/", HERE, 0),
        (f"/{SECRET}/ws", {"Host": "localhost:8123", "Origin": "http://localhost:8123"}, 0),
        ("/", HERE, 404),
        ("/ws", HERE, 404),
        (f"/{SECRET[:-1]}/", HERE, 404),
        (f"/{SECRET}é/", HERE, 404),
        (f"/{SECRET}/", {"Host": "evil.example:8123"}, 421),
        (f"/{SECRET}/", {"Host": "127.0.0.1:80"}, 421),
        (f"/{SECRET}/", {}, 421),
        (f"/{SECRET}/ws", HERE | {"Origin": "http://evil.example"}, 403),
        (f"/{SECRET}/ws", HERE | {"Origin": "http://127.0.0.1:9999"}, 403),
        (f"/{SECRET}/ws", HERE | {"Origin": "null"}, 403),
    ],
)
def test_only_who_has_the_secret_and_comes_from_the_page_may_pass(
    path: str, headers: Mapping[str, str], status: int
) -> None:
    assert refusal(ADDRESS, path, headers) == status


def a_free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


@asynccontextmanager
async def a_site(program: list[str]) -> AsyncIterator[Address]:
    """The site, over a program in place of the terminal UI."""
    address = Address(a_free_port(), SECRET)
    runner = web.AppRunner(Site(address, program).app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, address.port).start()
    try:
        yield address
    finally:
        await runner.cleanup()


SLEEPER = [sys.executable, "-c", "import sys; print('__GANGLION__', flush=True); sys.stdin.read()"]


def test_the_page_and_all_it_loads_come_from_this_machine() -> None:
    async def look() -> None:
        async with a_site(SLEEPER) as address, aiohttp.ClientSession() as session:
            async with session.get(address.url) as answer:
                page = await answer.text()
                policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "http" not in page.replace(address.socket, "")
            for part in ("page.css", "page.js", "static/js/textual.js", "static/css/xterm.css"):
                async with session.get(address.url + part) as answer:
                    assert answer.status == 200, part
            async with session.get(f"http://{HOST}:{address.port}/") as answer:
                assert answer.status == 404

    asyncio.run(look())


def test_a_page_of_another_site_gets_no_connection() -> None:
    async def look() -> None:
        async with a_site(SLEEPER) as address, aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(address.socket, origin="http://evil.example")
            assert refused.value.status == 403
            own = f"http://{HOST}:{address.port}"
            async with session.ws_connect(address.socket, origin=own) as connection:
                assert not connection.closed

    asyncio.run(look())


def test_more_pages_than_the_machine_can_bear_are_refused() -> None:
    async def look() -> None:
        async with a_site(SLEEPER) as address, aiohttp.ClientSession() as session:
            opened = [await session.ws_connect(address.socket) for _ in range(MOST_OPEN)]
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(address.socket)
            assert refused.value.status == 503
            for one in opened:
                await one.close()

    asyncio.run(look())


def run_web(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """`python -m bunsui_tui.web` until it ends by itself."""
    command = [sys.executable, "-m", "bunsui_tui.web", "--no-worker", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environ}
    )


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = run_web("--port", str(port), BUNSUI_HOME=str(tmp_path / "home"))

    assert done.returncode == 6
    assert done.stderr.startswith(f"bunsui tui: port {port} cannot be used:")
    assert "Traceback" not in done.stderr


def test_an_environment_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = run_web(BUNSUI_HOME=str(tmp_path / "home"), BUNSUI_ENVIRONMENT="nosuch")

    assert done.returncode == 2
    assert "bunsui init" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_the_extra_it_is_said_what_to_install_for_this_python(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["web"])

    assert program.main() == 2

    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (extra,) = wanted["project"]["optional-dependencies"]["web"]
    assert f"`{sys.executable} -m pip install '{extra}'`" in capsys.readouterr().err
