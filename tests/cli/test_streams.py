"""stdout carries one document for a program, a table for a person, and never anything else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.builders import REQUEST_ID, SESSION_ID
from tests.cli.shell import Shell, Terminal, bunsui
from tests.cli.test_schemas import validator

READS = [
    ("sessions", "list"),
    ("sessions", "list", "--status", "failed"),
    ("sessions", "show", SESSION_ID),
    ("failures", "analyze", SESSION_ID),
    ("approvals", "list"),
    ("approvals", "show", REQUEST_ID),
    ("approvers", "list"),
    ("local", "status"),
]


@pytest.mark.parametrize("command", READS, ids=" ".join)
def test_a_pipe_gets_one_document_and_nothing_else(stocked: Path, command: tuple[str, ...]) -> None:
    done = bunsui(stocked, *command)

    assert done.code == 0, done.stdout
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    validator(f"cli.{command[0]}-{command[1]}.json").validate(done.document)


@pytest.mark.parametrize("command", READS, ids=" ".join)
def test_a_terminal_gets_a_table_that_fits(stocked: Path, command: tuple[str, ...]) -> None:
    done = Terminal(stocked, command, size=(24, 80), env={"NO_COLOR": "1"}).end()

    assert done.code == 0, done.stdout
    assert "\x1b" not in done.stdout
    assert not done.stdout.startswith("{")
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_terminal_gets_the_document_when_it_asks_for_it(stocked: Path) -> None:
    done = Terminal(stocked, ["sessions", "list", "--json"]).end()

    assert json.loads(done.stdout)["ok"] is True


def test_colours_are_for_terminals_that_want_them(stocked: Path) -> None:
    assert "\x1b[" in Terminal(stocked, ["sessions", "list"]).end().stdout


def test_a_terminal_that_knows_ascii_only_still_gets_its_table(stocked: Path) -> None:
    env = {"PYTHONIOENCODING": "ascii", "NO_COLOR": "1"}
    done = Terminal(stocked, ["sessions", "list"], env=env).end()

    assert done.code == 0
    assert done.stdout.isascii()


def test_a_reader_that_leaves_early_is_no_error(stocked: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    terminal = Terminal(stocked, ["sessions", "list"], stdout=write)
    os.close(write)
    done = terminal.end()

    assert done.code == 0
    assert done.stdout == ""


def test_pages_meet_without_a_gap(shell: Shell) -> None:
    seen: list[str] = []
    cursor: list[str] = []
    while True:
        document = shell("sessions", "list", "--limit", "2", *cursor).document
        data = document["data"]
        assert isinstance(data, dict)
        items = data["items"]
        assert isinstance(items, list)
        seen += [str(one["session_id"]) for one in items if isinstance(one, dict)]
        if not document["next_cursor"]:
            break
        cursor = ["--cursor", str(document["next_cursor"])]

    assert seen == [SESSION_ID, "s-2", "s-3"]


def test_help_is_text_and_names_every_noun(shell: Shell) -> None:
    done = shell("--help")

    assert done.code == 0
    assert all(noun in done.stdout for noun in ("demo", "sessions", "approvals", "mcp", "worker"))


def test_bunsui_alone_shows_its_help(shell: Shell) -> None:
    assert shell().stdout == shell("--help").stdout


def test_a_process_of_its_own_writes_the_same_document(shell: Shell) -> None:
    inside = shell("approvals", "list")
    outside = bunsui(shell.home, "approvals", "list")

    assert outside.stderr == ""
    assert outside.document["data"] == inside.document["data"]
