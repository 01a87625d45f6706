"""The embedded AWS from the command line, also when it is killed in the middle."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bunsui_cli.answers import LocalState
from tests.builders import SESSION_ID
from tests.cli.shell import Done, bunsui
from tests.cli.test_schemas import validator


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
