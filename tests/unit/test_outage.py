"""While AWS does not answer the log says so once, and once more when it answers again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.failure import Observation
from bunsui_core.log import Troubles
from bunsui_core.watcher import Waits
from bunsui_core.worker import Worker
from tests.builders import a_session, an_attempt
from tests.fakes import Clock, FakeStepFunctions
from tests.unit.desk_kit import Bench
from tests.unit.test_execute import turn
from tests.unit.watching_kit import Watched
from tests.watched import FakeAccount, a_machine


class Away(FakeStepFunctions):
    """A Step Functions that does not answer, in other words for each execution."""

    is_away = True

    def describe(self, execution_arn: str) -> Observation:
        """Raise, naming the execution, or answer."""
        if self.is_away:
            raise Unavailable(f"AWS does not answer about {execution_arn}.", "Try again.")
        return super().describe(execution_arn)


def test_many_sessions_that_cannot_be_read_are_one_trouble(bench: Bench) -> None:
    bench.world = world = Away()
    for name in ("a", "b", "c"):
        world.start("arn:aws:states:ap-northeast-1:1:stateMachine:any", name, "{}")
    for number, arn in enumerate(world.executions):
        running = an_attempt(status="RUNNING", stopped_at=None, output=None, execution_arn=arn)
        session = a_session(id=f"s-{number}", status="RUNNING", stopped_at=None)
        first = session.runs[0].model_copy(update={"attempts": (running,)})
        bench.store.sessions.save(session.model_copy(update={"runs": (first, *session.runs[1:])}))
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))
    worker = Worker(bench.hands(), shelf, "worker-1", Clock(turn().now))

    with capture_logs() as logged:
        for is_away in (True, True, False, False, True):
            world.is_away = is_away
            worker.tick()

    assert [one["event"] for one in logged] == ["not_reached", "reached_again", "not_reached"]


def test_another_machine_that_is_asked_in_vain_is_no_other_trouble() -> None:
    troubles = Troubles("test")

    with capture_logs() as logged:
        troubles.tell("watch_failed", "list", "unavailable", "no answer about a")
        troubles.tell("watch_failed", "list", "unavailable", "no answer about b")
        troubles.tell("watch_failed", "list", "not_authorised", "b is denied")

    assert [one["code"] for one in logged] == ["unavailable", "not_authorised"]


def test_a_turn_in_which_nothing_was_due_ends_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Watched(tmp_path, FakeAccount(a_machine("orders")))
    stop, turns = threading.Event(), ["fails", "idle", "fails", "moves", "idle"]

    def step() -> bool:
        said = turns.pop(0)
        if not turns:
            stop.set()
        if said == "fails":
            raise Unavailable(f"AWS does not answer, {len(turns)}.", "Try again.")
        return said == "moves"

    for name in ("read_once", "listen_once"):
        monkeypatch.setattr(world.watcher, name, lambda: False)
    monkeypatch.setattr(world.watcher, "list_once", step)
    with capture_logs() as logged:
        world.watcher.run(stop, Waits(idle=0.0, blind=0.0))

    assert [one["event"] for one in logged] == ["watch_failed", "watch_goes_on"]
