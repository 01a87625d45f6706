"""Read calls that tell whether an action is allowed: AWS checks that before it looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.domain.errors import BadInput, BunsuiError, NotFound
from bunsui_core.domain.value import Value

NOWHERE = "bunsui-probe"
"""The name of what is asked about where nothing real is known; it need not exist."""

_PAGE = 1000
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Sample(Value):
    """A machine and an execution of it to ask about; real ones where there are any."""

    machine: str
    execution: str


class Survey(Value):
    """How many machines there are, how many of them are watched, and the first of those."""

    machines: int = 0
    express: int = 0
    watched: int = 0
    first: str = ""


def survey(clients: Clients, watches: Callable[[str], bool]) -> Survey:
    """Return what a list of the machines tells. Raises: NotAuthorised, Unavailable."""
    with translated("state machines"):
        every = list(_machines(clients))
    standard = [arn for arn, kind in every if kind == "STANDARD"]
    watched = [arn for arn in standard if watches(arn.rpartition(":")[2])]
    return Survey(
        machines=len(every),
        express=len(every) - len(standard),
        watched=len(watched),
        first=watched[0] if watched else "",
    )


def sample(clients: Clients, made_up: Sample, machine: str) -> Sample:
    """Return a machine with its newest execution to ask about, or what was made up."""
    if not machine:
        return made_up
    other = machine.replace(":stateMachine:", ":execution:") + f":{NOWHERE}"
    return Sample(machine=machine, execution=_newest(clients, machine) or other)


def try_action(action: str, clients: Clients, about: Sample) -> None:
    """Make the read call of an action; what it asks about may be absent.

    Raises: NotAuthorised when the action is denied, Unavailable when AWS does not answer.
    """
    with suppress(NotFound, BadInput), translated(action):
        _calls(clients, about)[action]()


def _machines(clients: Clients) -> Iterator[tuple[str, str]]:
    pages = clients.stepfunctions.get_paginator("list_state_machines")
    for page in pages.paginate(PaginationConfig={"PageSize": _PAGE}):
        for one in page["stateMachines"]:
            yield one["stateMachineArn"], one["type"]


def _newest(clients: Clients, machine: str) -> str:
    with suppress(BunsuiError), translated(machine):
        found = clients.stepfunctions.list_executions(stateMachineArn=machine, maxResults=1)
        return next((one["executionArn"] for one in found["executions"]), "")
    return ""


def _calls(clients: Clients, about: Sample) -> Mapping[str, Callable[[], object]]:
    return {
        **_of_executions(clients, about),
        **_of_operations(clients),
        **_of_surroundings(clients, about),
    }


def _of_executions(clients: Clients, about: Sample) -> Mapping[str, Callable[[], object]]:
    machine, execution = about.machine, about.execution
    return {
        "states:ListStateMachines": lambda: clients.stepfunctions.list_state_machines(maxResults=1),
        "states:ListExecutions": lambda: clients.stepfunctions.list_executions(
            stateMachineArn=machine, maxResults=1
        ),
        "states:DescribeStateMachine": lambda: clients.stepfunctions.describe_state_machine(
            stateMachineArn=machine
        ),
        "states:ListTagsForResource": lambda: clients.stepfunctions.list_tags_for_resource(
            resourceArn=machine
        ),
        "states:DescribeExecution": lambda: clients.stepfunctions.describe_execution(
            executionArn=execution
        ),
        "states:GetExecutionHistory": lambda: clients.stepfunctions.get_execution_history(
            executionArn=execution, maxResults=1
        ),
        "states:DescribeStateMachineForExecution": lambda: (
            clients.stepfunctions.describe_state_machine_for_execution(executionArn=execution)
        ),
    }


def _of_operations(clients: Clients) -> Mapping[str, Callable[[], object]]:
    group = f"/aws/lambda/{NOWHERE}"
    return {
        "lambda:GetFunctionConfiguration": lambda: clients.functions.get_function_configuration(
            FunctionName=NOWHERE
        ),
        "ecs:DescribeTaskDefinition": lambda: clients.containers.describe_task_definition(
            taskDefinition=NOWHERE
        ),
        "logs:FilterLogEvents": lambda: clients.logs.filter_log_events(
            logGroupName=group, limit=1, startTime=int(_LONG_AGO.timestamp() * 1000)
        ),
        "logs:GetLogEvents": lambda: clients.logs.get_log_events(
            logGroupName=group, logStreamName=NOWHERE, limit=1
        ),
    }


def _of_surroundings(clients: Clients, about: Sample) -> Mapping[str, Callable[[], object]]:
    region, account = about.machine.split(":")[3:5]
    queue = f"https://sqs.{region}.amazonaws.com/{account}/{NOWHERE}"
    image = {"repositoryName": NOWHERE, "maxResults": 1}
    return {
        "iam:GetRole": lambda: clients.roles.get_role(RoleName=NOWHERE),
        "dynamodb:DescribeTable": lambda: clients.of("dynamodb").describe_table(TableName=NOWHERE),
        "sqs:GetQueueAttributes": lambda: clients.of("sqs").get_queue_attributes(
            QueueUrl=queue, AttributeNames=["QueueArn"]
        ),
        "secretsmanager:DescribeSecret": lambda: clients.of("secretsmanager").describe_secret(
            SecretId=NOWHERE
        ),
        "ecr:DescribeImages": lambda: clients.of("ecr").describe_images(**image),
    }
