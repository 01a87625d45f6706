"""What a worker does on its own."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf
from bunsui_core.app.execute import execute
from bunsui_core.app.lease import LEASE
from bunsui_core.domain.approval import EffectState
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.failure import HistoryEvent, Observation
from bunsui_core.domain.session import JobRun
from bunsui_core.ports.control import Started
from bunsui_core.worker import AT_ONCE, QUEUE, REQUESTS, Pauses, Worker
from tests.builders import a_pipeline, a_session, an_attempt, later
from tests.fakes import Clock, Crash, CrashPoint, FakeStepFunctions
from tests.unit.desk_kit import Bench
from tests.unit.test_execute import dying, turn

PATIENCE = 10.0
"""Longest that threads wait for one another; they need milliseconds."""


def test_an_unfinished_request_is_finished_however_many_came_after_it(bench: Bench) -> None:
    request = bench.submit()
    bench.decide(request)
    with pytest.raises(Crash):
        execute(request, dying(bench.hands(), CrashPoint(2, after=True)), turn())
    for number in range(REQUESTS):
        bench.submit(request_id=f"later-{number}", created_at=later(seconds=1))
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))
    clock = Clock(turn().now + LEASE + timedelta(seconds=1))

    Worker(bench.hands(), shelf, "worker-2", clock).tick()

    effect = bench.store.requests.effect(request.id)
    assert effect
    assert effect.state is EffectState.DONE
    assert bench.world.effects == [f"redrive {request.id}-1"]


class Meeting(FakeStepFunctions):
    """A Step Functions that starts nothing until several ask for it at once."""

    def __init__(self, parties: int, stop: threading.Event) -> None:
        super().__init__()
        self._together = threading.Barrier(parties)
        self._stop = stop

    def start(self, machine: str, name: str, text: str) -> Started:
        """Start when everybody is here."""
        self._together.wait(PATIENCE)
        self._stop.set()
        return super().start(machine, name, text)


def test_sessions_are_brought_forward_at_the_same_time(bench: Bench) -> None:
    stop = threading.Event()
    bench.world = Meeting(AT_ONCE, stop)
    names = {f"s-{number}" for number in range(AT_ONCE)}
    runs = tuple(JobRun(job=job) for job in a_pipeline().order)
    for name in names:
        bench.store.sessions.save(a_session(id=name, runs=runs, status="RUNNING", stopped_at=None))
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))

    Worker(bench.hands(), shelf, "worker-1", Clock(turn().now)).run(stop)

    first = [bench.store.sessions.get(name).runs[0] for name in names]
    assert all(run.attempts and run.attempts[0].execution_arn for run in first)


class Forgetting(FakeStepFunctions):
    """A Step Functions that has forgotten every execution; it counts how often it was asked."""

    def __init__(self, enough: int, stop: threading.Event) -> None:
        super().__init__()
        self._left = enough
        self._stop = stop

    def describe(self, execution_arn: str) -> Observation:
        """Raise: it is forgotten."""
        self._left -= 1
        if not self._left:
            self._stop.set()
        raise NotFound(f"{execution_arn} is forgotten.", "Look at the archive.")


def test_a_trouble_that_lasts_over_many_rounds_is_logged_once(bench: Bench) -> None:
    stop = threading.Event()
    bench.world = Forgetting(5, stop)
    attempt = an_attempt("extract", status="RUNNING", stopped_at=None, output=None)
    runs = (JobRun(job="extract", attempts=(attempt,)), *a_session().runs[1:])
    bench.store.sessions.save(a_session(id="s-1", runs=runs, status="RUNNING", stopped_at=None))
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))
    with capture_logs() as logged:
        worker = Worker(bench.hands(), shelf, "worker-1", Clock(turn().now))
        worker.run(stop, Pauses(busy=0.0, idle=0.0, blind=0.0))

    assert [one["subject"] for one in logged if one["event"] == "not_advanced"] == ["s-1"]


class Garbled(FakeStepFunctions):
    """A Step Functions whose histories nobody understands."""

    def history(self, execution_arn: str) -> tuple[HistoryEvent, ...]:
        """Raise what nobody expected."""
        raise LookupError(execution_arn)


def test_a_failure_that_cannot_be_explained_keeps_no_request_waiting(bench: Bench) -> None:
    """A new worker first explains what an earlier one left unexplained."""
    stop = threading.Event()
    failed = bench.session.runs[0].attempts[0]
    bench.world = Garbled()
    bench.world.add_failed(failed.execution_arn, failed.input)
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))
    rounds = iter(range(20))

    class Counted(Worker):
        def tick(self) -> bool:
            if next(rounds) == 3:
                stop.set()
            return super().tick()

    with capture_logs() as logged:
        Counted(bench.hands(), shelf, "worker-1", Clock(turn().now)).run(
            stop, Pauses(busy=0.0, idle=0.0, blind=0.0)
        )

    assert next(rounds) == 4
    assert [one["event"] for one in logged] == ["round_broken"]


@pytest.mark.slow
def test_what_was_approved_behind_a_thousand_that_wait_is_executed(bench: Bench) -> None:
    bench.decide(bench.submit(request_id="r-oldest"))
    for number in range(QUEUE - 1):
        bench.submit(request_id=f"later-{number}", created_at=later(seconds=1))
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))

    Worker(bench.hands(), shelf, "worker-1", Clock(later(minutes=2))).tick()

    assert bench.world.effects == ["redrive r-oldest-1"]
