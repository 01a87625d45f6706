"""A Task that starts another state machine, as AWS runs and records it."""

from __future__ import annotations

import json
import re

import pytest

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution, until
from tests.emulator.queues import Queue

WAITS: Json = {
    "StartAt": "Callback",
    "States": {
        "Callback": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl.$": "$.queue", "MessageBody.$": "$$.Task.Token"},
            "End": True,
        }
    },
}
FAILS: Json = {
    "StartAt": "Refuse",
    "States": {"Refuse": {"Type": "Fail", "Error": "NoRows", "Cause": "there were none"}},
}
PASSES: Json = {
    "StartAt": "Count",
    "States": {"Count": {"Type": "Pass", "Result": {"rows": 3}, "End": True}},
}


def starting(child: str, way: str = ".sync:2", **more: Json) -> dict[str, Json]:
    """A machine whose only Task starts another one."""
    given = more.pop("Parameters", {"Input.$": "$"})
    assert isinstance(given, dict)
    return {
        "StartAt": "Child",
        "States": {
            "Child": {
                "Type": "Task",
                "Resource": f"arn:aws:states:::states:startExecution{way}",
                "Parameters": {"StateMachineArn": child, **given},
                "End": True,
                **more,
            }
        },
    }


def children(aws: Embedded, machine: str) -> list[str]:
    """The ARNs of the executions of a machine."""
    listed = aws.states().list_executions(stateMachineArn=machine)["executions"]
    return [execution["executionArn"] for execution in listed]


def child_of(aws: Embedded, machine: str) -> Execution:
    """The only execution of a machine, once it is there."""
    until(lambda: children(aws, machine))
    (arn,) = children(aws, machine)
    return Execution(aws.states(), arn)


def started(aws: Embedded, machine: str, given: Json) -> Execution:
    """An execution that may not end."""
    client = aws.states()
    answer = client.start_execution(stateMachineArn=machine, input=json.dumps(given))
    return Execution(client, answer["executionArn"])


def details(execution: Execution, event: str) -> dict[str, Json]:
    """The details of the first event of a type."""
    found = next(one for one in execution.events if one["type"] == event)
    key = f"{event[0].lower()}{event[1:]}EventDetails"
    told = dict(found)[key]
    assert isinstance(told, dict)
    return told


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


def test_a_stopped_parent_stops_its_child(aws: Embedded, name: str) -> None:
    queue = Queue(aws, name).url
    child = aws.machine(f"{name}-child", WAITS)
    parent = started(aws, aws.machine(name, starting(child)), {"queue": queue})
    own = child_of(aws, child)

    aws.states().stop_execution(executionArn=parent.arn)
    told = own.ended().describe()

    assert parent.status == "ABORTED"
    assert told["status"] == "ABORTED"
    assert told.get("error") is None
    assert told["cause"] == (
        f"The Task state in AWS Step Functions execution [{parent.arn}] "
        "which was managing this resource was aborted"
    )
    assert own.types[-1] == "ExecutionAborted"
    assert own.events[-1]["previousEventId"] == 0
    assert parent.types[-2:] == ["TaskSubmitted", "ExecutionAborted"]


def test_a_task_that_times_out_stops_its_child(aws: Embedded, name: str) -> None:
    queue = Queue(aws, name).url
    child = aws.machine(f"{name}-child", WAITS)
    machine = aws.machine(name, starting(child, TimeoutSeconds=1))
    parent = aws.run(machine, {"queue": queue})

    assert parent.types[-3:] == ["TaskSubmitted", "TaskTimedOut", "ExecutionFailed"]
    assert parent.describe()["error"] == "States.Timeout"
    assert "cause" not in parent.describe()
    assert child_of(aws, child).ended().status == "ABORTED"


