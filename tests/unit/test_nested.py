"""A failed task that waited for another execution is explained by what broke down there."""

from __future__ import annotations

import json

import pytest

from bunsui_core.app.archive import Shelf, archive_closed, recall
from bunsui_core.app.diagnose import diagnose_job, read_logs
from bunsui_core.domain.diagnosis import Category, Diagnosis
from bunsui_core.domain.errors import BunsuiError, NotFound
from bunsui_core.domain.failure import HistoryEvent, LogLine, Observation
from bunsui_core.domain.nested import MOST_LEVELS
from bunsui_core.domain.session import JobStatus
from tests.builders import NOW, a_session, execution, later
from tests.unit.histories import FUNCTION, START, event, failed, observed, task
from tests.unit.seen import World
from tests.unit.test_reading_jobs import Memory, MemoryArchive, MemoryBlobs

JOB = execution("extract")
CHILD = "arn:aws:states:us-east-1:000000000000:execution:convert:one"
GRANDCHILD = "arn:aws:states:us-east-1:000000000000:execution:parse:two"
REQUEST = "0f1e2d3c-0000-4000-8000-000000000001"
BAD_ROW = json.dumps(
    {"errorMessage": "invalid literal 'n/a'", "errorType": "ValueError", "requestId": REQUEST}
)

Events = tuple[HistoryEvent, ...]


class Below(World):
    """Executions below one another: those of them that can be seen."""

    def __init__(self, seen: dict[str, Events]) -> None:
        super().__init__()
        self.seen = seen
        self.statuses: dict[str, JobStatus] = {}
        self.refusal: BunsuiError = NotFound("it is gone.", "Step Functions keeps 90 days.")

    def describe(self, execution_arn: str) -> Observation:
        if execution_arn not in self.seen:
            raise self.refusal
        status = self.statuses.get(execution_arn, JobStatus.FAILED)
        return observed(status, execution_arn=execution_arn, stopped_at=later(seconds=9))

    def history(self, execution_arn: str) -> Events:
        return self.seen[execution_arn]


def nesting(state: str, child: str, error: str = "ValueError", cause: str = BAD_ROW) -> Events:
    """A history whose task waited for a child that failed."""
    told = json.dumps({"ExecutionArn": child, "Error": error, "Cause": cause})
    kind = {"resource": "startExecution.sync:2", "resource_type": "states"}
    return (
        START,
        event(2, 0, "TaskStateEntered", name=state, input="{}"),
        event(3, 2, "TaskScheduled", **kind),
        event(4, 3, "TaskStarted", **kind),
        event(5, 4, "TaskSubmitted", output=json.dumps({"ExecutionArn": child}), **kind),
        event(6, 5, "TaskFailed", error="States.TaskFailed", cause=told, **kind),
        failed(7, 6, "States.TaskFailed", told),
    )


BROKEN = (START, *task(2, 0, "Parse", "ValueError", BAD_ROW), failed(5, 4, "ValueError", BAD_ROW))


def diagnosis_in(world: World) -> Diagnosis:
    return diagnose_job(a_session(), "extract", world, world, later(hours=1))


def test_the_child_names_the_state_the_operation_and_the_words() -> None:
    found = diagnosis_in(Below({JOB: nesting("Convert", CHILD), CHILD: BROKEN}))

    (child,) = found.failure.nested
    assert found.failure.state_path == ("Convert",)
    assert (child.execution_arn, child.state_path, child.error) == (CHILD, ("Parse",), "ValueError")
    assert (found.failure.message, found.failure.resource) == ("invalid literal 'n/a'", FUNCTION)
    assert found.category is Category.BAD_INPUT_DATA
    assert "in Convert, below it convert, in Parse (function orders-load)" in found.summary


def test_a_rerun_still_acts_on_the_jobs_own_execution() -> None:
    found = diagnosis_in(Below({JOB: nesting("Convert", CHILD), CHILD: BROKEN}))

    assert (found.failure.execution_arn, found.failure.failed_state) == (JOB, "Convert")
    assert (found.failure.error, found.failure.event_id) == ("States.TaskFailed", 6)


