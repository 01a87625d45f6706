from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bunsui_core.domain.history import read_failure
from bunsui_core.domain.session import JobStatus
from tests.unit.histories import FUNCTION, START, event, failed, failure_of, observed, task


def test_a_fail_state_behind_a_catch_shows_the_error_that_was_caught() -> None:
    found = failure_of(
        START,
        *task(2, 0, "Load", "RowError", '{"errorMessage": "bad row", "errorType": "RowError"}'),
        event(5, 4, "TaskStateExited", name="Load"),
        event(6, 5, "FailStateEntered", name="GiveUp"),
        failed(7, 6, "OrderRefused", "see the log"),
    )

    assert found.died_in_fail_state
    assert (found.failed_state, found.error, found.cause) == (
        "GiveUp",
        "OrderRefused",
        "see the log",
    )
    assert (found.message, found.exception, found.event_id) == ("bad row", "RowError", 4)
    assert found.resource == FUNCTION


def test_a_fail_state_behind_a_choice_cites_the_choice_and_claims_no_other_cause() -> None:
    found = failure_of(
        START,
        *task(2, 0, "Load", "RowError"),
        event(5, 4, "TaskStateExited", name="Load"),
        event(6, 5, "ChoiceStateEntered", name="Enough?"),
        event(7, 6, "ChoiceStateExited", name="Enough?"),
        event(8, 7, "FailStateEntered", name="TooFew"),
        failed(9, 8, "TooFewRows", "3 rows"),
    )

    assert (found.exception, found.message, found.event_id) == ("TooFewRows", "3 rows", 8)
    assert {"E4", "E7"} <= {evidence.id for evidence in found.evidence}


def test_a_stopped_execution_broke_in_the_state_that_was_open() -> None:
    found = failure_of(
        START,
        event(2, 0, "PassStateEntered", name="First"),
        event(3, 2, "PassStateExited", name="First"),
        event(4, 3, "WaitStateEntered", name="Wait"),
        event(5, 0, "ExecutionAborted"),
        status=JobStatus.ABORTED,
    )

    assert (found.state_path, found.event_id) == (("Wait",), 5)


def test_a_redriven_task_is_still_in_the_state_it_failed_in() -> None:
    found = failure_of(
        START,
        *task(2, 0, "Load", "Boom"),
        failed(5, 4),
        event(6, 5, "ExecutionRedriven"),
        event(7, 6, "LambdaFunctionScheduled", resource=FUNCTION),
        event(8, 7, "LambdaFunctionFailed", error="Boom again"),
        failed(9, 8, "Boom again"),
    )

    assert (found.state_path, found.event_id, found.error) == (("Load",), 8, "Boom again")


def test_a_redriven_parallel_that_is_entered_again_is_named_once() -> None:
    found = failure_of(
        START,
        event(2, 0, "ParallelStateEntered", name="Both"),
        event(3, 2, "ParallelStateStarted"),
        *task(4, 3, "Left", "Boom"),
        event(7, 6, "ParallelStateFailed"),
        failed(8, 7),
        event(9, 8, "ExecutionRedriven"),
        event(10, 9, "ParallelStateEntered", name="Both"),
        event(11, 10, "ParallelStateStarted"),
        *task(12, 11, "Left", "Boom"),
        event(15, 14, "ParallelStateFailed"),
        failed(16, 15),
    )

    assert found.state_path == ("Both", "Left")


def test_a_branch_that_a_redrive_schedules_again_is_still_in_its_container() -> None:
    found = failure_of(
        START,
        event(2, 0, "ParallelStateEntered", name="Both"),
        event(3, 2, "ParallelStateStarted"),
        *task(4, 3, "Left", "Boom"),
        event(7, 6, "ParallelStateFailed"),
        failed(8, 7),
        event(9, 8, "ExecutionRedriven"),
        event(10, 9, "LambdaFunctionScheduled", resource=FUNCTION),
        event(11, 10, "LambdaFunctionFailed", error="Boom"),
        event(12, 11, "ParallelStateFailed"),
        failed(13, 12),
    )

    assert found.state_path == ("Both", "Left")


def test_a_failure_whose_history_is_not_there_yet_rests_on_the_execution() -> None:
    found = read_failure("extract", observed(error="Boom", cause="it broke"), ())

    assert found is not None
    assert (found.state_path, found.message, found.error) == ((), "it broke", "Boom")
    assert [evidence.id for evidence in found.evidence] == ["X1"]


def test_an_invoked_function_is_named_as_the_call_named_it() -> None:
    parameters = '{"FunctionName": "orders-load", "Payload": {}}'
    found = failure_of(
        START,
        event(2, 0, "TaskStateEntered", name="Load"),
        event(
            3,
            2,
            "TaskScheduled",
            resource="invoke",
            resource_type="lambda",
            parameters=parameters,
        ),
        event(4, 3, "TaskFailed", error="Boom", resource="invoke", resource_type="lambda"),
        failed(5, 4),
    )

    assert found.resource == "orders-load"


