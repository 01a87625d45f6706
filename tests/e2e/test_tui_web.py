"""The terminal UI in a real browser: the dashboard is there, keys work, and it ends in order."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.settings import Settings
from bunsui_core.wiring.store import store
from tests.builders import a_pipeline, a_session
from tests.e2e.browser import browser, chromium

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not chromium(), reason="no Chromium is installed"),
]

SAYS_S = 180.0
PANEL = (0x1F, 0x23, 0x29)
GROUND = (0x14, 0x16, 0x1A)


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A home with one failed session."""
    settings = Settings(home=tmp_path / "home")
    create(settings.store_path, settings.inbox_path)
    connection = StoreWriter(settings.store_path, settings.account, settings.region)
    remembered = store(settings, connection)
    remembered.pipelines.put(a_pipeline())
    remembered.sessions.save(a_session())
    return settings


@contextmanager
def served(settings: Settings) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`bunsui tui --web` over a home, and the address it says; ended by Ctrl-C."""
    command = [sys.executable, "-m", "bunsui_cli", "tui", "--web", "--no-worker"]
    environ = {**os.environ, "BUNSUI_HOME": str(settings.home)}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
        timer = threading.Timer(SAYS_S, process.kill)
        timer.start()
        assert process.stderr
        said = process.stderr.readline()
        timer.cancel()
        found = re.search(r"http://127\.0\.0\.1:\d+/\S+/", said)
        assert found, said
        try:
            yield found[0], process
        finally:
            process.send_signal(signal.SIGINT)


def test_a_browser_shows_the_dashboard_and_its_keys_work(home: Settings, tmp_path: Path) -> None:
    async def use(url: str) -> bytes:
        async with browser(tmp_path / "browser") as page:
            await page.open(url)
            await page.until_drawn("s-20260302-orders")
            await page.until_drawn("extract ✗")
            await page.press("2")
            await page.until_drawn("nobody asks for anything")
            await page.press("1")
            await page.press("t")
            await page.until_drawn("1m 00s in sight")
            picture = await page.picture()
            await page.press("q")
            await page.until("document.body.classList.contains('-closed')", "the page says so")
            assert page.errors == []
            return picture

    with served(home) as (url, _):
        picture = asyncio.run(use(url))

    colours = Counter(pixels(picture))
    assert colours[GROUND] > colours.total() / 2
    assert colours[PANEL] > colours.total() / 100
    assert len(colours) > 20, "text is drawn"


def test_ending_the_server_ends_what_it_showed(home: Settings, tmp_path: Path) -> None:
    async def use(url: str, process: subprocess.Popen[str]) -> set[int]:
        async with browser(tmp_path / "browser") as page:
            await page.open(url)
            await page.until_drawn("s-20260302-orders")
            shown = children(process.pid)
            process.send_signal(signal.SIGINT)
            await page.until("document.body.classList.contains('-closed')", "the page says so")
            return shown

    with served(home) as (url, process):
        shown = asyncio.run(use(url, process))
        assert process.wait(SAYS_S) == 0

    assert shown
    assert not {pid for pid in shown if Path(f"/proc/{pid}").exists()}


def children(pid: int) -> set[int]:
    """The processes that a process started."""
    files = Path(f"/proc/{pid}/task").glob("*/children")
    return {int(one) for file in files for one in file.read_text().split()}


def pixels(png: bytes) -> Iterator[tuple[int, int, int]]:
    """The colours of a PNG with eight bits a channel, which is what a browser makes."""
    width, height, depth, kind = (
        int.from_bytes(png[16:20]),
        int.from_bytes(png[20:24]),
        png[24],
        png[25],
    )
    assert (depth, kind) in {(8, 2), (8, 6)}, "another kind of PNG"
    size, at, packed = {2: 3, 6: 4}[kind], 8, b""
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        packed += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += length + 12
    data, before = zlib.decompress(packed), bytearray(width * size)
    for y in range(height):
        start = y * (width * size + 1)
        line = unfiltered(data[start], data[start + 1 : start + 1 + width * size], before, size)
        yield from ((line[x], line[x + 1], line[x + 2]) for x in range(0, len(line), size))
        before = line


def unfiltered(kind: int, line: bytes, before: bytearray, size: int) -> bytearray:
    """One line of a PNG; each byte was written as a difference to its neighbours."""
    found = bytearray(line)
    for at in range(len(found)):
        left = found[at - size] if at >= size else 0
        corner = before[at - size] if at >= size else 0
        above = before[at]
        guesses = (0, left, above, (left + above) // 2, nearest(left, above, corner))
        found[at] = (found[at] + guesses[kind]) & 255
    return found


def nearest(left: int, above: int, corner: int) -> int:
    """The neighbour that is nearest to what the others say, as PNG defines it."""
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))