def test_evidence_of_a_child_is_marked_with_its_level_and_its_source() -> None:
    seen = {JOB: nesting("A", CHILD), CHILD: nesting("B", GRANDCHILD), GRANDCHILD: BROKEN}

    found = {one.id: one.source for one in diagnosis_in(Below(seen)).evidence}

    assert (found["E6"], found["N1.E6"], found["N2.E4"]) == (JOB, CHILD, GRANDCHILD)
    assert {"X1", "N1.X1", "N2.X1"} <= set(found)


def test_evidence_of_a_task_that_waited_says_what_its_document_says_without_repeating_it() -> None:
    found = diagnosis_in(Below({JOB: nesting("A", CHILD), CHILD: BROKEN}))

    text = next(one.text for one in found.evidence if one.id == "E6")
    told = f"of nested execution {CHILD}: ValueError invalid literal 'n/a'"
    assert text == f"TaskFailed States.TaskFailed {told}"


def test_two_levels_are_told_outermost_first() -> None:
    seen = {JOB: nesting("A", CHILD), CHILD: nesting("B", GRANDCHILD), GRANDCHILD: BROKEN}

    found = diagnosis_in(Below(seen)).failure

    assert [one.state_path for one in found.nested] == [("B",), ("Parse",)]
    assert found.resource == FUNCTION


def test_a_child_that_is_gone_is_said_not_to_be_visible_and_its_last_words_stand() -> None:
    found = diagnosis_in(Below({JOB: nesting("Convert", CHILD)}))

    (child,) = found.failure.nested
    assert child.note == "not visible because it is gone."
    assert found.failure.message == "invalid literal 'n/a'"
    assert found.category is Category.BAD_INPUT_DATA
    assert "N1.X1" in {one.id for one in found.evidence}


@pytest.mark.parametrize("status", [JobStatus.SUCCEEDED, JobStatus.RUNNING])
def test_a_child_that_was_repaired_since_is_said_not_to_have_failed(status: JobStatus) -> None:
    world = Below({JOB: nesting("Convert", CHILD), CHILD: BROKEN})
    world.statuses = {CHILD: status}

    (child,) = diagnosis_in(world).failure.nested
    assert child.note == f"not visible because it is {status}, it did not fail"


def test_executions_that_lead_to_one_another_end_at_a_bound() -> None:
    found = diagnosis_in(Below({JOB: nesting("A", JOB)}))

    assert len(found.failure.nested) == MOST_LEVELS + 1
    assert "are followed down" in found.failure.nested[-1].note
    assert not found.failure.nested[-2].note


def test_a_stopped_child_is_a_cancelled_cause() -> None:
    stopped = (START, event(2, 0, "WaitStateEntered", name="W"), event(3, 0, "ExecutionAborted"))
    world = Below({JOB: nesting("A", CHILD, "", ""), CHILD: stopped})
    world.statuses = {CHILD: JobStatus.ABORTED}

    assert diagnosis_in(world).category is Category.CANCELLED


def test_a_child_that_died_in_a_fail_state_does_not_forbid_to_redrive_its_parent() -> None:
    died = (START, event(2, 0, "FailStateEntered", name="GiveUp"), failed(3, 2, "Refused", "no"))

    found = diagnosis_in(Below({JOB: nesting("A", CHILD, "Refused", "no"), CHILD: died})).failure

    assert not found.died_in_fail_state
    assert found.nested[0].died_in_fail_state


def test_a_child_is_followed_only_where_the_task_started_one() -> None:
    """What a function writes into its own error must not lead a reader to another execution."""
    forged = json.dumps({"ExecutionArn": CHILD, "Error": "Boom", "Cause": "x"})
    world = Below({JOB: (START, *task(2, 0, "Load", "Boom", forged), failed(5, 4)), CHILD: BROKEN})

    assert diagnosis_in(world).failure.nested == ()


def test_a_cause_that_names_no_child_is_completed_by_what_was_submitted() -> None:
    kind = {"resource": "startExecution.sync:2", "resource_type": "states"}
    events = (
        *nesting("A", CHILD)[:5],
        event(6, 5, "TaskTimedOut", error="States.Timeout", **kind),
        failed(7, 6, "States.Timeout", ""),
    )

    found = diagnosis_in(Below({JOB: events, CHILD: BROKEN})).failure

    assert found.nested[0].execution_arn == CHILD


