"""The shapes of what Step Functions answers to a probe.

From the API's model and from recorded histories; a test holds it against the table that the
embedded AWS is held against.
"""

from __future__ import annotations

from bunsui_core.domain.shape import Shape

_INCLUDED: Shape = {"must": {"included": "boolean"}, "may": {}}
_TRUNCATED: Shape = {"must": {"truncated": "boolean"}, "may": {}}
_STATUS: Shape = {
    "one of": ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"]
}
_REDRIVE: Shape = {"one of": ["REDRIVABLE", "NOT_REDRIVABLE", "REDRIVABLE_BY_MAP_RUN"]}

ANSWERS: dict[str, Shape] = {
    "DescribeExecution": {
        "must": {
            "executionArn": "string",
            "stateMachineArn": "string",
            "name": "string",
            "status": _STATUS,
            "startDate": "timestamp",
            "input": "string",
            "inputDetails": _INCLUDED,
            "redriveCount": "integer",
            "redriveStatus": _REDRIVE,
        },
        "may": {
            "stopDate": "timestamp",
            "output": "string",
            "outputDetails": _INCLUDED,
            "traceHeader": "string",
            "mapRunArn": "string",
            "error": "string",
            "cause": "string",
            "stateMachineVersionArn": "string",
            "stateMachineAliasArn": "string",
            "redriveDate": "timestamp",
            "redriveStatusReason": "string",
        },
        "when": [
            {
                "field": "status",
                "is": ["RUNNING"],
                "must": [],
                "never": ["stopDate", "output", "outputDetails", "error", "cause"],
            },
            {
                "field": "status",
                "is": ["SUCCEEDED"],
                "must": ["stopDate", "output", "outputDetails"],
                "never": ["error", "cause"],
            },
            {
                "field": "status",
                "is": ["FAILED", "TIMED_OUT", "ABORTED"],
                "must": ["stopDate"],
                "never": ["output", "outputDetails"],
            },
            {"field": "redriveCount", "is": [0], "must": [], "never": ["redriveDate"]},
            {
                "field": "redriveStatus",
                "is": ["NOT_REDRIVABLE"],
                "must": ["redriveStatusReason"],
                "never": [],
            },
            {
                "field": "redriveStatus",
                "is": ["REDRIVABLE"],
                "must": [],
                "never": ["redriveStatusReason"],
            },
        ],
    },
    "ListExecutions": {
        "must": {
            "executions": {
                "items": {
                    "must": {
                        "executionArn": "string",
                        "stateMachineArn": "string",
                        "name": "string",
                        "status": _STATUS,
                        "startDate": "timestamp",
                        "redriveCount": "integer",
                    },
                    "may": {
                        "stopDate": "timestamp",
                        "mapRunArn": "string",
                        "itemCount": "integer",
                        "stateMachineVersionArn": "string",
                        "stateMachineAliasArn": "string",
                        "redriveDate": "timestamp",
                    },
                }
            }
        },
        "may": {"nextToken": "string"},
    },
    "GetExecutionHistory": {
        "must": {"events": {"items": "any"}},
        "may": {"nextToken": "string"},
    },
    "StartExecution": {"must": {"executionArn": "string", "startDate": "timestamp"}, "may": {}},
    "StopExecution": {"must": {"stopDate": "timestamp"}, "may": {}},
    "RedriveExecution": {"must": {"redriveDate": "timestamp"}, "may": {}},
}
"""What each call answers that a probe makes; where a shape is not told, nothing is compared."""

EVENT: Shape = {
    "must": {
        "id": "integer",
        "previousEventId": "integer",
        "timestamp": "timestamp",
        "type": "string",
    },
    "may": {},
}
"""What every event of a history has."""

_ENTERED: tuple[str, Shape] = (
    "stateEnteredEventDetails",
    {"must": {"name": "string", "input": "string", "inputDetails": _TRUNCATED}, "may": {}},
)
_EXITED: tuple[str, Shape] = (
    "stateExitedEventDetails",
    {
        "must": {"name": "string", "output": "string", "outputDetails": _TRUNCATED},
        "may": {
            "assignedVariables": {"values": "string"},
            "assignedVariablesDetails": _TRUNCATED,
        },
    },
)
_SAID: Shape = {"must": {}, "may": {"error": "string", "cause": "string"}}
_NOTHING: Shape = {"must": {}, "may": {}}


def _iteration(kind: str) -> tuple[str, Shape]:
    shape: Shape = {"must": {"name": "string", "index": "integer"}, "may": {}}
    return f"mapIteration{kind}EventDetails", shape


_CALLED: Shape = {"must": {"resourceType": "string", "resource": "string"}, "may": {}}

EVENTS: dict[str, tuple[str, Shape]] = {
    "ExecutionStarted": (
        "executionStartedEventDetails",
        {
            "must": {"input": "string", "inputDetails": _TRUNCATED, "roleArn": "string"},
            "may": {"stateMachineAliasArn": "string", "stateMachineVersionArn": "string"},
        },
    ),
    "ExecutionFailed": ("executionFailedEventDetails", _SAID),
    "ExecutionAborted": ("executionAbortedEventDetails", _SAID),
    "ExecutionSucceeded": (
        "executionSucceededEventDetails",
        {"must": {"output": "string", "outputDetails": _TRUNCATED}, "may": {}},
    ),
    "ExecutionRedriven": (
        "executionRedrivenEventDetails",
        {"must": {"redriveCount": "integer"}, "may": {}},
    ),
    "EvaluationFailed": (
        "evaluationFailedEventDetails",
        {
            "must": {"error": "string", "cause": "string", "state": "string"},
            "may": {"location": "string"},
        },
    ),
    "TaskScheduled": (
        "taskScheduledEventDetails",
        {
            "must": {
                "resourceType": "string",
                "resource": "string",
                "region": "string",
                "parameters": "string",
            },
            "may": {
                "timeoutInSeconds": "integer",
                "heartbeatInSeconds": "integer",
                "taskCredentials": {"must": {"roleArn": "string"}, "may": {}},
            },
        },
    ),
    "TaskStarted": ("taskStartedEventDetails", _CALLED),
    "TaskFailed": (
        "taskFailedEventDetails",
        {
            "must": {"resourceType": "string", "resource": "string"},
            "may": {"error": "string", "cause": "string"},
        },
    ),
    "MapStateStarted": ("mapStateStartedEventDetails", {"must": {"length": "integer"}, "may": {}}),
    "MapStateFailed": ("", _NOTHING),
    "MapStateSucceeded": ("", _NOTHING),
    "MapIterationStarted": _iteration("Started"),
    "MapIterationSucceeded": _iteration("Succeeded"),
    "MapIterationFailed": _iteration("Failed"),
    "MapIterationAborted": _iteration("Aborted"),
    **{
        f"{kind}StateEntered": _ENTERED
        for kind in ("Choice", "Fail", "Map", "Pass", "Succeed", "Task", "Wait")
    },
    **{f"{kind}StateExited": _EXITED for kind in ("Choice", "Map", "Pass", "Succeed")},
    "WaitStateAborted": ("", _NOTHING),
}
"""Each type of event that a probe may meet: the member with its details, and their shape."""
