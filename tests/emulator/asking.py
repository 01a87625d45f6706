"""Machines that hand out the token of a Task and wait for its answer."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution
from tests.emulator.queues import Queue

SENT: Json = {"QueueUrl.$": "$.queue", "MessageBody": {"Token.$": "$$.Task.Token"}}


GONE = "TaskTimedOut: Task Timed Out: 'Provided task does not exist anymore'"


NEVER = "InvalidToken: Invalid Token: 'Invalid token'"


def waiting_task(**more: Json) -> dict[str, Json]:
    """A Task state that sends its token to a queue and waits."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": SENT,
        "End": True,
        **more,
    }


def machine(task: dict[str, Json]) -> dict[str, Json]:
    """A machine of one Task, and of a state for what it catches."""
    return {"StartAt": "Ask", "States": {"Ask": task, "Caught": {"Type": "Pass", "End": True}}}


def catching(error: str) -> dict[str, Json]:
    """A Catch of one error, which leads to its own state."""
    return {"Catch": [{"ErrorEquals": [error], "Next": "Caught"}]}


def started(aws: Embedded, arn: str, given: Json) -> Execution:
    """An execution that does not end by itself."""
    states = aws.states()
    answer = states.start_execution(stateMachineArn=arn, input=json.dumps(given))
    return Execution(states, answer["executionArn"])


def asked(aws: Embedded, name: str, **more: Json) -> tuple[Execution, str]:
    """An execution that waits for an answer, and its token."""
    queue = Queue(aws, name)
    execution = started(aws, aws.machine(name, machine(waiting_task(**more))), {"queue": queue.url})
    return execution, str(queue.document()["Token"])


def refusal(aws: Embedded, token: str) -> str:
    """How SendTaskSuccess refuses a token: the code and the message."""
    with pytest.raises(ClientError) as refused:
        aws.states().send_task_success(taskToken=token, output="{}")
    error = refused.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def details(execution: Execution, event: str) -> dict[str, Json]:
    """The details of the first event of a type."""
    found = next(one for one in execution.events if one["type"] == event)
    told = dict(found)[f"{event[0].lower()}{event[1:]}EventDetails"]
    assert isinstance(told, dict)
    return told
