"""What bunsui can do with an account, and which call of AWS each of it needs."""

from __future__ import annotations

from bunsui_core.domain.value import Value


class Feature(Value):
    """One thing bunsui does, the action it needs, and what is missing where it is denied."""

    name: str
    action: str
    without: str


LISTING = Feature(
    name="finding machines",
    action="states:ListStateMachines",
    without="state machines are not found; only sessions that bunsui knows are watched.",
)

TAGS = Feature(
    name="choosing machines by tag",
    action="states:ListTagsForResource",
    without="patterns of tags match nothing; choose machines by name.",
)

FEATURES = (
    LISTING,
    Feature(
        name="finding executions",
        action="states:ListExecutions",
        without="executions that nobody started through bunsui are not seen.",
    ),
    Feature(
        name="watching sessions",
        action="states:DescribeExecution",
        without="the state of an execution is not seen.",
    ),
    Feature(
        name="explaining failures",
        action="states:GetExecutionHistory",
        without="a failure is explained from its error and cause alone.",
    ),
    Feature(
        name="reading definitions",
        action="states:DescribeStateMachineForExecution",
        without="what a failed state would do, and whether it may run twice, is not known.",
    ),
    Feature(
        name="comparing definitions",
        action="states:DescribeStateMachine",
        without="whether a machine changed since it failed is not known.",
    ),
    Feature(
        name="comparing functions",
        action="lambda:GetFunctionConfiguration",
        without="whether a function changed since it failed is not known.",
    ),
    Feature(
        name="finding logs of containers",
        action="ecs:DescribeTaskDefinition",
        without="the log lines of containers are not found.",
    ),
    Feature(
        name="finding log lines",
        action="logs:FilterLogEvents",
        without="the log lines of a failed request are not found.",
    ),
    Feature(
        name="reading log lines",
        action="logs:GetLogEvents",
        without="the log lines of a failed operation are not read.",
    ),
)
"""What reading an account gives, in the order in which it is needed."""
