"""Histories have the shape that Step Functions records."""

from __future__ import annotations

import json

from bunsui_core.domain.value import Json
from tests.emulator.chain import chain, of, recording
from tests.emulator.embedded import Embedded, Execution, invoking, until

RAISING = "def handler(event, context): raise Exception('Some exception was raised.')"
RECORDED = {
    "invoke": "cross-account-service-lambda-invoke-retry",
    "bare function": "lambda-empty-retry",
    "timeout": "fixed-timeout-service-lambda",
}


def fields(events: list[dict[str, Json]]) -> list[tuple[str, int, list[str], list[str]]]:
    """What identifies the shape of each event: its type, its cause, and the names it carries."""
    shapes = []
    for event in events:
        names = sorted(set(event) - {"timestamp"})
        details = next((event[key] for key in names if key.endswith("EventDetails")), {})
        assert isinstance(details, dict)
        # A role in another account is not emulated.
        carried = sorted(set(details) - {"taskCredentials"})
        previous = event["previousEventId"]
        assert isinstance(previous, int)
        shapes.append((str(event["type"]), previous, names, carried))
    return shapes


def recorded(name: str) -> list[dict[str, Json]]:
    """The events of a history recorded from AWS."""
    return list(recording(RECORDED[name]).events)


def test_each_event_names_the_one_that_led_to_it(aws: Embedded, name: str) -> None:
    function = aws.function(name, "def handler(event, context): return event")
    states: dict[str, Json] = {
        "First": {"Type": "Pass", "Next": "Load"},
        "Load": invoking(function),
    }

    execution = aws.run(aws.machine(name, {"StartAt": "First", "States": states}), {"a": 1})

    assert chain(execution.events) == [
        ("ExecutionStarted", 0),
        ("PassStateEntered", 0),
        ("PassStateExited", 2),
        ("TaskStateEntered", 3),
        ("TaskScheduled", 4),
        ("TaskStarted", 5),
        ("TaskSucceeded", 6),
        ("TaskStateExited", 7),
        ("ExecutionSucceeded", 8),
    ]


def test_an_invocation_tells_its_integration_and_its_parameters(aws: Embedded, name: str) -> None:
    function = aws.function(name, "def handler(event, context): return event")

    execution = aws.run(
        aws.machine(name, {"StartAt": "Load", "States": {"Load": invoking(function)}}), {"a": 1}
    )

    scheduled, started, succeeded = execution.events[2:5]
    assert scheduled["taskScheduledEventDetails"] == {
        "resourceType": "lambda",
        "resource": "invoke",
        "region": "us-east-1",
        "parameters": json.dumps(
            {"FunctionName": function, "Payload": {"a": 1}}, separators=(",", ":")
        ),
    }
    assert started["taskStartedEventDetails"] == {"resourceType": "lambda", "resource": "invoke"}
    output = json.loads(succeeded["taskSucceededEventDetails"]["output"])
    assert (output["StatusCode"], output["Payload"]) == (200, {"a": 1})


def test_a_branch_has_a_chain_of_its_own(aws: Embedded, name: str) -> None:
    function = aws.function(name, "def handler(event, context): return event")
    branches: list[Json] = [
        {"StartAt": "Load", "States": {"Load": invoking(function)}} for _ in range(4)
    ]
    states: dict[str, Json] = {"All": {"Type": "Parallel", "Branches": branches, "End": True}}

    execution = aws.run(aws.machine(name, {"StartAt": "All", "States": states}), {})

    by_id = {event["id"]: event for event in execution.events}
    assert sorted(by_id) == list(range(1, len(execution.events) + 1))
    for event in execution.events:
        if event["type"] == "TaskSucceeded":
            started = by_id[event["previousEventId"]]
            scheduled = by_id[started["previousEventId"]]
            entered = by_id[scheduled["previousEventId"]]
            begun = by_id[entered["previousEventId"]]
            kinds = [event["type"] for event in (started, scheduled, entered, begun)]
            assert kinds == [
                "TaskStarted",
                "TaskScheduled",
                "TaskStateEntered",
                "ParallelStateStarted",
            ]


def test_a_retried_invocation_is_recorded_as_on_aws(aws: Embedded, name: str) -> None:
    function = aws.function(name, RAISING)
    retry: Json = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]
    states: dict[str, Json] = {"InvokeLambda": invoking(function, Retry=retry)}

    execution = aws.run(aws.machine(name, {"StartAt": "InvokeLambda", "States": states}), {})

    assert fields(of(execution.events)) == fields(recorded("invoke"))


def test_a_bare_function_is_recorded_as_on_aws(aws: Embedded, name: str) -> None:
    function = aws.function(name, RAISING)
    task: Json = {"Type": "Task", "Resource": function, "End": True}

    execution = aws.run(
        aws.machine(name, {"StartAt": "LambdaTask", "States": {"LambdaTask": task}}), {}
    )

    assert fields(of(execution.events)) == fields(recorded("bare function"))


def test_a_task_out_of_time_is_recorded_as_on_aws(aws: Embedded, name: str) -> None:
    function = aws.function(name, "import time\ndef handler(event, context): time.sleep(3)")
    states: dict[str, Json] = {"Start": invoking(function, TimeoutSeconds=1)}

    execution = aws.run(aws.machine(name, {"StartAt": "Start", "States": states}), {})

    assert fields(of(execution.events)) == fields(recorded("timeout"))
    assert execution.describe()["error"] == "States.Timeout"


def test_a_stopped_execution_stays_stopped(aws: Embedded, name: str) -> None:
    function = aws.function(name, "import time\ndef handler(event, context): time.sleep(1); 1 / 0")
    retry: Json = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}]
    states: dict[str, Json] = {"Load": invoking(function, Retry=retry)}
    machine = aws.machine(name, {"StartAt": "Load", "States": states})
    client = aws.states("worker")
    arn = client.start_execution(stateMachineArn=machine)["executionArn"]
    execution = Execution(client, arn)
    until(lambda: "TaskStarted" in execution.types)

    client.stop_execution(executionArn=arn, error="Tired", cause="Enough")
    log = aws.logs("root")
    # The log is written when the invocation that was under way ends.
    until(lambda: log.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"])

    assert execution.status == "ABORTED"
    assert execution.types[-1] == "ExecutionAborted"
