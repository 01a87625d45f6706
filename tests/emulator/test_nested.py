"""A Task that starts another state machine, as AWS runs and records it."""

from __future__ import annotations

import json
import re

import pytest

from bunsui_core.domain.value import Json
from tests.emulator.asking import details
from tests.emulator.embedded import Embedded
from tests.emulator.nesting import FAILS, PASSES, child_of, children, starting


def test_a_waited_for_child_is_an_execution_of_its_own(aws: Embedded, name: str) -> None:
    child = aws.machine(f"{name}-child", PASSES)
    parent = aws.run(aws.machine(name, starting(child)), {"day": 7})

    own = child_of(aws, child)
    assert own.types == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]
    assert own.describe()["input"] == '{"day":7}'
    assert parent.types == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    assert [event["previousEventId"] for event in parent.events] == [0, 0, 2, 3, 4, 5, 6, 7]


def test_the_submitted_event_holds_the_answer_of_the_start(aws: Embedded, name: str) -> None:
    child = aws.machine(f"{name}-child", PASSES)
    parent = aws.run(aws.machine(name, starting(child)), {})

    submitted = details(parent, "TaskSubmitted")
    answer = json.loads(str(submitted["output"]))
    assert (submitted["resourceType"], submitted["resource"]) == ("states", "startExecution.sync:2")
    assert answer["ExecutionArn"] == child_of(aws, child).arn
    assert isinstance(answer["StartDate"], int)
    assert answer["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert answer["SdkResponseMetadata"]["RequestId"]


@pytest.mark.parametrize(("way", "rows"), [(".sync", '{"rows":3}'), (".sync:2", {"rows": 3})])
def test_the_result_is_the_description_of_the_child(
    aws: Embedded, name: str, way: str, rows: Json
) -> None:
    child = aws.machine(f"{name}-child", PASSES)
    parent = aws.run(aws.machine(name, starting(child, way)), {})

    output = json.loads(parent.describe()["output"])
    assert list(output) == sorted(output)
    assert output["Output"] == rows
    assert output["Status"] == "SUCCEEDED"
    assert (output["RedriveCount"], output["RedriveStatus"]) == (0, "NOT_REDRIVABLE")
    assert output["RedriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
    assert output["StopDate"] >= output["StartDate"]


@pytest.mark.parametrize("way", [".sync", ".sync:2"])
def test_a_failed_child_fails_the_task_with_its_description(
    aws: Embedded, name: str, way: str
) -> None:
    child = aws.machine(f"{name}-child", FAILS)
    parent = aws.run(aws.machine(name, starting(child, way)), {"day": 7})

    assert parent.types[-3:] == ["TaskSubmitted", "TaskFailed", "ExecutionFailed"]
    assert details(parent, "TaskFailed")["error"] == "States.TaskFailed"
    said = parent.cause
    assert said.pop("StartDate")
    assert said.pop("StopDate")
    own = child_of(aws, child)
    assert said == {
        "Cause": "there were none",
        "Error": "NoRows",
        "ExecutionArn": own.arn,
        "Input": '{"day":7}',
        "InputDetails": {"Included": True},
        "Name": own.describe()["name"],
        "RedriveCount": 0,
        "RedriveStatus": "REDRIVABLE",
        "StateMachineArn": child,
        "Status": "FAILED",
    }


def test_a_child_that_is_not_waited_for_goes_on_alone(aws: Embedded, name: str) -> None:
    child = aws.machine(f"{name}-child", FAILS)
    parent = aws.run(aws.machine(name, starting(child, "")), {})

    assert parent.status == "SUCCEEDED"
    assert "TaskSubmitted" not in parent.types
    assert child_of(aws, child).ended().status == "FAILED"
    assert json.loads(parent.describe()["output"])["ExecutionArn"] == child_of(aws, child).arn


@pytest.mark.parametrize("way", ["", ".sync", ".sync:2"])
def test_a_name_that_is_taken_is_refused_in_the_words_of_aws(
    aws: Embedded, name: str, way: str
) -> None:
    child = aws.machine(f"{name}-child", PASSES)
    parent = aws.machine(name, starting(child, way, Parameters={"Name": "once"}))
    first = aws.run(parent, {})
    second = aws.run(parent, {})

    taken = f"{child.replace(':stateMachine:', ':execution:')}:once"
    assert first.status == "SUCCEEDED"
    assert second.describe()["error"] == "StepFunctions.ExecutionAlreadyExistsException"
    assert re.fullmatch(
        rf"Execution Already Exists: '{taken}' \(Service: AWSStepFunctions; Status Code: 400; "
        r"Error Code: ExecutionAlreadyExists; Request ID: [-0-9a-f]{36}; Proxy: null\)",
        second.describe()["cause"],
    )


def test_a_machine_that_does_not_exist_is_refused_in_the_words_of_aws(
    aws: Embedded, name: str
) -> None:
    gone = aws.machine(name, PASSES) + "-gone"
    parent = aws.run(aws.machine(f"{name}-parent", starting(gone)), {})

    assert parent.types[-2:] == ["TaskFailed", "ExecutionFailed"]
    assert parent.describe()["error"] == "StepFunctions.StateMachineDoesNotExistException"
    assert parent.describe()["cause"].startswith(f"State Machine Does Not Exist: '{gone}' (Service")


@pytest.mark.parametrize(
    ("given", "received"),
    [(None, "{}"), ('{"day":7}', '{"day":7}'), ("hello", '"hello"'), ([1], "[1]")],
)
def test_the_child_gets_what_the_definition_gives(
    aws: Embedded, name: str, given: Json, received: str
) -> None:
    child = aws.machine(f"{name}-child", PASSES)
    aws.run(aws.machine(name, starting(child, Parameters={"Input.$": "$.given"})), {"given": given})

    assert child_of(aws, child).describe()["input"] == received


def test_the_id_of_the_parent_is_given_only_where_the_definition_gives_it(
    aws: Embedded, name: str
) -> None:
    child = aws.machine(f"{name}-child", PASSES)
    link = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"
    linked = starting(child, Parameters={"Input": {f"{link}.$": "$$.Execution.Id"}})
    aws.run(aws.machine(name, starting(child, Parameters={})), {})
    assert child_of(aws, child).describe()["input"] == "{}"

    parent = aws.run(aws.machine(f"{name}-linked", linked), {})
    inputs = [
        aws.states().describe_execution(executionArn=a)["input"] for a in children(aws, child)
    ]
    assert {link: parent.arn} in [json.loads(text) for text in inputs]
