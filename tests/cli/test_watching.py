"""A list that is watched is drawn anew for a person and written when it changed for a program."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from bunsui_cli.answers import WorkerStopped
from bunsui_cli.envelope import Answer
from bunsui_cli.exits import ExitCode
from bunsui_cli.watching import keep_showing
from tests.cli.shell import Terminal


def test_a_program_gets_a_line_for_each_change_and_none_without(
    capfd: pytest.CaptureFixture[str],
) -> None:
    stop, words = threading.Event(), ["a", "a", "b"]

    def look() -> Answer:
        word = words.pop(0)
        if not words:
            stop.set()
        return Answer("worker", WorkerStopped(signal=word))

    keep_showing(look, True, stop, every=0)

    lines = capfd.readouterr().out.splitlines()
    assert [json.loads(line)["data"]["signal"] for line in lines] == ["a", "b"]


def test_a_person_sees_the_list_until_ctrl_c(stocked: Path) -> None:
    terminal = Terminal(stocked, ["sessions", "list", "--watch"], size=(24, 160))
    terminal.expect("Ctrl-C stops.")

    terminal.press("\x03")

    assert terminal.end().code == ExitCode.INTERRUPTED
    assert "s-2" in terminal.seen
