"""How often AWS lets an account call, and how much of that bunsui takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bunsui_core.domain.environment import EnvironmentClass


class Quota(NamedTuple):
    """Calls that an account may save up, and calls a second that are added."""

    bucket: int
    refill: int


class Allowance(NamedTuple):
    """Calls a second that bunsui takes, and calls it may make at once."""

    rate: float
    burst: float


SHARES: Mapping[EnvironmentClass, float] = {
    EnvironmentClass.DEV: 0.8,
    EnvironmentClass.PRODUCTION: 0.5,
}
"""The part of a refill that bunsui takes; the rest, and all that is saved up, is for others."""

_LARGE_REGIONS = frozenset({"us-east-1", "us-west-2", "eu-west-1"})

# Step Functions Developer Guide, "Quotas related to API action throttling": there, elsewhere.
_STATES: Mapping[str, tuple[Quota, Quota]] = {
    "DescribeExecution": (Quota(300, 15), Quota(250, 10)),
    "DescribeStateMachine": (Quota(200, 20), Quota(200, 20)),
    "DescribeStateMachineForExecution": (Quota(200, 1), Quota(200, 1)),
    "GetExecutionHistory": (Quota(400, 20), Quota(400, 20)),
    "ListExecutions": (Quota(200, 5), Quota(100, 2)),
    "ListStateMachines": (Quota(100, 5), Quota(100, 5)),
    "ListTagsForResource": (Quota(100, 1), Quota(100, 1)),
    "RedriveExecution": (Quota(1300, 300), Quota(800, 150)),
    "StartExecution": (Quota(1300, 300), Quota(800, 150)),
    "StopExecution": (Quota(1000, 200), Quota(500, 25)),
}

# CloudWatch Logs User Guide, "CloudWatch Logs quotas"; Lambda Developer Guide, "Lambda quotas"
# (GetFunctionConfiguration belongs to 100 requests a second of GetFunction and its like).
_OTHERS: Mapping[tuple[str, str], Quota] = {
    ("cloudwatch-logs", "FilterLogEvents"): Quota(5, 5),
    ("cloudwatch-logs", "GetLogEvents"): Quota(10, 10),
    ("lambda", "GetFunctionConfiguration"): Quota(100, 100),
    ("ecs", "DescribeTaskDefinition"): Quota(50, 20),
    ("iam", "GetRole"): Quota(10, 10),
    ("iam", "GetRolePolicy"): Quota(10, 10),
    ("dynamodb", "DescribeTable"): Quota(10, 10),
    ("ecr", "DescribeImages"): Quota(20, 20),
    ("secrets-manager", "DescribeSecret"): Quota(40, 40),
}


def quota_of(service: str, operation: str, region: str) -> Quota | None:
    """Return the documented quota of an API in a region; nothing where none is documented.

    The service is named as botocore names it in its events: `sfn` for Step Functions.
    """
    if service != "sfn":
        return _OTHERS.get((service, operation))
    found = _STATES.get(operation)
    return found[region not in _LARGE_REGIONS] if found else None


def allowance(quota: Quota, share: float) -> Allowance:
    """Return what bunsui takes of a quota: in any one second never more than its refill."""
    rate = quota.refill * share
    return Allowance(rate=rate, burst=max(1.0, quota.refill - rate))
