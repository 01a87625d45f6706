"""What a redrive makes of each kind of state, and of what the states before it assigned."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, invoking
from tests.emulator.needing import make, need, repair


@pytest.fixture(scope="module")
def needing(aws: Embedded) -> str:
    """A function that needs an object."""
    return make(aws, "needing-too")


def test_a_fail_state_fails_again(aws: Embedded, name: str) -> None:
    fail: Json = {"Type": "Fail", "Error": "Gone", "Cause": "No way back"}
    execution = aws.run(aws.machine(name, {"StartAt": "End", "States": {"End": fail}}), {})
    assert execution.describe()["redriveStatus"] == "REDRIVABLE"

    execution.redriven()

    assert (execution.status, execution.describe()["error"]) == ("FAILED", "Gone")
    assert execution.types.count("FailStateEntered") == 2


def test_a_parallel_state_runs_again_as_a_whole(aws: Embedded, needing: str, name: str) -> None:
    good: Json = {"StartAt": "Good", "States": {"Good": {"Type": "Pass", "End": True}}}
    bad: Json = {"StartAt": "Load", "States": {"Load": invoking(needing)}}
    states: dict[str, Json] = {"All": {"Type": "Parallel", "Branches": [good, bad], "End": True}}
    execution = aws.run(aws.machine(name, {"StartAt": "All", "States": states}), need(name))
    repair(aws, name)

    execution.redriven()

    assert execution.status == "SUCCEEDED"
    assert execution.types.count("ParallelStateEntered") == 2


def test_variables_survive(aws: Embedded, needing: str, name: str) -> None:
    definition: dict[str, Json] = {
        "QueryLanguage": "JSONata",
        "StartAt": "Keep",
        "States": {
            "Keep": {"Type": "Pass", "Assign": {"day": "{% $states.input.day %}"}, "Next": "Load"},
            "Load": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": needing, "Payload": "{% $states.input %}"},
                "Output": "{% $day %}",
                "End": True,
            },
        },
    }
    execution = aws.run(aws.machine(name, definition), {**need(name), "day": "Monday"})
    repair(aws, name)

    execution.redriven()

    assert json.loads(execution.describe()["output"]) == "Monday"


def test_a_map_state_runs_again_as_a_whole(aws: Embedded, needing: str, name: str) -> None:
    processor: Json = {"StartAt": "Load", "States": {"Load": invoking(needing)}}
    state: dict[str, Json] = {"Type": "Map", "ItemProcessor": processor, "MaxConcurrency": 1}
    states: dict[str, Json] = {"Each": {**state, "End": True}}
    aws.s3().put_object(Bucket="needed", Key=f"{name}-there", Body=b"")
    items: list[Json] = [need(f"{name}-there"), need(name)]
    execution = aws.run(aws.machine(name, {"StartAt": "Each", "States": states}), items)
    assert execution.types[-3:] == ["TaskStateAborted", "MapStateFailed", "ExecutionFailed"]
    repair(aws, name)

    execution.redriven()

    again = execution.types[execution.types.index("ExecutionRedriven") :]
    assert execution.status == "SUCCEEDED"
    assert again.count("MapStateEntered") == 1
    # Also the iteration that had succeeded: on AWS it would not run again.
    assert again.count("MapIterationStarted") == 2


def test_variables_survive_twice_and_a_branch_sees_them(
    aws: Embedded, needing: str, name: str
) -> None:
    task = invoking(
        needing,
        Parameters={
            "FunctionName": needing,
            "Payload": {"bucket.$": "$need.bucket", "key.$": "$need.key"},
        },
        ResultSelector={
            "redrives.$": "$$.Execution.RedriveCount",
            "retries.$": "$$.State.RetryCount",
        },
    )
    branch: Json = {"StartAt": "Load", "States": {"Load": task}}
    states: dict[str, Json] = {
        "Keep": {"Type": "Pass", "Assign": {"need.$": "$"}, "Next": "All"},
        "All": {"Type": "Parallel", "Branches": [branch], "End": True},
    }
    execution = aws.run(aws.machine(name, {"StartAt": "Keep", "States": states}), need(name))

    assert execution.redriven().status == "FAILED"
    repair(aws, name)
    execution.redriven()

    assert json.loads(execution.describe()["output"]) == [{"redrives": 2, "retries": 0}]


def test_what_ran_out_of_time_goes_on_with_its_time_anew(aws: Embedded, name: str) -> None:
    code = """
import time
def handler(event, context):
    time.sleep(0 if event["redrives"] else 20)
    return event["redrives"]
"""
    function = aws.function(name, code, seconds=30)
    payload: Json = {"redrives.$": "$$.Execution.RedriveCount"}
    task = invoking(function, Parameters={"FunctionName": function, "Payload": payload})
    definition: dict[str, Json] = {"StartAt": "Load", "States": {"Load": task}}
    execution = aws.run(aws.machine(name, {**definition, "TimeoutSeconds": 1}), {})
    assert (execution.status, execution.describe()["redriveStatus"]) == ("TIMED_OUT", "REDRIVABLE")

    execution.redriven()

    assert execution.status == "SUCCEEDED"
    assert execution.types[execution.types.index("ExecutionTimedOut") :][:3] == [
        "ExecutionTimedOut",
        "ExecutionRedriven",
        "TaskScheduled",
    ]


def test_a_path_that_leads_nowhere_leads_nowhere_again(aws: Embedded, name: str) -> None:
    bad: Json = {"Type": "Pass", "InputPath": "$.none", "End": True}
    machine = aws.machine(name, {"StartAt": "Read", "States": {"Read": bad}})
    execution = aws.run(machine, {})

    execution.redriven()

    entered = [event["id"] for event in execution.events if event["type"] == "PassStateEntered"]
    described = execution.describe()
    assert (described["error"], described["redriveStatus"]) == ("States.Runtime", "REDRIVABLE")
    assert f"(entered at the event id #{entered[-1]})" in described["cause"]
    assert entered == [2, 5]
