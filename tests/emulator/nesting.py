"""Machines that start other machines."""

from __future__ import annotations

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution, until

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
