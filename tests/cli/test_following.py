"""`bunsui sessions logs --follow` shows lines as they come and ends when the session did."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bunsui_cli.exits import ExitCode
from bunsui_cli.following import NO_WORKER, keep_following
from bunsui_cli.views.following import paint
from bunsui_core.desk.agent import AgentDesk, Nature
from bunsui_core.domain.session import JobRun, JobStatus
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import store
from tests.builders import SESSION_ID, a_session, an_attempt, later
from tests.cli.answers import some_logs
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_refused
from tests.cli.test_schemas import validator
from tests.unit.histories import failed, observed
from tests.unit.test_following import RUNNING, Writing


@pytest.fixture
def follow(tmp_path: Path) -> Callable[[Writing], None]:
    """Follows a session in a world whose job fails while it is followed."""
    settings = Settings(home=tmp_path)
    kept = store(settings, writer(settings))
    attempt = an_attempt(status="RUNNING", stopped_at=None, output=None)
    runs = (JobRun(job="extract", attempts=(attempt,)), JobRun(job="transform"))
    kept.sessions.save(a_session(runs=runs, status="RUNNING", stopped_at=None))

    def following(world: Writing) -> None:
        clock = Hours(world)
        desk = AgentDesk(kept, world.seeing, "human:reader", Nature(clock, str, str))
        keep_following(desk, SESSION_ID, "", True, every=0)

    return following


class Hours:
    """A clock that goes on by a second whenever it is read; after a minute the job has failed."""

    def __init__(self, world: Writing) -> None:
        self.now = later(seconds=5)
        self._world = world

    def __call__(self) -> datetime:
        """Return the next second."""
        self.now += timedelta(seconds=1)
        if self.now == later(seconds=60):
            self._world.events = (*RUNNING, failed(5, 4))
            self._world.observation = observed(stopped_at=later(seconds=5))
        return self.now


def test_a_program_gets_a_document_for_new_lines_and_the_end_is_told(
    follow: Callable[[Writing], None], capfd: pytest.CaptureFixture[str]
) -> None:
    world = Writing(*RUNNING)
    world.observation = observed(JobStatus.RUNNING)
    world.write("first", later(seconds=5))
    world.write("second", later(seconds=20))

    follow(world)

    said = capfd.readouterr()
    documents = [json.loads(line) for line in said.out.splitlines()]
    for one in documents:
        validator("cli.sessions-logs.json").validate(one)
    lines = [line["text"] for one in documents for line in one["data"]["lines"]]
    assert lines == ["first", "second"]
    assert said.err.splitlines() == [NO_WORKER, f"session {SESSION_ID} is FAILED."]


def test_of_a_session_that_is_over_follow_shows_what_logs_shows(shell: Shell) -> None:
    alike = shell("sessions", "logs", SESSION_ID), shell("sessions", "logs", SESSION_ID, "-f")

    assert alike[0] == alike[1]


@pytest.mark.parametrize("more", [(), ("--job", "nope")])
def test_what_cannot_be_followed_is_refused_as_without_following(
    shell: Shell, more: tuple[str, ...]
) -> None:
    session = SESSION_ID if more else "nope"

    assert_refused(shell("sessions", "logs", session, "-f", *more), ExitCode.NOT_FOUND, "nope")


def test_what_an_operation_is_called_and_writes_cannot_act_on_the_terminal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    hostile = "\x1b]2;owned\x07 \u202e"
    part = some_logs(hostile).model_copy(update={"operation": hostile, "note": hostile})

    heading = paint(part, "")
    paint(part, heading)

    said = capfd.readouterr().out
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert said.count("──") == 1
