"""What a Task records of its attempts, whatever service it calls."""

from __future__ import annotations

import json

import pytest

from bunsui_core.adapters.emulator.patches.states.retrying import seconds_before
from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution, invoking, packed

FLAKY = """
def handler(event, context):
    if event["attempt"] < 2:
        raise ValueError(f"attempt {event['attempt']}")
    return event
"""
ECHO = "def handler(event, context):\n    return event\n"


def machine(task: Json) -> dict[str, Json]:
    """A machine of one Task, and of a state for what it catches."""
    caught: Json = {"Type": "Pass", "End": True}
    return {"StartAt": "Load", "States": {"Load": task, "Caught": caught}}


def details(execution: Execution, event: str) -> list[dict[str, Json]]:
    """The details of all events of a type."""
    key = f"{event[0].lower()}{event[1:]}EventDetails"
    told = [dict(one)[key] for one in execution.events if one["type"] == event]
    return [one for one in told if isinstance(one, dict)]


def test_each_attempt_sees_how_often_it_was_retried(aws: Embedded, name: str) -> None:
    function = aws.function(name, FLAKY)
    task = invoking(
        function,
        Parameters={
            "FunctionName": function,
            "Payload": {"attempt.$": "$$.State.RetryCount"},
        },
        Retry=[{"ErrorEquals": ["ValueError"], "MaxAttempts": 5}],
    )
    execution = aws.run(aws.machine(name, machine(task)), {})

    sent = [json.loads(str(one["parameters"])) for one in details(execution, "TaskScheduled")]
    assert [one["Payload"]["attempt"] for one in sent] == [0, 1, 2]
    assert execution.types.count("TaskFailed") == 2
    assert execution.status == "SUCCEEDED"