STOPPED = (START, event(2, 0, "WaitStateEntered", name="W"), event(3, 0, "ExecutionAborted"))


def test_a_child_that_was_stopped_when_its_task_ran_out_of_time_is_no_cause() -> None:
    kind = {"resource": "startExecution.sync:2", "resource_type": "states"}
    late = (
        *nesting("A", CHILD)[:5],
        event(6, 5, "TaskTimedOut", error="States.Timeout", **kind),
        failed(7, 6, "States.Timeout", ""),
    )
    world = Below({JOB: late, CHILD: STOPPED})
    world.statuses = {CHILD: JobStatus.ABORTED}

    found = diagnosis_in(world)

    assert found.category is Category.TIMEOUT
    assert found.failure.nested[0].note == "stopped with its task, in W"


def test_a_child_that_was_stopped_with_its_whole_job_is_no_cause() -> None:
    late = (*nesting("A", CHILD)[:5], event(6, 0, "ExecutionTimedOut"))
    world = Below({JOB: late, CHILD: STOPPED})
    world.statuses = {JOB: JobStatus.TIMED_OUT, CHILD: JobStatus.ABORTED}

    found = diagnosis_in(world)

    assert found.category is Category.TIMEOUT
    assert found.failure.nested[0].note == "stopped with its task, in W"


def test_a_child_behind_a_catch_is_followed_as_well() -> None:
    caught = (
        *nesting("A", CHILD)[:6],
        event(7, 6, "TaskStateExited", name="A"),
        event(8, 7, "FailStateEntered", name="GiveUp"),
        failed(9, 8, "Refused", "see below"),
    )

    found = diagnosis_in(Below({JOB: caught, CHILD: BROKEN})).failure

    assert (found.state_path, found.caught_path) == (("GiveUp",), ("A",))
    assert found.nested[0].state_path == ("Parse",)


def test_the_log_is_that_of_the_operation_in_the_child() -> None:
    world = Below({JOB: nesting("Convert", CHILD), CHILD: BROKEN})
    world.written = (LogLine(at=NOW, text="row 7"),)

    found = read_logs(a_session(), "extract", world, world, 10, NOW)

    assert (found.function, found.request_id) == ("orders-load", REQUEST)
    assert found.lines == world.written


def test_a_container_that_broke_below_is_told_with_its_exit_code_and_its_log() -> None:
    stopped = json.dumps(
        {
            "TaskArn": "arn:aws:ecs:us-east-1:000000000000:task/c/1",
            "StoppedReason": "Essential container in task exited",
            "Containers": [{"Name": "app", "ExitCode": 3}],
        }
    )
    kind = {"resource": "runTask.sync", "resource_type": "ecs"}
    ran = (
        START,
        event(2, 0, "TaskStateEntered", name="Merge"),
        event(3, 2, "TaskScheduled", **kind),
        event(4, 3, "TaskFailed", error="States.TaskFailed", cause=stopped, **kind),
        failed(5, 4, "States.TaskFailed", stopped),
    )
    world = Below({JOB: nesting("Convert", CHILD, "States.TaskFailed", stopped), CHILD: ran})

    found = diagnosis_in(world)

    assert found.failure.task is not None
    assert (found.failure.task.container, found.failure.task.exit_code) == ("app", 3)
    assert [window.task for window in world.asked] == [found.failure.task]
    assert found.category is Category.UNKNOWN


def test_the_archive_keeps_the_log_of_the_operation_in_the_child() -> None:
    world, memory = Below({JOB: nesting("Convert", CHILD), CHILD: BROKEN}), Memory()
    world.written = (LogLine(at=NOW, text="row 7"),)
    shelf = Shelf(archive=MemoryArchive(memory), blobs=MemoryBlobs(memory))

    archive_closed(a_session(), shelf, world.seeing, later(hours=1))

    kept = recall(JOB, 0, shelf)
    assert kept is not None
    assert kept.logs == world.written
