"""Fargate tasks run, log, fail and end as ECS reports them, and leave no process behind."""

from __future__ import annotations

import json

from tests.emulator.embedded import Embedded
from tests.emulator.fargate import Fargate, python


def test_a_task_ends_with_the_exit_code_and_the_log_of_its_command(
    aws: Embedded, name: str
) -> None:
    fargate = Fargate.of(aws, name, python("print('counted 3 rows'); raise SystemExit(7)"))

    task = fargate.ended()

    assert task["containers"][0]["exitCode"] == 7
    assert task["stopCode"] == "EssentialContainerExited"
    assert task["stoppedReason"] == "Essential container in task exited"
    assert fargate.log(task) == ["counted 3 rows"]


def test_a_task_state_fails_with_the_task_as_its_cause(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python("raise SystemExit(7)"))
    machine = aws.machine(name, {"StartAt": "Count", "States": {"Count": fargate.state()}})

    execution = aws.run(machine, {})

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
    containers = cause["Containers"]
    assert isinstance(containers, list)
    assert isinstance(containers[0], dict)
    assert containers[0]["ExitCode"] == 7


def test_a_task_state_gives_the_task_that_succeeded(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python("print('done')"))
    machine = aws.machine(name, {"StartAt": "Count", "States": {"Count": fargate.state()}})

    output = json.loads(aws.run(machine, {}).describe()["output"])

    assert output["Containers"][0]["ExitCode"] == 0
    assert output["LastStatus"] == "STOPPED"
