from __future__ import annotations

import json

import pytest

from bunsui_core.domain.history import read_failure
from bunsui_core.domain.session import JobStatus
from tests.builders import later
from tests.unit.histories import FUNCTION, START, event, failed, failure_of, observed, task


@pytest.mark.parametrize("status", [JobStatus.SUCCEEDED, JobStatus.RUNNING])
def test_an_execution_that_did_not_fail_has_no_failure(status: JobStatus) -> None:
    events = (START, *task(2, 0, "Load", "Boom"))

    assert read_failure("extract", observed(status), events) is None


def test_a_failed_task_tells_state_function_request_and_input() -> None:
    cause = json.dumps(
        {
            "errorMessage": "bad row",
            "errorType": "RowError",
            "requestId": "0F1E2D3C-0000-4000-8000-000000000001",
            "stackTrace": ["File a.py"],
        }
    )

    found = failure_of(START, *task(2, 0, "Load", "RowError", cause), failed(5, 4))

    assert found.state_path == ("Load",)
    assert (found.failed_state, found.state_type, found.event_id) == ("Load", "Task", 4)
    assert (found.message, found.exception, found.resource) == ("bad row", "RowError", FUNCTION)
    assert found.request_id == "0f1e2d3c-0000-4000-8000-000000000001"
    assert found.state_input == '{"day": 1}'
    assert (found.entered_at, found.failed_at) == (later(seconds=2), later(seconds=5))


def test_evidence_cites_the_entry_the_failure_the_end_and_the_execution() -> None:
    found = failure_of(START, *task(2, 0, "Load", "Boom", "it broke"), failed(5, 4))

    assert [evidence.id for evidence in found.evidence] == ["E2", "E4", "E5", "X1"]
    assert "REDRIVABLE" in found.evidence[-1].text


def test_an_interleaved_branch_does_not_lend_its_states_to_the_failing_one() -> None:
    found = failure_of(
        START,
        event(2, 0, "ParallelStateEntered", name="Both"),
        event(3, 2, "ParallelStateStarted"),
        *task(4, 3, "Left", "Boom"),
        event(7, 3, "TaskStateEntered", name="Right"),
        event(8, 7, "LambdaFunctionScheduled", resource="other"),
        event(9, 6, "ParallelStateFailed"),
        failed(10, 9),
    )

    assert found.state_path == ("Both", "Left")
    assert found.resource == FUNCTION


def test_a_map_tells_which_iteration_failed() -> None:
    found = failure_of(
        START,
        event(2, 0, "MapStateEntered", name="Each"),
        event(3, 2, "MapStateStarted", length=9),
        event(4, 3, "MapIterationStarted", name="Each", index=0),
        event(5, 3, "MapIterationStarted", name="Each", index=4),
        event(6, 4, "TaskStateEntered", name="Load"),
        *task(7, 5, "Load", "Boom"),
        event(10, 9, "MapIterationFailed", name="Each", index=4),
        event(11, 9, "MapStateFailed"),
        failed(12, 11),
    )

    assert found.state_path == ("Each[4]", "Load")


def test_a_retried_container_with_a_container_inside_keeps_its_own_name() -> None:
    found = failure_of(
        START,
        event(2, 0, "ParallelStateEntered", name="Outer"),
        event(3, 2, "ParallelStateStarted"),
        event(4, 3, "ParallelStateEntered", name="Inner"),
        event(5, 4, "ParallelStateStarted"),
        event(6, 5, "FailStateEntered", name="Stop"),
        event(7, 6, "ParallelStateFailed"),
        event(8, 7, "ParallelStateStarted"),
        event(9, 8, "ParallelStateEntered", name="Inner"),
        event(10, 9, "ParallelStateStarted"),
        event(11, 10, "FailStateEntered", name="Stop"),
        event(12, 11, "ParallelStateFailed"),
        event(13, 12, "ParallelStateFailed"),
        failed(14, 13),
    )

    assert found.state_path == ("Outer", "Inner", "Stop")


def test_a_retried_container_that_fails_elsewhere_forgets_its_first_attempt() -> None:
    found = failure_of(
        START,
        event(2, 0, "ParallelStateEntered", name="Both"),
        event(3, 2, "ParallelStateStarted"),
        *task(4, 3, "Left", "Boom"),
        event(7, 6, "ParallelStateStarted"),
        *task(8, 7, "Right", "Boom"),
        event(11, 10, "ParallelStateFailed"),
        failed(12, 11),
    )

    assert found.state_path == ("Both", "Right")


