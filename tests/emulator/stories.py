"""Machines whose histories together have an event of every type, and what else they need."""

from __future__ import annotations

from bunsui_core.domain.value import Json
from tests.emulator.embedded import invoking

Document = dict[str, Json]

RAISING = "def handler(event, context):\n    raise ValueError('row 3')"
SLEEPING = "import time\ndef handler(event, context):\n    time.sleep(30)"
ECHOING = "def handler(event, context):\n    return event"

CAUGHT: list[Json] = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Done"}]
DONE: Document = {"Type": "Succeed"}
LONG: Document = {"Type": "Wait", "Seconds": 600, "End": True}


def one(state: Document, **more: Json) -> Document:
    """A machine of one state."""
    return {"StartAt": "Only", "States": {"Only": {**state, "End": True}}, **more}


def caught(state: Document) -> Document:
    """A machine of one state whose failure is caught."""
    tried: Document = {**state, "Catch": CAUGHT, "Next": "Done"}
    tried.pop("End", None)
    return {"StartAt": "Tried", "States": {"Tried": tried, "Done": DONE}}


def plain() -> dict[str, Document]:
    """Machines that need nothing else."""
    item: Document = {"StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": True}}}
    bad: Document = {"StartAt": "Item", "States": {"Item": {"Type": "Fail", "Error": "BadItem"}}}
    return {
        "choice": {
            "StartAt": "Which",
            "States": {
                "Which": {
                    "Type": "Choice",
                    "Choices": [{"Variable": "$.a", "NumericEquals": 1, "Next": "Keep"}],
                    "Default": "Done",
                },
                "Keep": {"Type": "Pass", "Assign": {"kept.$": "$.a"}, "Next": "Pause"},
                "Pause": {"Type": "Wait", "Seconds": 0, "Next": "Done"},
                "Done": DONE,
            },
        },
        "fail": {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "E", "Cause": "c"}}},
        "silent-fail": {"StartAt": "No", "States": {"No": {"Type": "Fail"}}},
        "evaluation": one({"Type": "Pass", "Output": "{% $nothing %}"}, QueryLanguage="JSONata"),
        "parallel": one({"Type": "Parallel", "Branches": [item, item]}),
        "map": one({"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": item}),
        "bad-map": one({"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": bad}),
        "map-run": one(_distributed(item)),
        "bad-map-run": one(_distributed(bad)),
        "abortive": one({"Type": "Parallel", "Branches": _abortive()}),
        "late": one(LONG, TimeoutSeconds=1),
        "long": one(LONG),
    }


def calling(function: str, bad: str, slow: str) -> dict[str, Document]:
    """Machines that call a function that echoes, one that raises and one that sleeps."""
    return {
        "invoke": one(invoking(function)),
        "bad-invoke": caught(invoking(bad)),
        "slow-invoke": caught(invoking(slow, TimeoutSeconds=1)),
        "bare": one({"Type": "Task", "Resource": function}),
        "bad-bare": caught({"Type": "Task", "Resource": bad}),
        "slow-bare": caught({"Type": "Task", "Resource": slow, "TimeoutSeconds": 1}),
        "raising": one(invoking(bad)),
        "abandoned": one(
            {
                "Type": "Parallel",
                "Branches": [
                    one(invoking(slow)),
                    _failing_soon(),
                ],
            }
        ),
    }


def nesting(child: str) -> Document:
    """A machine that waits for an execution of another one."""
    return one(
        {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync",
            "Parameters": {"StateMachineArn": child, "Input": {}},
        }
    )


def active(activity: str, **more: Json) -> Document:
    """A machine whose task a worker takes."""
    return caught({"Type": "Task", "Resource": activity, **more})


def _distributed(item: Document) -> Document:
    processor: Document = {
        **item,
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    }
    return {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor}


def _abortive() -> list[Json]:
    waiting = one(LONG)
    inner: Document = {"StartAt": "Inner", "States": {"Inner": LONG}}
    return [
        _failing_soon(),
        {"StartAt": "Waits", "States": {"Waits": LONG}},
        {
            "StartAt": "Both",
            "States": {"Both": {"Type": "Parallel", "Branches": [inner], "End": True}},
        },
        {
            "StartAt": "Each",
            "States": {
                "Each": {
                    "Type": "Map",
                    "ItemsPath": "$.items",
                    "ItemProcessor": waiting,
                    "End": True,
                }
            },
        },
    ]


def _failing_soon() -> Document:
    return {
        "StartAt": "Soon",
        "States": {
            "Soon": {"Type": "Wait", "Seconds": 1, "Next": "Stop"},
            "Stop": {"Type": "Fail", "Error": "Stopped"},
        },
    }