def test_a_retrier_that_is_used_up_leaves_the_failure_to_the_catcher(
    aws: Embedded, name: str
) -> None:
    function = aws.function(name, FLAKY)
    task = invoking(
        function,
        Parameters={"FunctionName": function, "Payload": {"attempt": 0}},
        Retry=[{"ErrorEquals": ["ValueError"], "MaxAttempts": 1}],
        Catch=[{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.why", "Next": "Caught"}],
    )
    execution = aws.run(aws.machine(name, machine(task)), {"day": 7})

    output = json.loads(execution.describe()["output"])
    assert execution.types.count("TaskFailed") == 2
    assert (output["day"], output["why"]["Error"]) == (7, "ValueError")


@pytest.mark.parametrize(
    ("retrier", "delays"),
    [
        ({}, [1, 2, 4, 8]),
        ({"IntervalSeconds": 3, "BackoffRate": 1.5}, [3, 4.5, 6.75, 10.125]),
        ({"IntervalSeconds": 3, "MaxDelaySeconds": 5}, [3, 5, 5, 5]),
        ({"IntervalSeconds": 50, "BackoffRate": 10.0}, [50, 60, 60, 60]),
    ],
    ids=["default", "rate", "limited", "no longer than a minute here"],
)
def test_a_retrier_waits_longer_each_time(retrier: dict[str, Json], delays: list[float]) -> None:
    assert [seconds_before(retrier, count) for count in range(4)] == delays


def test_full_jitter_waits_any_time_up_to_the_delay() -> None:
    full: dict[str, Json] = {"IntervalSeconds": 8, "JitterStrategy": "FULL"}
    none: dict[str, Json] = {"IntervalSeconds": 8, "JitterStrategy": "NONE"}
    delays = [seconds_before(full, 1) for _ in range(50)]

    assert all(0 <= delay <= 16 for delay in delays)
    assert len(set(delays)) > 1
    assert seconds_before(none, 1) == 16


@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_the_role_of_a_task_is_recorded(aws: Embedded, name: str, language: str) -> None:
    function, role = aws.function(name, ECHO), aws.role()
    if language == "JSONata":
        own: dict[str, Json] = {
            "Arguments": {"FunctionName": function},
            "Credentials": {"RoleArn": "{% $states.input.role %}"},
        }
    else:
        own = {
            "Parameters": {"FunctionName": function},
            "Credentials": {"RoleArn.$": "$.role"},
        }
    task: Json = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True, **own}
    definition: Json = {"QueryLanguage": language, **machine(task)}
    execution = aws.run(aws.machine(name, definition), {"role": role})

    (scheduled,) = details(execution, "TaskScheduled")
    assert scheduled["taskCredentials"] == {"roleArn": role}
    assert execution.status == "SUCCEEDED"


def test_a_role_that_does_not_exist_cannot_be_taken(aws: Embedded, name: str) -> None:
    function, role = aws.function(name, ECHO), aws.role()
    gone = f"{role}-gone"
    execution = aws.run(
        aws.machine(name, machine(invoking(function, Credentials={"RoleArn": gone}))), {}
    )

    assert execution.types[-3:] == ["TaskStarted", "TaskFailed", "ExecutionFailed"]
    (failed,) = details(execution, "TaskFailed")
    assert failed["error"] == "States.TaskFailed"
    assert failed["cause"] == (
        f"The role {role} is not authorized to assume the task state's role, {gone}."
    )


def test_a_function_is_invoked_in_the_version_that_is_asked_for(aws: Embedded, name: str) -> None:
    function = aws.function(name, "def handler(event, context):\n    return 'first'\n")
    version = aws.functions().publish_version(FunctionName=name)["Version"]
    changed = packed("def handler(event, context):\n    return 'second'\n")
    aws.functions().update_function_code(FunctionName=name, ZipFile=changed)
    outputs: list[Json] = []
    for number, qualified in enumerate(({}, {"Qualifier": version})):
        parameters: dict[str, Json] = {"FunctionName": function, **qualified}
        task = invoking(function, Parameters=parameters, OutputPath="$.Payload")
        execution = aws.run(aws.machine(f"{name}-{number}", machine(task)), {})
        outputs.append(json.loads(execution.describe()["output"]))

    assert outputs == ["second", "first"]


def test_the_answer_of_a_function_carries_the_metadata_of_invoke(aws: Embedded, name: str) -> None:
    function = aws.function(name, ECHO)
    execution = aws.run(aws.machine(name, machine(invoking(function))), {"day": 7})

    (succeeded,) = details(execution, "TaskSucceeded")
    answer = json.loads(str(succeeded["output"]))
    assert list(answer) == [
        "ExecutedVersion",
        "Payload",
        "SdkHttpMetadata",
        "SdkResponseMetadata",
        "StatusCode",
    ]
    assert (answer["ExecutedVersion"], answer["Payload"]) == ("$LATEST", {"day": 7})
    headers = answer["SdkHttpMetadata"]["AllHttpHeaders"]
    assert (headers["X-Amz-Executed-Version"], headers["Content-Length"]) == (["$LATEST"], ["9"])


def test_a_slow_function_does_not_hold_its_task_longer_than_its_limit(
    aws: Embedded, name: str
) -> None:
    slow = "import time\n\ndef handler(event, context):\n    time.sleep(5)\n"
    function = aws.function(name, slow)
    catch: Json = [{"ErrorEquals": ["States.Timeout"], "Next": "Caught"}]
    execution = aws.run(
        aws.machine(name, machine(invoking(function, TimeoutSeconds=1, Catch=catch))), {}
    )

    times = {one["type"]: one["timestamp"] for one in execution.events}
    assert (times["TaskTimedOut"] - times["TaskStarted"]).total_seconds() < 3
    assert json.loads(execution.describe()["output"]) == {"Error": "States.Timeout", "Cause": None}


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:::glue:startJobRun.sync",
        "arn:aws:states:::aws-sdk:braket:createJob",
        "arn:aws:states:::codebuild:startBuild.waitForTaskToken",
    ],
)
def test_a_service_that_is_not_emulated_is_said_to_be_none(
    aws: Embedded, name: str, resource: str
) -> None:
    task: Json = {"Type": "Task", "Resource": resource, "Parameters": {}, "End": True}
    execution = aws.run(aws.machine(name, machine(task)), {})

    told = execution.describe()
    assert (told["status"], told["error"]) == ("FAILED", "States.Runtime")
    assert told["cause"] == (
        "An error occurred while executing the state 'Load' (entered at the event id #2). "
        f"The embedded AWS does not call {resource}: try this state on AWS."
    )


def test_expressions_give_the_arguments_the_output_and_the_variables(
    aws: Embedded, name: str
) -> None:
    function = aws.function(name, ECHO)
    task: Json = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {
            "FunctionName": function,
            "Payload": {"rows": "{% $states.input.rows * 2 %}"},
        },
        "Output": "{% $states.result.Payload.rows + 1 %}",
        "Assign": {"rows": "{% $states.result.Payload.rows %}"},
        "Next": "Caught",
    }
    last: Json = {"Type": "Pass", "Output": "{% [$states.input, $rows] %}", "End": True}
    definition: Json = {
        "QueryLanguage": "JSONata",
        "StartAt": "Load",
        "States": {"Load": task, "Caught": last},
    }
    execution = aws.run(aws.machine(name, definition), {"rows": 3})

    (succeeded,) = details(execution, "TaskSucceeded")
    assert json.loads(str(succeeded["output"]))["Payload"] == {"rows": 6}
    assert json.loads(execution.describe()["output"]) == [7, 6]
