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
        without="the state of an execution is not seen, nor anything about it.",
    ),
    Feature(
        name="explaining failures",
        action="states:GetExecutionHistory",
        without="a failure is neither explained nor archived, and no recovery is proposed.",
    ),
    Feature(
        name="reading definitions",
        action="states:DescribeStateMachineForExecution",
        without="what closed is not archived, and whether a definition changed is not known.",
    ),
    Feature(
        name="comparing definitions",
        action="states:DescribeStateMachine",
        without="no recovery is proposed, for a plan names the definition it was made for.",
    ),
    Feature(
        name="comparing functions",
        action="lambda:GetFunctionConfiguration",
        without="whether a function changed is not known, nor a log group of its own.",
    ),
    Feature(
        name="finding logs of containers",
        action="ecs:DescribeTaskDefinition",
        without="the log lines of containers are not found.",
    ),
    Feature(
        name="finding log lines",
        action="logs:FilterLogEvents",
        without="the log lines of functions are not found.",
    ),
    Feature(
        name="reading log lines",
        action="logs:GetLogEvents",
        without="no log lines are read.",
    ),
    Feature(
        name="comparing roles",
        action="iam:GetRole",
        without="whether a denied action is allowed now is not known: its rerun stays UNKNOWN.",
    ),
    Feature(
        name="missing tables",
        action="dynamodb:DescribeTable",
        without="whether a missing table is there now is not known: its rerun stays UNKNOWN.",
    ),
    Feature(
        name="missing queues",
        action="sqs:GetQueueAttributes",
        without="whether a missing queue is there now is not known: its rerun stays UNKNOWN.",
    ),
    Feature(
        name="missing secrets",
        action="secretsmanager:DescribeSecret",
        without="whether a missing secret is there now is not known: its rerun stays UNKNOWN.",
    ),
    Feature(
        name="missing images",
        action="ecr:DescribeImages",
        without="whether a missing image is there now is not known: its rerun stays UNKNOWN.",
    ),
)
"""What reading an account gives, in the order in which it is needed."""
