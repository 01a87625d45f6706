"""How long a Task may take, and how long it may be silent."""

from __future__ import annotations

import time

import pytest

from bunsui_core.domain.value import Json
from tests.emulator.asking import (
    asked,
    catching,
    details,
    machine,
    waiting_task,
)
from tests.emulator.embedded import Embedded
from tests.emulator.queues import Queue


@pytest.mark.parametrize(
    "limit",
    [
        {"TimeoutSeconds": 1},
        {"TimeoutSecondsPath": "$.limit"},
        {"HeartbeatSeconds": 1},
        {"HeartbeatSecondsPath": "$.limit", "TimeoutSeconds": 600},
    ],
    ids=lambda limit: "-".join(limit),
)
def test_a_task_that_nobody_answers_times_out(
    aws: Embedded, name: str, limit: dict[str, Json]
) -> None:
    task = aws.machine(name, machine(waiting_task(**limit)))
    execution = aws.run(task, {"queue": Queue(aws, name).url, "limit": 1})

    assert execution.types[-3:] == ["TaskSubmitted", "TaskTimedOut", "ExecutionFailed"]
    scheduled = details(execution, "TaskScheduled")
    assert [name for name, told in scheduled.items() if told == 1] in (
        ["timeoutInSeconds"],
        ["heartbeatInSeconds"],
    )
    assert details(execution, "TaskTimedOut") == {
        "resourceType": "sqs",
        "resource": "sendMessage.waitForTaskToken",
        "error": "States.Timeout",
    }
    assert execution.describe()["error"] == "States.Timeout"


def test_limits_may_be_expressions(aws: Embedded, name: str) -> None:
    task: dict[str, Json] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": {
            "QueueUrl": "{% $states.input.queue %}",
            "MessageBody": "{% $states.context.Task.Token %}",
        },
        "TimeoutSeconds": "{% $states.input.limit * 600 %}",
        "HeartbeatSeconds": "{% $states.input.limit %}",
        "End": True,
    }
    definition: dict[str, Json] = {"QueryLanguage": "JSONata", **machine(task)}
    execution = aws.run(aws.machine(name, definition), {"queue": Queue(aws, name).url, "limit": 1})

    scheduled = details(execution, "TaskScheduled")
    assert (scheduled["timeoutInSeconds"], scheduled["heartbeatInSeconds"]) == (600, 1)
    assert execution.types[-2:] == ["TaskTimedOut", "ExecutionFailed"]


@pytest.mark.parametrize("error", ["States.HeartbeatTimeout", "States.Timeout", "States.ALL"])
def test_a_silent_heart_is_caught_by_its_own_name_too(aws: Embedded, name: str, error: str) -> None:
    task = waiting_task(HeartbeatSeconds=1, **catching(error))
    execution = aws.run(aws.machine(name, machine(task)), {"queue": Queue(aws, name).url})

    assert execution.status == "SUCCEEDED"
    assert "PassStateEntered" in execution.types


def test_a_late_answer_is_no_silent_heart(aws: Embedded, name: str) -> None:
    task = waiting_task(TimeoutSeconds=1, **catching("States.HeartbeatTimeout"))
    execution = aws.run(aws.machine(name, machine(task)), {"queue": Queue(aws, name).url})

    assert execution.status == "FAILED"


def test_a_heartbeat_keeps_the_task_waiting(aws: Embedded, name: str) -> None:
    execution, token = asked(aws, name, HeartbeatSeconds=1)

    ends = time.monotonic() + 2.5
    while time.monotonic() < ends:
        aws.states().send_task_heartbeat(taskToken=token)
        time.sleep(0.2)
    assert execution.status == "RUNNING"
    aws.states().send_task_success(taskToken=token, output="{}")

    assert execution.ended().status == "SUCCEEDED"


def test_an_answer_that_names_a_timeout_is_a_failure_like_any_other(
    aws: Embedded, name: str
) -> None:
    execution, token = asked(aws, name)

    aws.states().send_task_failure(taskToken=token, error="States.Timeout", cause="theirs")

    assert execution.ended().types[-2:] == ["TaskFailed", "ExecutionFailed"]
