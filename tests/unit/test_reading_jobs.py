from __future__ import annotations

from datetime import datetime

import pytest

from bunsui_core.app.archive import Shelf, archive_closed, recall
from bunsui_core.app.diagnose import diagnose_job, read_logs
from bunsui_core.domain.answer import OperationLogs
from bunsui_core.domain.errors import NotFound, Refused, Unavailable
from bunsui_core.domain.failure import LogLine
from bunsui_core.domain.session import JobRun, JobStatus
from bunsui_core.ports.store import Archived
from tests.builders import NOW, a_failed_attempt, a_session, execution, later
from tests.unit.histories import FUNCTION, event, observed
from tests.unit.seen import World

REQUEST = "0f1e2d3c-0000-4000-8000-000000000001"
LINES = tuple(LogLine(at=NOW, text=f"line {n}") for n in range(1, 4))


class Memory:
    """Blobs and archive records in memory."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.entries: list[Archived] = []

    def put_blob(self, content: bytes) -> str:
        self.blobs[str(len(self.blobs))] = content
        return str(len(self.blobs) - 1)


class MemoryBlobs:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def put(self, content: bytes) -> str:
        return self._memory.put_blob(content)

    def get(self, sha256: str) -> bytes:
        return self._memory.blobs[sha256]

    def drop(self, sha256: str) -> None:
        self._memory.blobs.pop(sha256, None)


class MemoryArchive:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def put(self, entry: Archived) -> None:
        self._memory.entries.append(entry)

    def get(self, execution_arn: str, redrive_count: int) -> Archived | None:
        wanted = (execution_arn, redrive_count)
        found = (e for e in self._memory.entries if (e.execution_arn, e.redrive_count) == wanted)
        return next(found, None)

    def newest(self, execution_arn: str) -> Archived | None:
        found = [e for e in self._memory.entries if e.execution_arn == execution_arn]
        return max(found, key=lambda entry: entry.redrive_count, default=None)

    def older(
        self, than: datetime, limit: int, behind: Archived | None = None
    ) -> tuple[Archived, ...]:
        old = sorted((e for e in self._memory.entries if e.at < than), key=lambda entry: entry.at)
        first = old.index(behind) + 1 if behind else 0
        return tuple(old[first : first + limit])

    def drop(self, entry: Archived) -> None:
        self._memory.entries.remove(entry)


def logs_of(world: World, limit: int = 100, job: str = "extract") -> OperationLogs:
    return read_logs(a_session(), job, world, world, limit, NOW)


def test_a_diagnosis_is_about_the_newest_attempt_as_aws_reports_it() -> None:
    world = World()
    world.observation = observed(redrive_count=2)
    attempts = (a_failed_attempt(), a_failed_attempt(number=2, execution_arn=execution("x", 2)))
    session = a_session(runs=(JobRun(job="extract", attempts=attempts),))

    found = diagnose_job(session, "extract", world, world, later(hours=1))

    assert (found.attempt, found.redrive_count) == (2, 2)
    assert found.failure.execution_arn == execution("x", 2)
    assert found.failure.state_path == ("Load",)


def test_a_job_that_did_not_fail_has_no_diagnosis() -> None:
    world = World()
    world.observation = observed(JobStatus.SUCCEEDED)

    with pytest.raises(Refused, match="SUCCEEDED"):
        diagnose_job(a_session(), "extract", world, world, NOW)


@pytest.mark.parametrize("job", ["transform", "unknown"])
def test_a_job_without_an_execution_is_not_found(job: str) -> None:
    world = World()

    with pytest.raises(NotFound, match=job):
        diagnose_job(a_session(), job, world, world, NOW)


def test_a_diagnosis_carries_the_lines_of_the_operation() -> None:
    world = World()
    world.written = LINES

    found = diagnose_job(a_session(), "extract", world, world, NOW)

    assert found.logs == LINES
    assert [e.id for e in found.evidence if e.id.startswith("L")] == ["L1", "L2", "L3"]


def test_logs_that_cannot_be_read_are_a_note_and_the_diagnosis_stands() -> None:
    world = World()
    world.broken = Unavailable("AWS does not answer.", "Try again.")

    found = diagnose_job(a_session(), "extract", world, world, NOW)

    assert found.logs == ()
    assert "AWS does not answer" in found.logs_note


def test_logs_are_read_of_the_functions_request_around_the_time_of_the_state() -> None:
    world = World()
    world.events = (
        *world.events[:3],
        event(4, 3, "LambdaFunctionFailed", error="E", cause=f"RequestId: {REQUEST} Error: x"),
        event(5, 4, "ExecutionFailed", error="E"),
    )
    world.written = LINES

    found = logs_of(world)

    assert (found.function, found.request_id, found.note) == ("orders-load", REQUEST, "")
    assert found.lines == LINES
    assert world.asked[0].start == later(seconds=1)
    assert world.asked[0].end == later(seconds=35)


def test_more_lines_than_asked_for_are_cut_and_said() -> None:
    world = World()
    world.written = LINES

    cut, whole = logs_of(world, limit=2), logs_of(world, limit=3)

    assert (cut.lines, cut.truncated) == (LINES[:2], True)
    assert "there are more" in cut.note
    assert (whole.lines, whole.truncated) == (LINES, False)


def test_lines_without_a_request_id_are_said_to_be_of_the_whole_function() -> None:
    world = World()
    world.written = LINES

    assert "no request id" in logs_of(world).note


def test_no_line_at_all_is_said() -> None:
    assert "no line" in logs_of(World()).note


def test_an_operation_of_another_service_has_a_note_instead_of_lines() -> None:
    world = World()
    world.events = (
        world.events[0],
        event(2, 0, "TaskStateEntered", name="Job"),
        event(3, 2, "TaskScheduled", resource="startJobRun.sync", resource_type="glue"),
        event(4, 3, "TaskFailed", error="Glue.Failed"),
        event(5, 4, "ExecutionFailed", error="Glue.Failed"),
    )

    found = logs_of(world)

    assert (found.lines, found.function) == ((), "")
    assert "glue:startJobRun.sync" in found.note


def test_a_job_that_succeeded_shows_the_log_of_its_last_operation() -> None:
    world = World()
    world.observation = observed(JobStatus.SUCCEEDED)
    world.events = (
        event(1, 0, "ExecutionStarted"),
        event(2, 0, "TaskStateEntered", name="Load"),
        event(3, 2, "LambdaFunctionScheduled", resource=FUNCTION),
        event(4, 3, "LambdaFunctionSucceeded"),
        event(5, 4, "ExecutionSucceeded"),
    )
    world.written = LINES

    found = logs_of(world)

    assert (found.function, found.lines) == ("orders-load", LINES)
    assert (world.asked[0].start, world.asked[0].end) == (later(seconds=2), later(seconds=6))


def test_a_closed_execution_is_archived_whole_and_once() -> None:
    world, memory = World(), Memory()
    world.written = LINES
    shelf = Shelf(archive=MemoryArchive(memory), blobs=MemoryBlobs(memory))
    session = a_session()

    archive_closed(session, shelf, world.seeing, later(hours=1))
    archive_closed(session, shelf, world.seeing, later(hours=2))

    found = recall(execution("extract"), 0, shelf)
    assert found is not None
    assert (found.history, found.logs) == (world.events, LINES)
    assert found.definition.revision == "rev-1"
    assert (len(memory.entries), world.reads) == (1, 1)
    assert memory.entries[0].at == later(hours=1)


def test_an_archive_does_not_depend_on_when_it_is_made() -> None:
    world, memory = World(), Memory()
    for _ in range(2):
        shelf = Shelf(archive=MemoryArchive(Memory()), blobs=MemoryBlobs(memory))
        archive_closed(a_session(), shelf, world.seeing, NOW)

    assert memory.blobs["0"] == memory.blobs["1"]


def test_what_was_seen_of_a_closed_execution_is_not_asked_for_again() -> None:
    memory, world, forgetful = Memory(), World(), World()
    shelf = Shelf(archive=MemoryArchive(memory), blobs=MemoryBlobs(memory))
    seen = world.observation
    forgetful.observation = observed(JobStatus.RUNNING)

    archive_closed(a_session(), shelf, forgetful.seeing, NOW)
    archive_closed(a_session(), shelf, forgetful.seeing, NOW, (seen,))

    found = recall(execution("extract"), 0, shelf)
    assert found is not None
    assert (found.execution, len(memory.entries)) == (seen, 1)


def test_what_still_runs_or_runs_again_is_not_archived() -> None:
    memory = Memory()
    shelf = Shelf(archive=MemoryArchive(memory), blobs=MemoryBlobs(memory))
    running = a_failed_attempt(status="RUNNING", stopped_at=None)
    world = World()
    world.observation = observed(JobStatus.RUNNING, redrive_count=1)
    archive_closed(
        a_session(runs=(JobRun(job="extract", attempts=(running,)),)), shelf, world.seeing, NOW
    )
    archive_closed(a_session(), shelf, world.seeing, NOW)

    assert memory.entries == []


def test_an_execution_that_was_redriven_and_closed_meanwhile_waits_for_its_own_turn() -> None:
    memory = Memory()
    shelf = Shelf(archive=MemoryArchive(memory), blobs=MemoryBlobs(memory))
    world = World()
    world.observation = observed(redrive_count=1, stopped_at=later(seconds=9))

    archive_closed(a_session(), shelf, world.seeing, NOW)

    assert memory.entries == []


def test_what_was_never_archived_is_not_recalled() -> None:
    memory = Memory()
    shelf = Shelf(archive=MemoryArchive(memory), blobs=MemoryBlobs(memory))

    assert recall(execution("extract"), 0, shelf) is None
