"""A list that is watched is drawn anew for a person and written when it changed for a program."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bunsui_cli.answers import WorkerStopped
from bunsui_cli.envelope import Answer
from bunsui_cli.exits import ExitCode
from bunsui_cli.watching import keep_showing, looks
from bunsui_core.domain.errors import BunsuiError, StoreDamaged, Unavailable
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import store
from tests.builders import a_session
from tests.cli.shell import Terminal, environment


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


def finding(*found: str | BunsuiError) -> Iterator[str]:
    """Look as often as there is something to find."""
    stop, left = threading.Event(), list(found)

    def look() -> str:
        one = left.pop(0)
        if not left:
            stop.set()
        if isinstance(one, BunsuiError):
            raise one
        return one

    return looks(look, stop, every=0)


def test_a_look_in_vain_is_told_once_and_the_next_one_shows_again(
    capfd: pytest.CaptureFixture[str],
) -> None:
    silent = Unavailable("AWS does not answer.", "Check the network.")

    assert list(finding("a", silent, silent, "b", silent, "c")) == ["a", "b", "c"]

    said = "not renewed: AWS does not answer. Trying again.\nIt answers again.\n"
    assert capfd.readouterr().err == said * 2


@pytest.mark.parametrize(
    "found",
    [
        (Unavailable("there is no store yet.", ""), "a"),
        ("a", StoreDamaged("it is damaged.", ""), "b"),
    ],
)
def test_what_trying_again_cannot_mend_ends_it(found: tuple[str | BunsuiError, ...]) -> None:
    with pytest.raises(BunsuiError):
        list(finding(*found))


def test_a_reader_who_leaves_ends_it_without_a_word(stocked: Path) -> None:
    command = [sys.executable, "-m", "bunsui_cli", "sessions", "list", "--watch"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(stocked), text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        touch(stocked)
        assert process.wait(30) == ExitCode.OK
        assert process.stderr.read() == ""


def touch(home: Path) -> None:
    """Change what the list shows."""
    settings = Settings(home=home)
    store(settings, writer(settings)).sessions.save(a_session(id="s-new"))
