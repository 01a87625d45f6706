"""Task states that run Fargate tasks record, wait, fail and stop as Step Functions does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution, invoking, until
from tests.emulator.fargate import Fargate, python
from tests.emulator.test_fargate import ENDLESS

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "histories"
RECORDED = (
    CORPUS
    / "ls-test-ecs-task-service-testtaskserviceecs-test-run-task-sync-raise-failure-753f82.json"
)
# AWS shows it when it accepts a task, and not in this cause.
NOT_RECORDED = {"PlatformFamily"}


def machine(aws: Embedded, name: str, state: Json) -> str:
    """A machine of one state."""
    return aws.machine(name, {"StartAt": "Count", "States": {"Count": state}})


def test_a_task_that_fails_is_the_cause_of_the_state(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python("raise SystemExit(7)"))

    execution = aws.run(machine(aws, name, fargate.state()), {})

    assert execution.types == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskFailed",
        "ExecutionFailed",
    ]
    assert execution.describe()["error"] == "States.TaskFailed"
    cause = execution.cause
    assert cause["StopCode"] == "EssentialContainerExited"
    assert cause["StoppedReason"] == "Essential container in task exited"
    assert [container["ExitCode"] for container in rows(cause["Containers"])] == [7]


def test_a_task_that_succeeds_is_the_result_of_the_state(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python("print('done')"))

    execution = aws.run(machine(aws, name, fargate.state()), {})

    output = json.loads(execution.describe()["output"])
    assert output["Containers"][0]["ExitCode"] == 0
    assert output["LastStatus"] == "STOPPED"


def test_without_sync_the_state_does_not_wait(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python(ENDLESS, stopTimeout=2))

    execution = aws.run(machine(aws, name, fargate.state("runTask")), {})

    output = json.loads(execution.describe()["output"])
    task = fargate.reached(output["Tasks"][0]["TaskArn"], "RUNNING")
    assert "TaskSubmitted" not in execution.types
    fargate.client.stop_task(cluster=name, task=task["taskArn"])
    fargate.reached(task["taskArn"], "STOPPED")


@pytest.mark.skipif(not RECORDED.exists(), reason=f"no recordings in {CORPUS}")
def test_an_image_that_cannot_be_pulled_is_recorded_as_aws_records_it(
    aws: Embedded, name: str
) -> None:
    fargate = Fargate.of(aws, name, python("print(1)", image="no_such_image"))
    execution = aws.run(machine(aws, name, fargate.state()), {})
    recorded = json.loads(RECORDED.read_text())["events"]

    assert execution.types == [event["type"] for event in recorded]
    ours, theirs = execution.cause, json.loads(recorded[-1]["executionFailedEventDetails"]["cause"])
    assert ours["StoppedReason"] == theirs["StoppedReason"]
    assert ours["StopCode"] == theirs["StopCode"]
    assert set(ours) - NOT_RECORDED == set(theirs)
    assert set(rows(ours["Containers"])[0]) == set(theirs["Containers"][0])
    assert list(ours) == sorted(ours)
    given = json.loads(str(execution.events[2]["taskScheduledEventDetails"]["parameters"]))
    recorded_parameters = json.loads(recorded[2]["taskScheduledEventDetails"]["parameters"])
    assert given["StartedBy"] == recorded_parameters["StartedBy"]
    submitted = json.loads(str(execution.events[4]["taskSubmittedEventDetails"]["output"]))
    known = json.loads(recorded[4]["taskSubmittedEventDetails"]["output"])
    assert set(submitted) == set(known)
    assert set(submitted["Tasks"][0]) == set(known["Tasks"][0])
    assert submitted["Tasks"][0]["Overrides"]["ContainerOverrides"][0].keys() == (
        known["Tasks"][0]["Overrides"]["ContainerOverrides"][0].keys()
    )


@pytest.mark.parametrize(
    ("parameter", "value", "error", "message"),
    [
        ("Cluster", "nowhere", "ECS.ClusterNotFoundException", "Cluster not found."),
        ("TaskDefinition", "nothing", "ECS.ClientException", "TaskDefinition not found."),
    ],
)
def test_a_refused_task_fails_the_state_in_the_words_of_the_sdk(
    aws: Embedded, name: str, parameter: str, value: str, error: str, message: str
) -> None:
    state = Fargate.of(aws, name, python("print(1)")).state()
    parameters = state["Parameters"]
    assert isinstance(parameters, dict)
    state["Parameters"] = {**parameters, parameter: value}

    described = aws.run(machine(aws, name, state), {}).describe()

    assert described["error"] == error
    assert described["cause"].startswith(f"{message} (Service: AmazonECS; Status Code: 400;")


def test_a_stopped_execution_stops_its_task(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python(ENDLESS, stopTimeout=2))
    client = aws.states("worker")
    arn = client.start_execution(stateMachineArn=machine(aws, name, fargate.state()))
    execution = Execution(client, arn["executionArn"])
    until(lambda: "TaskSubmitted" in execution.types)
    task = task_of(execution)
    fargate.reached(task, "RUNNING")

    client.stop_execution(executionArn=execution.arn)

    assert fargate.reached(task, "STOPPED")["stopCode"] == "UserInitiated"
    assert execution.status == "ABORTED"


def test_a_state_that_runs_out_of_time_stops_its_task(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python(ENDLESS, stopTimeout=2))

    execution = aws.run(machine(aws, name, fargate.state(TimeoutSeconds=1)), {})

    assert execution.describe()["error"] == "States.Timeout"
    assert "TaskTimedOut" in execution.types
    assert fargate.reached(task_of(execution), "STOPPED")["stopCode"] == "UserInitiated"


def test_the_failure_of_one_branch_stops_the_task_of_another(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python(ENDLESS, stopTimeout=2))
    # It fails when the other branch has its task.
    waits = """