def test_a_child_that_was_stopped_fails_the_task(aws: Embedded, name: str) -> None:
    queue = Queue(aws, name).url
    child = aws.machine(f"{name}-child", WAITS)
    parent = started(aws, aws.machine(name, starting(child)), {"queue": queue})
    own = child_of(aws, child)

    aws.states().stop_execution(executionArn=own.arn, error="Halt", cause="by hand")

    assert parent.ended().describe()["error"] == "States.TaskFailed"
    assert (parent.cause["Status"], parent.cause["Error"]) == ("ABORTED", "Halt")


def test_a_child_that_ran_too_long_fails_the_task_without_an_error_of_its_own(
    aws: Embedded, name: str
) -> None:
    assert isinstance(WAITS, dict)
    child = aws.machine(f"{name}-child", {**WAITS, "TimeoutSeconds": 1})
    parent = aws.run(aws.machine(name, starting(child)), {"queue": Queue(aws, name).url})

    assert parent.describe()["error"] == "States.TaskFailed"
    assert parent.cause["Status"] == "TIMED_OUT"
    assert not {"Error", "Cause"} & set(parent.cause)


@pytest.mark.parametrize(
    ("error", "status"), [("NoRows", "FAILED"), ("States.TaskFailed", "SUCCEEDED")]
)
def test_the_error_of_the_child_is_not_the_error_of_the_task(
    aws: Embedded, name: str, error: str, status: str
) -> None:
    child = aws.machine(f"{name}-child", FAILS)
    machine = starting(child, Catch=[{"ErrorEquals": [error], "Next": "Caught"}])
    assert isinstance(machine["States"], dict)
    machine["States"]["Caught"] = {"Type": "Pass", "End": True}

    assert aws.run(aws.machine(name, machine), {}).status == status


def test_a_stopped_parent_stops_the_children_of_its_children(aws: Embedded, name: str) -> None:
    grandchild = aws.machine(f"{name}-grandchild", WAITS)
    child = aws.machine(f"{name}-child", starting(grandchild))
    parent = started(aws, aws.machine(name, starting(child)), {"queue": Queue(aws, name).url})
    own = child_of(aws, grandchild)

    aws.states().stop_execution(executionArn=parent.arn)

    assert own.ended().status == "ABORTED"
    assert f"[{child_of(aws, child).arn}]" in own.describe()["cause"]


def test_a_branch_that_is_cut_off_stops_its_child(aws: Embedded, name: str) -> None:
    child = aws.machine(f"{name}-child", WAITS)
    activity = aws.states().create_activity(name=name)["activityArn"]
    work: Json = {"Type": "Task", "Resource": activity, "End": True}
    branches: Json = [starting(child), {"StartAt": "Work", "States": {"Work": work}}]
    both: Json = {"Type": "Parallel", "Branches": branches, "End": True}
    machine = aws.machine(name, {"StartAt": "Both", "States": {"Both": both}})
    parent = started(aws, machine, {"queue": Queue(aws, name).url})
    own = child_of(aws, child)
    token = aws.states().get_activity_task(activityArn=activity)["taskToken"]

    aws.states().send_task_failure(taskToken=token, error="NoRows")

    assert parent.ended().describe()["error"] == "NoRows"
    assert own.ended().status == "ABORTED"


def test_a_redriven_parent_starts_a_new_child(aws: Embedded, name: str) -> None:
    child = aws.machine(f"{name}-child", FAILS)
    parent = aws.run(aws.machine(name, starting(child)), {})
    first = child_of(aws, child)
    aws.states().update_state_machine(stateMachineArn=child, definition=json.dumps(PASSES))

    parent.redriven()

    assert parent.status == "SUCCEEDED"
    assert len(children(aws, child)) == 2
    assert first.status == "FAILED"
    assert first.describe()["redriveCount"] == 0


def test_a_redriven_parent_whose_child_has_a_fixed_name_fails_again(
    aws: Embedded, name: str
) -> None:
    child = aws.machine(f"{name}-child", FAILS)
    machine = aws.machine(name, starting(child, Parameters={"Name": "once"}))
    parent = aws.run(machine, {})

    parent.redriven()

    assert parent.describe()["error"] == "StepFunctions.ExecutionAlreadyExistsException"
