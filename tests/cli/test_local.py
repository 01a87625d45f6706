"""The embedded AWS from the command line, also when it is killed in the middle."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bunsui_cli.answers import LocalReset, LocalState
from bunsui_cli.exits import ExitCode
from bunsui_core.adapters.local.control.keys import LocalKeys
from bunsui_core.settings import Settings, read_settings
from bunsui_core.wiring.operator import writer
from tests.builders import SESSION_ID
from tests.cli.shell import Done, Terminal, bunsui
from tests.cli.test_schemas import validator
from tests.local_home import light_signers

pytestmark = pytest.mark.slow


@pytest.fixture
def running(stocked: Path) -> Iterator[Path]:
    """The stocked home with its embedded AWS running."""
    try:
        assert state(bunsui(stocked, "local", "up"), "up").running
        yield stocked
    finally:
        bunsui(stocked, "local", "down")


def state(done: Done, verb: str) -> LocalState:
    """What a command said about the embedded AWS."""
    assert done.code == 0, done.stdout + done.stderr
    validator(f"cli.local-{verb}.json").validate(done.document)
    return LocalState.model_validate(done.document["data"])


def status(home: Path) -> LocalState:
    """What `bunsui local status` says."""
    return state(bunsui(home, "local", "status"), "status")


def test_the_embedded_aws_starts_once_and_stops(running: Path) -> None:
    first = status(running)
    again = state(bunsui(running, "local", "up"), "up")
    stopped = state(bunsui(running, "local", "down"), "down")

    assert first.url.startswith("http://127.0.0.1:")
    assert again == first
    assert not stopped.running
    assert not status(running).running


def test_a_killed_embedded_aws_loses_nothing_and_starts_again(running: Path) -> None:
    pid = status(running).pid
    assert pid
    os.kill(pid, signal.SIGKILL)

    asked = bunsui(running, "recovery", "propose", SESSION_ID)

    assert asked.code == 6
    assert "bunsui local" in str(asked.error["next"])
    assert "Traceback" not in asked.stderr
    assert bunsui(running, "sessions", "show", SESSION_ID).code == 0
    assert state(bunsui(running, "local", "up"), "up").running


def reset(done: Done) -> LocalReset:
    """What a reset said."""
    assert done.code == 0, done.stdout + done.stderr
    validator("cli.local-reset.json").validate(done.document)
    return LocalReset.model_validate(done.document["data"])


def test_a_reset_says_what_in_the_store_refers_to_executions_that_are_gone(running: Path) -> None:
    before = status(running)

    said = reset(bunsui(running, "local", "reset", "--yes"))

    assert (said.running, said.url) == (True, before.url)
    assert (said.sessions, said.waiting_requests, said.store_removed) == (3, 2, False)
    assert status(running).pid != before.pid
    assert bunsui(running, "sessions", "show", SESSION_ID).code == 0


def test_a_reset_of_the_store_too_leaves_the_home_as_new(stocked: Path) -> None:
    said = reset(bunsui(stocked, "local", "reset", "--yes", "--store"))

    assert (said.running, said.store_removed, said.sessions) == (False, True, 3)
    assert [entry.name for entry in stocked.iterdir() if entry.name != "local"] == []


def test_a_reset_leaves_the_record_of_a_persons_decisions(stocked: Path) -> None:
    settings = Settings(home=stocked)
    keys = LocalKeys(writer(settings), light_signers(settings.keys_path))
    keys.create("ann", "correct horse", demo=False, now=datetime.now(UTC))

    done = bunsui(stocked, "local", "reset", "--yes", "--store")

    assert done.code == ExitCode.REFUSED
    assert "approvers of its own" in str(done.error["message"])
    assert bunsui(stocked, "sessions", "show", SESSION_ID).code == 0


def test_a_reset_without_a_terminal_needs_to_be_told_yes(stocked: Path) -> None:
    done = bunsui(stocked, "local", "reset", "--store", stdin="reset\n")

    assert done.code == ExitCode.NOT_AUTHORISED
    assert "--yes" in str(done.error["next"])
    assert bunsui(stocked, "sessions", "show", SESSION_ID).code == 0


@pytest.mark.parametrize(
    ("typed", "code", "kept"), [("yes", ExitCode.REFUSED, True), ("reset", 0, False)]
)
def test_a_person_is_asked_before_a_reset(stocked: Path, typed: str, code: int, kept: bool) -> None:
    terminal = Terminal(stocked, ["local", "reset", "--store"])
    terminal.expect("3 sessions")
    terminal.expect("Type reset to go on: ")

    terminal.type(typed)

    assert terminal.end().code == code
    assert Settings(home=stocked).store_path.exists() is kept


def test_a_reset_never_touches_what_another_environment_remembers(stocked: Path) -> None:
    (stocked / "bunsui.toml").write_text(
        '[environments.shop]\naccount = "123456789012"\nregion = "eu-west-1"\nread_profile = "p"\n',
        encoding="utf-8",
    )
    shop = read_settings({"BUNSUI_HOME": str(stocked), "BUNSUI_ENVIRONMENT": "shop"})
    writer(shop)

    done = bunsui(stocked, "-e", "shop", "local", "reset", "--yes", "--store")

    assert done.code == 0
    assert "embedded AWS of this home; shop has no part in it" in done.stderr
    assert shop.store_path.exists()
    assert not Settings(home=stocked).store_path.exists()