import boto3, time
def handler(event, context):
    ecs = boto3.client("ecs")
    while not ecs.list_tasks(cluster=event["cluster"])["taskArns"]: time.sleep(0.05)
    raise RuntimeError("enough")
"""
    failing = invoking(aws.function(name, waits, 30))
    branches: Json = [
        {"StartAt": "Run", "States": {"Run": fargate.state()}},
        {"StartAt": "Fail", "States": {"Fail": failing}},
    ]

    execution = aws.run(
        machine(aws, name, {"Type": "Parallel", "Branches": branches, "End": True}),
        {"cluster": name},
    )

    assert execution.describe()["error"] == "RuntimeError"
    (task,) = fargate.all()
    assert fargate.reached(task, "STOPPED")["stopCode"] == "UserInitiated"


def test_a_retry_runs_another_task(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python("raise SystemExit(1)"))
    again: Json = [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 1}]

    execution = aws.run(machine(aws, name, fargate.state(Retry=again)), {})

    submitted = [e for e in execution.events if e["type"] == "TaskSubmitted"]
    arns = {
        json.loads(e["taskSubmittedEventDetails"]["output"])["Tasks"][0]["TaskArn"]
        for e in submitted
    }
    assert len(arns) == 2
    assert {fargate.shown(arn)["lastStatus"] for arn in arns} == {"STOPPED"}


def test_the_input_reaches_the_command_through_an_override(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python("import os; raise SystemExit(int(os.environ['CODE']))"))
    state = fargate.state()
    parameters = state["Parameters"]
    assert isinstance(parameters, dict)
    variable: Json = {"Name": "CODE", "Value.$": "$.code"}
    override: Json = {"Name": "app", "Environment": [variable]}
    state["Parameters"] = {**parameters, "Overrides": {"ContainerOverrides": [override]}}
    made = machine(aws, name, state)

    assert aws.run(made, {"code": "0"}).status == "SUCCEEDED"
    assert rows(aws.run(made, {"code": "6"}).cause["Containers"])[0]["ExitCode"] == 6


def rows(value: Json) -> list[dict[str, Json]]:
    """The objects of a list."""
    assert isinstance(value, list)
    return [row for row in value if isinstance(row, dict)]


def task_of(execution: Execution) -> str:
    """The ARN of the task that an execution submitted last."""
    submitted = [e for e in execution.events if e["type"] == "TaskSubmitted"][-1]
    answer = json.loads(submitted["taskSubmittedEventDetails"]["output"])
    return str(answer["Tasks"][0]["TaskArn"])
