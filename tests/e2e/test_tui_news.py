"""A real terminal rings and names its window when something fails while the terminal UI is open."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.settings import Settings
from bunsui_core.wiring.clock import clock
from bunsui_core.wiring.store import store
from tests.builders import a_session
from tests.e2e.tmux import Tmux

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed"),
]

LONG_S = 180.0
"""Seconds for anything on a busy machine."""


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A home with an empty store."""
    settings = Settings(home=tmp_path / "home")
    create(settings.store_path, settings.inbox_path)
    return settings


@pytest.fixture
def terminal(home: Settings, tmp_path: Path) -> Iterator[Tmux]:
    """The terminal UI over that home."""
    command = [sys.executable, "-m", "bunsui_cli", "tui", "--no-worker"]
    opened = Tmux(tmp_path, command, {"BUNSUI_HOME": str(home.home), "LC_ALL": "C.UTF-8"})
    yield opened
    opened.close()


def test_a_failure_rings_and_stands_in_the_title_until_a_key(
    home: Settings, terminal: Tmux
) -> None:
    terminal.until("0 of 0", LONG_S)
    told = home.folder / "told-bell-tui.json"
    terminal.until_it(lambda _: told.exists(), "the first look at what is new", LONG_S)
    assert terminal.title().startswith("bunsui")
    now = clock()
    writer = StoreWriter(home.store_path, home.account, home.region)
    store(home, writer).sessions.save(a_session(created_at=now, stopped_at=now))

    terminal.until("orders failed at extract", LONG_S)
    terminal.until_it(lambda _: "✗ 1 new" in terminal.title(), "the failure in the title", LONG_S)
    assert terminal.has_rung()
    terminal.press("j")
    terminal.until_it(lambda _: terminal.title().startswith("bunsui"), "the news seen")
    terminal.press("q")
    terminal.until("left with 0")
    assert "bunsui" not in terminal.title()