KINDS = (
    "TaskStateEntered",
    "TaskStateExited",
    "MapStateEntered",
    "MapStateStarted",
    "MapIterationStarted",
    "MapStateFailed",
    "ParallelStateEntered",
    "ParallelStateStarted",
    "ParallelStateFailed",
    "FailStateEntered",
    "ChoiceStateExited",
    "EvaluationFailed",
    "LambdaFunctionScheduled",
    "LambdaFunctionFailed",
    "ExecutionRedriven",
    "ExecutionFailed",
    "ExecutionAborted",
    "NotInventedYet",
)
RUNTIME = "the state 'A' (entered at the event id #2)"


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(KINDS),
            st.integers(0, 12),
            st.sampled_from(["A", "B", ""]),
            st.sampled_from(["", RUNTIME]),
        ),
        max_size=12,
    )
)
def test_no_history_however_odd_breaks_the_reader(rows: list[tuple[str, int, str, str]]) -> None:
    events = tuple(
        event(number, previous, kind, name=name, error="States.Runtime", cause=cause)
        for number, (kind, previous, name, cause) in enumerate(rows, start=1)
    )

    found = read_failure("extract", observed(), events)

    assert found is not None
    assert len(found.state_path) <= len(events)


def test_a_history_as_long_as_they_get_is_read_in_a_moment() -> None:
    rows = [START, event(2, 0, "MapStateEntered", name="Each"), event(3, 2, "MapStateStarted")]
    for index in range(6_000):
        first = 4 + index * 4
        rows.append(event(first, 3, "MapIterationStarted", name="Each", index=index))
        rows += task(first + 1, first, "Load", "Boom")
    end = len(rows) + 1
    rows += [event(end, end - 1, "MapStateFailed"), failed(end + 1, end)]

    assert failure_of(*rows).state_path == ("Each[5999]", "Load")


def test_events_that_point_in_a_circle_end() -> None:
    circle = (event(1, 1, "ParallelStateFailed"), event(2, 3, "MapStateFailed"))
    found = read_failure(
        "extract", observed(), (*circle, event(3, 2, "MapStateFailed"), failed(4, 3))
    )

    assert found is not None


def test_a_fail_state_behind_a_caught_container_shows_what_broke_inside() -> None:
    found = failure_of(
        START,
        event(2, 0, "ParallelStateEntered", name="Both"),
        event(3, 2, "ParallelStateStarted"),
        *task(4, 3, "Left", "RowError", "bad row"),
        event(7, 6, "ParallelStateFailed"),
        event(8, 7, "ParallelStateExited", name="Both"),
        event(9, 8, "FailStateEntered", name="GiveUp"),
        failed(10, 9, "", ""),
    )

    assert (found.state_path, found.event_id) == (("GiveUp",), 6)
    assert (found.exception, found.message, found.error) == ("RowError", "bad row", "RowError")


def test_an_error_without_a_cause_is_its_own_message() -> None:
    found = failure_of(START, *task(2, 0, "Load", "States.Timeout"), failed(5, 4, "", ""))

    assert (found.error, found.cause, found.message) == ("States.Timeout", "", "States.Timeout")


def test_a_runtime_error_that_names_another_state_than_the_event_is_not_followed() -> None:
    cause = "while executing the state 'Other' (entered at the event id #2)."
    found = failure_of(
        START,
        event(2, 0, "PassStateEntered", name="First"),
        event(3, 2, "PassStateExited", name="First"),
        event(4, 3, "PassStateEntered", name="Second"),
        failed(5, 4, "States.Runtime", cause),
    )

    assert found.state_path == ("Second",)


def test_a_failed_evaluation_without_a_neighbour_is_in_the_newest_entry_of_its_state() -> None:
    found = failure_of(
        START,
        event(2, 0, "TaskStateEntered", name="Load"),
        event(3, 2, "LambdaFunctionScheduled", resource=FUNCTION),
        event(4, 3, "LambdaFunctionSucceeded"),
        event(5, 4, "EvaluationFailed", name="Load", error="States.QueryEvaluationError"),
        failed(6, 5, "States.QueryEvaluationError", ""),
    )

    assert (found.state_path, found.resource) == (("Load",), FUNCTION)


def test_the_state_that_lets_in_led_to_no_fail_state() -> None:
    found = failure_of(
        START,
        event(2, 0, "ChoiceStateEntered", name="BunsuiEntry"),
        event(3, 2, "ChoiceStateExited", name="BunsuiEntry"),
        event(4, 3, "FailStateEntered", name="Give up"),
        failed(5, 4),
    )

    assert found.died_in_fail_state
    assert [evidence.id for evidence in found.evidence] == ["E4", "E5", "X1"]