def test_a_retry_of_the_outer_container_leaves_the_inner_one_that_failed() -> None:
    found = failure_of(
        START,
        event(2, 0, "ParallelStateEntered", name="Outer"),
        event(3, 2, "ParallelStateStarted"),
        event(4, 3, "ParallelStateEntered", name="Inner"),
        event(5, 4, "ParallelStateStarted"),
        *task(6, 5, "Deep", "Boom"),
        event(9, 8, "ParallelStateFailed"),
        event(10, 9, "ParallelStateStarted"),
        *task(11, 10, "Beside", "Boom"),
        event(14, 13, "ParallelStateFailed"),
        failed(15, 14),
    )

    assert found.state_path == ("Outer", "Beside")


def test_a_retried_map_that_fails_itself_is_in_no_iteration() -> None:
    found = failure_of(
        START,
        event(2, 0, "ParallelStateEntered", name="Both"),
        event(3, 2, "ParallelStateStarted"),
        event(4, 3, "MapStateEntered", name="Each"),
        event(5, 4, "MapStateStarted"),
        event(6, 5, "MapIterationStarted", name="Each", index=1),
        *task(7, 6, "Load", "Boom"),
        event(10, 9, "MapStateStarted"),
        event(11, 10, "MapRunFailed", error="States.ItemReaderFailed"),
        event(12, 11, "MapStateFailed"),
        event(13, 12, "ParallelStateFailed"),
        failed(14, 13),
    )

    assert found.state_path == ("Both", "Each")


def test_states_that_were_left_are_not_on_the_path() -> None:
    found = failure_of(
        START,
        event(2, 0, "MapStateEntered", name="Each"),
        event(3, 2, "MapStateStarted"),
        event(4, 3, "MapIterationStarted", name="Each", index=0),
        event(5, 4, "PassStateEntered", name="Inside"),
        event(6, 5, "PassStateExited", name="Inside"),
        event(7, 6, "MapStateExited", name="Each"),
        *task(8, 7, "Load", "Boom"),
        failed(11, 10),
    )

    assert found.state_path == ("Load",)


def test_a_failed_evaluation_names_its_state_though_it_points_before_it() -> None:
    said = {"error": "States.QueryEvaluationError", "cause": "no such variable"}
    found = failure_of(
        START,
        event(2, 0, "TaskStateEntered", name="First"),
        event(3, 2, "LambdaFunctionScheduled", resource=FUNCTION),
        event(4, 3, "TaskStateExited", name="First"),
        event(5, 4, "PassStateEntered", name="Second"),
        event(6, 4, "EvaluationFailed", name="Second", **said),
        failed(7, 6, said["error"], said["cause"]),
    )

    assert (found.state_path, found.event_id) == (("Second",), 6)
    assert found.resource == ""


def test_a_failed_evaluation_in_one_of_many_iterations_is_told_by_its_neighbour() -> None:
    found = failure_of(
        START,
        event(2, 0, "MapStateEntered", name="Each"),
        event(3, 2, "MapStateStarted"),
        event(4, 3, "MapIterationStarted", name="Each", index=0),
        event(5, 3, "MapIterationStarted", name="Each", index=1),
        event(6, 4, "PassStateEntered", name="Shape"),
        event(7, 5, "PassStateEntered", name="Shape"),
        event(8, 4, "EvaluationFailed", name="Shape", error="States.QueryEvaluationError"),
        event(9, 8, "MapStateFailed"),
        failed(10, 9),
    )

    assert found.state_path == ("Each[0]", "Shape")


def test_a_runtime_error_is_found_through_the_event_its_cause_names() -> None:
    cause = "An error occurred while executing the state 'Wait' (entered at the event id #4). No."
    found = failure_of(
        START,
        event(2, 0, "ParallelStateEntered", name="Both"),
        event(3, 2, "ParallelStateStarted"),
        event(4, 3, "WaitStateEntered", name="Wait"),
        event(5, 3, "PassStateEntered", name="Other"),
        failed(6, 3, "States.Runtime", cause),
    )

    assert (found.state_path, found.event_id) == (("Both", "Wait"), 6)


def test_a_cause_that_only_pretends_to_be_a_runtime_error_leads_nowhere() -> None:
    cause = "An error occurred while executing the state 'Innocent' (entered at the event id #2)."
    found = failure_of(
        START,
        event(2, 0, "PassStateEntered", name="Innocent"),
        event(3, 2, "PassStateExited", name="Innocent"),
        *task(4, 3, "Load", "CustomError", cause),
        failed(7, 6, "CustomError", cause),
    )

    assert found.state_path == ("Load",)
