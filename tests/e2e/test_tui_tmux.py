"""The terminal UI in a real terminal on the real demo: recovered by keyboard alone."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bunsui_core.adapters.emulator.launcher import down
from bunsui_core.wiring.stage import PASSPHRASE
from tests.e2e.tmux import Tmux

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed"),
]

STAGE_S = 300.0
"""Seconds for the embedded AWS, the failures and the scripted agent on a busy machine."""

RECOVERY_S = 120.0


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Tmux]:
    home = tmp_path / "home"
    command = [sys.executable, "-m", "bunsui_cli", "demo"]
    opened = Tmux(tmp_path, command, {"BUNSUI_HOME": str(home), "LC_ALL": "C.UTF-8"})
    yield opened
    opened.close()
    down(home)


def test_a_failed_session_is_recovered_by_keyboard_alone(terminal: Tmux) -> None:
    terminal.until("Enter opens it now", STAGE_S)
    terminal.press("Enter")
    terminal.until("3 waiting")
    terminal.press("2")
    terminal.until("ASKS")
    select(terminal, "with corrected input")
    terminal.press("Enter")
    review = terminal.until("Approve: a")
    approve(terminal, review)
    terminal.until("approved; the worker executes it")
    recovered = terminal.until("SUCCEEDED", RECOVERY_S)
    assert re.search(r"✓ orders/\S+ +SUCCEEDED", recovered)
    terminal.press("q")
    terminal.until("left with 0")


def select(terminal: Tmux, wanted: str) -> None:
    """Move down the list until the pane beside it says what is wanted."""
    for _ in range(3):
        asks = next(line for line in terminal.until("ASKS").splitlines() if "ASKS" in line)
        if wanted in asks:
            return
        terminal.press("Down")
        terminal.until_it(partial(lacks, asks), "another request")
    raise AssertionError(f"no request {wanted!r}\n{terminal.text()}")


def lacks(unwanted: str, text: str) -> bool:
    """Whether a text does not contain another."""
    return unwanted not in text


def approve(terminal: Tmux, review: str) -> None:
    """Type the code that the review shows, a wrong passphrase, then the right one."""
    code = re.search(r"then type (\w+), then your passphrase", review)
    assert code
    terminal.press("a")
    terminal.until("(high risk)")
    terminal.type(code[1])
    terminal.until("Approve: passphrase")
    terminal.type("not this one")
    terminal.until("the passphrase does not open this key")
    terminal.until("Approve: passphrase")
    terminal.type(PASSPHRASE)
