"""What AWS has forgotten is seen in the archive, and no archived history is read from AWS again."""

from __future__ import annotations

import dataclasses
import threading

import pytest

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf, archive_closed, recall
from bunsui_core.app.explain import explain
from bunsui_core.app.recalled import Recalled, remembering
from bunsui_core.app.timeline import timeline
from bunsui_core.app.world import expectation
from bunsui_core.domain.archived import FORGOTTEN
from bunsui_core.domain.errors import NotAuthorised, NotFound, StoreDamaged, Unavailable
from bunsui_core.domain.failure import Definition, HistoryEvent, LogLine, Observation
from bunsui_core.domain.session import JobRun, JobStatus
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Archived
from bunsui_core.worker import Worker
from tests.builders import NOW, a_failed_attempt, a_session, an_attempt, execution, later
from tests.fakes import Clock, FakeStepFunctions, SilentLogs
from tests.unit.desk_kit import Bench
from tests.unit.histories import START, failed, observed, task
from tests.unit.seen import World
from tests.unit.test_nested import BROKEN, CHILD, JOB, Below, nesting
from tests.unit.test_reading_jobs import Memory, MemoryArchive, MemoryBlobs

GONE = NotFound("it is gone.", "Look at the archive.")


class Counted(World):
    """One closed execution that AWS may refuse to tell of; counts how often it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.refusal: Exception | None = None
        self.histories = 0
        self.observation = observed(stopped_at=later(seconds=9))

    def describe(self, execution_arn: str) -> Observation:
        if self.refusal:
            raise self.refusal
        return super().describe(execution_arn)

    def history(self, execution_arn: str) -> tuple[HistoryEvent, ...]:
        self.histories += 1
        if self.refusal:
            raise self.refusal
        return super().history(execution_arn)


class Kept:
    """A failed session and what was archived of it."""

    def __init__(self, world: World) -> None:
        self.memory = Memory()
        self.shelf = Shelf(archive=MemoryArchive(self.memory), blobs=MemoryBlobs(self.memory))
        archive_closed(a_session(), self.shelf, world.seeing, NOW)
        self.executions = Recalled(world, self.shelf.archive, self.shelf.blobs)


def test_the_history_of_an_archived_execution_is_read_from_aws_once() -> None:
    world = Counted()
    kept = Kept(world)

    for _ in range(3):
        assert kept.executions.history(JOB) == world.events

    assert world.histories == 1


def test_what_is_over_and_was_not_archived_is_read_from_aws_once_until_it_is_redriven() -> None:
    world = Counted()
    world.events = (START, *task(2, 0, "Load", "Boom"), failed(5, 4))
    executions = Recalled(world, MemoryArchive(Memory()), MemoryBlobs(Memory()))

    for _ in range(3):
        assert executions.history(JOB) == world.events
    assert world.histories == 1

    world.observation = observed(redrive_count=1, stopped_at=later(seconds=9))
    executions.history(JOB)
    assert world.histories == 2


def test_what_still_runs_is_read_each_time() -> None:
    world = Counted()
    world.events = (START,)
    executions = Recalled(world, MemoryArchive(Memory()), MemoryBlobs(Memory()))

    for _ in range(3):
        executions.history(JOB)

    assert world.histories == 3


def test_an_execution_that_was_redriven_since_is_read_from_aws() -> None:
    world = Counted()
    kept = Kept(world)
    world.observation = observed(JobStatus.RUNNING, redrive_count=1)

    kept.executions.history(JOB)

    assert world.histories == 2


def test_what_aws_has_forgotten_is_as_it_was_and_beyond_a_redrive() -> None:
    world = Counted()
    kept = Kept(world)
    archived, events = world.observation, world.events
    world.refusal = GONE

    found = kept.executions.describe(JOB)

    assert (found.redrive_status, found.redrive_status_reason) == ("NOT_REDRIVABLE", FORGOTTEN)
    assert (
        found.model_copy(update={"redrive_status": archived.redrive_status}).model_copy(
            update={"redrive_status_reason": archived.redrive_status_reason}
        )
        == archived
    )
    assert kept.executions.history(JOB) == events
    assert kept.executions.definition(JOB).revision == "rev-1"


def test_what_was_never_archived_and_is_forgotten_is_not_found() -> None:
    world = Counted()
    kept = Kept(world)
    world.refusal = GONE

    with pytest.raises(NotFound):
        kept.executions.describe(execution("load"))


def test_an_outage_is_not_taken_for_forgetting() -> None:
    world = Counted()
    kept = Kept(world)
    world.refusal = Unavailable("AWS does not answer.", "Try again.")

    with pytest.raises(Unavailable):
        kept.executions.describe(JOB)


def test_a_damaged_archive_is_passed_over_while_aws_knows_and_said_when_it_does_not() -> None:
    world = Counted()
    kept = Kept(world)
    (name,) = kept.memory.blobs
    kept.memory.blobs[name] = b"no archive"

    assert kept.executions.history(JOB) == world.events

    world.refusal = GONE
    with pytest.raises(StoreDamaged):
        kept.executions.describe(JOB)


def test_executions_below_are_archived_too_each_read_once() -> None:
    world = Below({JOB: nesting("Convert", CHILD), CHILD: BROKEN})
    world.written = (LogLine(at=NOW, text="row 7"),)
    kept = Kept(world)
    world.seen, world.refusal = {}, GONE

    assert kept.executions.history(CHILD) == BROKEN
    below = recall(CHILD, 0, kept.shelf)
    assert below is not None
    assert (below.logs, below.left_out) == (world.written, 0)
    assert [entry.session_id for entry in kept.memory.entries] == [a_session().id] * 2


def test_an_execution_below_that_cannot_be_read_is_counted_and_spoils_nothing() -> None:
    world = Below({JOB: nesting("Convert", CHILD)})

    kept = Kept(world)

    found = recall(JOB, 0, kept.shelf)
    assert found is not None
    assert found.left_out == 1
    assert [entry.execution_arn for entry in kept.memory.entries] == [JOB]


def test_one_execution_that_is_forgotten_keeps_no_other_from_the_archive() -> None:
    world = Below({JOB: BROKEN})
    session = a_session()
    lost = (
        session.runs[0]
        .attempts[0]
        .model_copy(update={"number": 0, "execution_arn": execution("lost")})
    )
    run = session.runs[0].model_copy(update={"attempts": (lost, *session.runs[0].attempts)})
    memory = Memory()
    shelf = Shelf(archive=MemoryArchive(memory), blobs=MemoryBlobs(memory))

    with pytest.raises(NotFound):
        archive_closed(
            session.model_copy(update={"runs": (run, *session.runs[1:])}),
            dataclasses.replace(shelf),
            world.seeing,
            NOW,
        )

    assert [entry.execution_arn for entry in memory.entries] == [JOB]


class Counting(FakeStepFunctions):
    """A Step Functions that counts how often each history is read."""

    def __init__(self, world: FakeStepFunctions) -> None:
        super().__init__()
        self.executions = world.executions
        self.read: list[str] = []

    def history(self, execution_arn: str) -> tuple[HistoryEvent, ...]:
        self.read.append(execution_arn)
        return super().history(execution_arn)


def test_a_failure_is_explained_archived_and_recovered_from_one_reading(bench: Bench) -> None:
    world = Counting(bench.world)
    seeing = remembering(Seeing(world, SilentLogs(), bench.inventory), bench.store)
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))

    explain(bench.session, bench.store, seeing, shelf, NOW)
    expectation(bench.session, "extract", seeing)
    timeline(bench.session, "extract", bench.store, seeing.executions)

    assert bench.store.diagnoses.get(bench.session.id, "extract")
    assert world.read == [JOB]


def test_a_failure_that_cannot_be_archived_is_explained_all_the_same(bench: Bench) -> None:
    class Guarded(Counting):
        def definition(self, execution_arn: str) -> Definition:
            raise NotAuthorised("you may not.", "Ask for it.")

    seeing = Seeing(Guarded(bench.world), SilentLogs(), bench.inventory)
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))

    with pytest.raises(NotAuthorised):
        explain(bench.session, bench.store, seeing, shelf, NOW)

    assert bench.store.diagnoses.get(bench.session.id, "extract")
    assert shelf.archive.newest(JOB) is None


def test_what_a_worker_died_before_archiving_the_next_one_archives(bench: Bench) -> None:
    arn = execution("extract", session_id="s-done")
    bench.world.add_failed(arn, "{}")
    tried = a_failed_attempt(execution_arn=arn), an_attempt(number=2, execution_arn="")
    runs = (JobRun(job="extract", attempts=tried),)
    bench.store.sessions.save(a_session(id="s-done", status="SUCCEEDED", runs=runs))
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))
    stop = threading.Event()

    class Once(Worker):
        def tick(self) -> bool:
            stop.set()
            return False

    Once(bench.hands(), shelf, "worker-2", Clock()).run(stop)

    assert recall(arn, 0, shelf)


def test_a_store_is_asked_once_about_what_was_archived_and_explained(bench: Bench) -> None:
    class Asked(LocalArchive):
        asked = 0

        def get(self, execution_arn: str, redrive_count: int) -> Archived | None:
            self.asked += 1
            return super().get(execution_arn, redrive_count)

    seeing = Seeing(bench.world, SilentLogs(), bench.inventory)
    archive = Asked(bench.connection)
    shelf = Shelf(archive, FileBlobs(bench.settings.blobs_path))
    explain(bench.session, bench.store, seeing, shelf, NOW)
    explain(bench.session, bench.store, seeing, shelf, NOW)
    before = archive.asked

    for _ in range(9):
        explain(bench.session, bench.store, seeing, shelf, NOW)

    assert archive.asked == before
