from __future__ import annotations

import json

import pytest

from bunsui_core.domain.cause import CauseKind, read_cause, request_id_in
from bunsui_core.domain.failure import ContainerTask

REQUEST = "0f1e2d3c-0000-4000-8000-000000000001"
LAMBDA = {
    "errorMessage": "row 7: price is 'n/a'",
    "errorType": "ValueError",
    "requestId": REQUEST,
    "stackTrace": ['  File "/var/task/index.py", line 3'],
}
CHILD = "arn:aws:states:us-east-1:000000000000:execution:child:one"


def test_a_lambda_document_is_read_field_by_field() -> None:
    found = read_cause("ValueError", json.dumps(LAMBDA))

    assert (found.kind, found.message) == (CauseKind.LAMBDA, LAMBDA["errorMessage"])
    assert (found.exception, found.request_id) == ("ValueError", REQUEST)
    assert found.stack == tuple(LAMBDA["stackTrace"])


def test_a_document_cut_at_any_place_is_read_as_far_as_it_goes() -> None:
    text = json.dumps(LAMBDA)
    for end in range(len('{"errorMessage": "'), len(text)):
        found = read_cause("ValueError", text[:end])

        assert found.truncated
        assert str(LAMBDA["errorMessage"]).startswith(found.message)
    assert found.message == LAMBDA["errorMessage"]
    assert found.request_id == REQUEST


def test_a_document_cut_within_an_escape_loses_only_that() -> None:
    assert read_cause("E", '{"errorMessage": "caf\\u00e').message == "caf"
    assert read_cause("E", '{"errorMessage": "a\\').message == "a"


@pytest.mark.parametrize(
    "text",
    ["plain words", "", "{not json", "[1, 2]", '"text"', "{" * 100_000, '{"a": 1}'],
)
def test_what_is_no_known_document_is_its_own_message(text: str) -> None:
    found = read_cause("Boom", text)

    assert (found.kind, found.message, found.exception) == (CauseKind.TEXT, text, "Boom")


def test_a_timed_out_function_tells_its_request_in_the_message() -> None:
    text = json.dumps(
        {"errorMessage": f"2026-03-02T01:14:00Z {REQUEST} Task timed out after 3.00 seconds"}
    )

    assert read_cause("Sandbox.Timedout", text).request_id == REQUEST


def test_a_request_id_that_is_named_wins_over_other_ids() -> None:
    other = "99999999-0000-4000-8000-000000000009"

    assert request_id_in(f"order {other} RequestId: {REQUEST} Error: x") == REQUEST
    assert request_id_in("no id here") == ""


def test_an_ecs_task_tells_reason_and_exit_code_and_no_request() -> None:
    text = json.dumps(
        {
            "TaskArn": f"arn:aws:ecs:us-east-1:000000000000:task/c/{REQUEST}",
            "StopCode": "EssentialContainerExited",
            "StoppedReason": "Essential container in task exited",
            "Containers": [
                {"Name": "sidecar", "ExitCode": 0},
                {"Name": "app", "ExitCode": 137, "Reason": "OutOfMemoryError: killed"},
            ],
        }
    )

    found = read_cause("States.TaskFailed", text)

    assert found.kind is CauseKind.ECS
    assert found.task == ContainerTask(
        arn=f"arn:aws:ecs:us-east-1:000000000000:task/c/{REQUEST}",
        container="app",
        exit_code=137,
        stop_code="EssentialContainerExited",
    )
    assert found.message == (
        "Essential container in task exited; OutOfMemoryError: killed; exit code 137"
    )
    assert found.request_id == ""


def test_a_container_that_never_ran_has_no_exit_code() -> None:
    text = json.dumps(
        {"StopCode": "TaskFailedToStart", "StoppedReason": "no pull", "Containers": [{}]}
    )

    task = read_cause("States.TaskFailed", text).task

    assert task
    assert (task.exit_code, task.stop_code) == (None, "TaskFailedToStart")


def test_a_nested_execution_is_followed_down_to_what_broke() -> None:
    inner = {"ExecutionArn": f"{CHILD}-2", "Error": "ValueError", "Cause": json.dumps(LAMBDA)}
    outer = {"ExecutionArn": CHILD, "Error": "States.TaskFailed", "Cause": json.dumps(inner)}

    found = read_cause("States.TaskFailed", json.dumps(outer))

    assert (found.kind, found.children) == (CauseKind.EXECUTION, (CHILD, f"{CHILD}-2"))
    assert (found.message, found.exception) == (LAMBDA["errorMessage"], "ValueError")
    assert found.request_id == REQUEST


def test_a_nested_execution_cut_in_the_middle_still_tells_its_error() -> None:
    text = json.dumps({"ExecutionArn": CHILD, "Error": "Boom", "Cause": json.dumps(LAMBDA)})

    found = read_cause("States.TaskFailed", text[: text.index("stackTrace")])

    assert found.truncated
    assert (found.exception, found.message) == ("ValueError", LAMBDA["errorMessage"])


def test_documents_nested_without_end_are_given_up() -> None:
    text = "the bottom"
    for _ in range(12):
        text = json.dumps({"ExecutionArn": CHILD, "Error": "Boom", "Cause": text})

    assert read_cause("Boom", text).exception == "Boom"
