"""What a probe makes in an account to see for itself how Step Functions fails and redrives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bunsui_core.domain.failure import Failure
from bunsui_core.domain.value import Instant, Json

PREFIX = "bunsui-probe-"
"""How the name of everything begins that a probe makes; it touches nothing else."""

LONGEST_S = 600
"""What waits does so for this long if nobody can stop it."""

STALE = timedelta(hours=1)
"""A probe takes a minute; what is this old was left behind."""

_REDRIVEN = (
    "$exists($states.context.Execution.RedriveCount) and $states.context.Execution.RedriveCount > 0"
)


class Case(StrEnum):
    """An execution of the probe's machine, by the way it goes; its name too."""

    EVALUATES = "evaluates"
    RAISES = "raises"
    CALLS = "calls"
    MAPS = "maps"
    WAITS = "waits"


@dataclass(frozen=True)
class Answered:
    """What AWS answered to one call: a document, or the code and the words of its refusal."""

    operation: str
    document: Mapping[str, Json] = field(default_factory=dict)
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class Recording:
    """Every answer by the label of its step, in order; why the probe stopped, and what to do then.

    `failures` is what bunsui itself read out of each case that failed or was stopped.
    """

    answers: Mapping[str, Answered]
    failures: Mapping[Case, Failure] = field(default_factory=dict)
    trouble: str = ""
    next: str = ""
    left: tuple[str, ...] = ()

    def document(self, label: str) -> Mapping[str, Json]:
        """Return the document of a step; an empty one for a refusal or a step not made."""
        found = self.answers.get(label)
        return found.document if found else {}

    def code(self, label: str) -> str:
        """Return the code of a refusal, or the empty string."""
        found = self.answers.get(label)
        return found.code if found else ""

    def events(self, label: str) -> list[dict[str, Json]]:
        """Return the events of a history."""
        found = self.document(label).get("events")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def is_stale(machine: Mapping[str, Json], now: Instant) -> bool:
    """Whether a listed machine is of a probe that died long ago; a recent one may be under way."""
    made_at = datetime.fromisoformat(str(machine.get("creationDate")))
    return str(machine.get("name")).startswith(PREFIX) and now - made_at > STALE


def definition(raised: str = "Probe") -> str:
    """Return the machine: one state for each case, whatever needs no permission and no function."""
    keep: dict[str, Json] = {"kept": "{% $states.input.case %}"}
    choices: list[Json] = [
        {
            "Condition": f"{{% $states.input.case = '{case}' %}}",
            "Next": case.title(),
            "Assign": keep,
        }
        for case in Case
    ]
    return json.dumps(
        {
            "Comment": "A probe of bunsui; it deletes itself. Safe to delete.",
            "QueryLanguage": "JSONata",
            "TimeoutSeconds": LONGEST_S + 60,
            "StartAt": "Which",
            "States": {
                "Which": {"Type": "Choice", "Choices": choices, "Default": "Raises"},
                "Evaluates": _unless_redriven("$exists($states.input.case)", "Done"),
                "Raises": {"Type": "Fail", "Error": raised, "Cause": "raised on purpose"},
                "Calls": _call(),
                "Maps": _map(),
                "Waits": {"Type": "Wait", "Seconds": LONGEST_S, "Next": "Done"},
                "Done": {"Type": "Succeed", "Output": {"kept": "{% $kept %}"}},
            },
        }
    )


def _unless_redriven(breaks: str, then: str) -> dict[str, Json]:
    """A Choice that breaks, where a condition holds, for as long as nobody redrives it.

    A condition that is no boolean fails the execution with States.QueryEvaluationError.
    """
    condition = f"{{% ({_REDRIVEN}) or $not({breaks}) ? true : 'not yet' %}}"
    return {
        "Type": "Choice",
        "Choices": [{"Condition": condition, "Next": then}],
        "Default": then,
    }


def _call() -> dict[str, Json]:
    """A call that the machine's role may not make, tried twice."""
    again: list[Json] = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:describeStateMachine",
        "Arguments": {"StateMachineArn": "{% $states.context.StateMachine.Id %}"},
        "Retry": again,
        "Next": "Done",
    }


def _map() -> dict[str, Json]:
    """Three items, one after the other, of which the second breaks."""
    items: list[Json] = [0, 1, 2]
    return {
        "Type": "Map",
        "Items": items,
        "MaxConcurrency": 1,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": "Item",
            "States": {
                "Item": _unless_redriven("$states.input = 1", "Passed"),
                "Passed": {"Type": "Pass", "End": True},
            },
        },
        "Next": "Done",
    }


def trust(account: str) -> str:
    """Return the trust policy of the machine's role, which itself may do nothing."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "states.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"aws:SourceAccount": account}},
                }
            ],
        }
    )


def policy(account: str, region: str) -> dict[str, Json]:
    """Return the least policy of whoever runs a probe."""
    states = f"arn:aws:states:{region}:{account}"
    machines, executions = f"{states}:stateMachine:{PREFIX}*", f"{states}:execution:{PREFIX}*:*"
    role = f"arn:aws:iam::{account}:role/{PREFIX}*"
    to_states: Json = {"StringEquals": {"iam:PassedToService": "states.amazonaws.com"}}
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allows("FindProbes", ["states:ListStateMachines"], "*"),
            _allows("MakeMachine", [f"states:{verb}" for verb in _MACHINE], machines),
            _allows("RunMachine", [f"states:{verb}" for verb in _EXECUTION], executions),
            _allows("MakeRole", ["iam:CreateRole", "iam:DeleteRole"], role),
            {**_allows("PassRole", ["iam:PassRole"], role), "Condition": to_states},
        ],
    }


_MACHINE = (
    "CreateStateMachine",
    "UpdateStateMachine",
    "DeleteStateMachine",
    "StartExecution",
    "ListExecutions",
)
_EXECUTION = (
    "DescribeExecution",
    "DescribeStateMachineForExecution",
    "GetExecutionHistory",
    "RedriveExecution",
    "StopExecution",
)


def _allows(name: str, actions: list[str], resource: str) -> dict[str, Json]:
    return {"Sid": name, "Effect": "Allow", "Action": [*actions], "Resource": resource}
