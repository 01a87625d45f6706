"""RedriveExecution: the same execution goes on where it failed."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from bunsui_core.domain.value import Json
from tests.emulator.aging import age
from tests.emulator.embedded import Embedded, Execution, invoking, until
from tests.emulator.needing import make, need, repair


@pytest.fixture(scope="module")
def needing(aws: Embedded) -> str:
    """A function that needs an object."""
    return make(aws, "needing")


def error_code(execution: Execution) -> str:
    with pytest.raises(ClientError) as error:
        execution.client.redrive_execution(executionArn=execution.arn)
    return str(error.value.response["Error"]["Code"])


def of_three(needing: str, name: str) -> dict[str, Json]:
    """A machine that fails in its second state, and tells in its third what it knows."""
    known: dict[str, Json] = {
        "id.$": "$$.Execution.Id",
        "input.$": "$$.Execution.Input",
        "redrives.$": "$$.Execution.RedriveCount",
        "kept.$": "$.session",
    }
    states: dict[str, Json] = {
        "Prepare": {"Type": "Pass", "Result": need(name), "ResultPath": "$.need", "Next": "Load"},
        "Load": invoking(needing, InputPath="$.need", ResultPath="$.loaded", Next="Tell"),
        "Tell": {"Type": "Pass", "Parameters": known, "End": True},
    }
    return {"StartAt": "Prepare", "States": states}


def test_it_goes_on_at_the_failed_state_with_its_recorded_input(
    aws: Embedded, needing: str, name: str
) -> None:
    execution = aws.run(aws.machine(name, of_three(needing, name)), {"session": 7})
    assert execution.status == "FAILED"
    repair(aws, name)

    execution.redriven()

    known = json.loads(execution.describe()["output"])
    assert known == {"id": execution.arn, "input": {"session": 7}, "redrives": 1, "kept": 7}
    assert execution.types[execution.types.index("ExecutionFailed") :] == [
        "ExecutionFailed",
        "ExecutionRedriven",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]


def test_an_execution_says_whether_it_was_and_can_be_redriven(
    aws: Embedded, needing: str, name: str
) -> None:
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": invoking(needing)}})
    execution = aws.run(machine, need(name))
    before = execution.describe()
    repair(aws, name)

    after = execution.redriven().describe()

    assert (before["redriveCount"], before["redriveStatus"]) == (0, "REDRIVABLE")
    assert "redriveDate" not in before
    assert (after["redriveCount"], after["redriveStatus"]) == (1, "NOT_REDRIVABLE")
    assert after["redriveDate"] >= before["stopDate"]


def test_it_can_be_done_again(aws: Embedded, needing: str, name: str) -> None:
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": invoking(needing)}})
    execution = aws.run(machine, need(name))

    assert execution.redriven().status == "FAILED"
    repair(aws, name)
    assert execution.redriven().status == "SUCCEEDED"

    redriven = [e for e in execution.events if e["type"] == "ExecutionRedriven"]
    counts = [event["executionRedrivenEventDetails"]["redriveCount"] for event in redriven]
    assert counts == [1, 2]
    assert execution.describe()["redriveCount"] == 2


def test_retries_start_anew(aws: Embedded, needing: str, name: str) -> None:
    retry: Json = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
    states: dict[str, Json] = {"Load": invoking(needing, Retry=retry)}
    execution = aws.run(aws.machine(name, {"StartAt": "Load", "States": states}), need(name))

    execution.redriven()

    assert execution.types.count("TaskScheduled") == 4


def test_it_keeps_the_definition_it_started_with(aws: Embedded, needing: str, name: str) -> None:
    old: dict[str, Json] = {"StartAt": "Load", "States": {"Load": invoking(needing)}}
    machine = aws.machine(name, old)
    execution = aws.run(machine, need(name))
    new = {"StartAt": "New", "States": {"New": {"Type": "Pass", "Result": "new", "End": True}}}
    aws.states().update_state_machine(stateMachineArn=machine, definition=json.dumps(new))
    repair(aws, name)

    execution.redriven()

    assert json.loads(execution.describe()["output"])["Payload"] == {"found": name}
    kept = execution.client.describe_state_machine_for_execution(executionArn=execution.arn)
    assert json.loads(kept["definition"]) == old


def test_a_stopped_execution_goes_on_and_what_it_left_running_cannot_move_it(
    aws: Embedded, name: str
) -> None:
    slow = "import time\ndef handler(event, context):\n    time.sleep(0.5)\n    return 1\n"
    function = aws.function(name, slow)
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": invoking(function)}})
    client = aws.states("worker")
    execution = Execution(client, client.start_execution(stateMachineArn=machine)["executionArn"])
    until(lambda: "TaskStarted" in execution.types)
    client.stop_execution(executionArn=execution.arn)

    execution.redriven()

    redriven = next(e["id"] for e in execution.events if e["type"] == "ExecutionRedriven")
    succeeded = [e for e in execution.events if e["type"] == "TaskSucceeded"]
    assert execution.status == "SUCCEEDED"
    assert [event["previousEventId"] > redriven for event in succeeded] == [True]


def test_the_same_client_token_redrives_once(aws: Embedded, needing: str, name: str) -> None:
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": invoking(needing)}})
    execution = aws.run(machine, need(name))
    client = execution.client

    first = client.redrive_execution(executionArn=execution.arn, clientToken="t1")
    execution.ended()
    second = client.redrive_execution(executionArn=execution.arn, clientToken="t1")

    assert first["redriveDate"] == second["redriveDate"]
    assert execution.describe()["redriveCount"] == 1


def test_what_succeeded_cannot_be_redriven(aws: Embedded, name: str) -> None:
    states: dict[str, Json] = {"A": {"Type": "Pass", "End": True}}
    execution = aws.run(aws.machine(name, {"StartAt": "A", "States": states}), {})

    described = execution.describe()
    assert error_code(execution) == "ExecutionNotRedrivable"
    assert described["redriveStatus"] == "NOT_REDRIVABLE"
    assert described["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"


def test_what_does_not_exist_cannot_be_redriven(aws: Embedded, name: str) -> None:
    arn = f"arn:aws:states:us-east-1:000000000000:execution:{name}:nothing"

    assert error_code(Execution(aws.states("worker"), arn)) == "ExecutionDoesNotExist"


def test_a_list_tells_how_often_each_was_redriven(aws: Embedded, needing: str, name: str) -> None:
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": invoking(needing)}})
    aws.run(machine, need(name)).redriven()
    aws.run(machine, need(name))

    listed = aws.states("agent").list_executions(stateMachineArn=machine)["executions"]

    assert [item["redriveCount"] for item in listed] == [0, 1]


def test_what_runs_cannot_be_redriven(aws: Embedded, name: str) -> None:
    function = aws.function(name, "import time\ndef handler(event, context): time.sleep(20)", 30)
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": invoking(function)}})
    client = aws.states("worker")
    execution = Execution(client, client.start_execution(stateMachineArn=machine)["executionArn"])
    until(lambda: "TaskStarted" in execution.types)

    assert error_code(execution) == "ExecutionNotRedrivable"
    assert execution.describe()["redriveStatus"] == "NOT_REDRIVABLE"

    client.stop_execution(executionArn=execution.arn, error="Tired", cause="Enough")
    stopped = execution.describe()
    assert (stopped["redriveStatus"], stopped["error"]) == ("REDRIVABLE", "Tired")


def test_one_that_closed_more_than_two_weeks_ago_is_not_redrivable(
    account: Embedded, name: str
) -> None:
    fail: dict[str, Json] = {"StartAt": "No", "States": {"No": {"Type": "Fail"}}}
    execution = account.run(account.machine(name, fail), {})
    age(execution.arn, days=13)
    assert execution.describe()["redriveStatus"] == "REDRIVABLE"

    age(execution.arn, days=15)

    told = execution.describe()
    said = (told["redriveStatus"], told["redriveStatusReason"])
    assert said == ("NOT_REDRIVABLE", "Execution redrivable period exceeded")
    assert error_code(execution) == "ExecutionNotRedrivable"
