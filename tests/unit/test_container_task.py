"""What ECS reports of a task is read for what it is, and what ran it is told by the data."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.cause import read_cause
from bunsui_core.domain.container_task import submitted_task, task_of
from bunsui_core.domain.failure import ContainerTask
from bunsui_core.domain.operation import named
from bunsui_core.domain.value import Json

ARN = "arn:aws:ecs:us-east-1:111111111111:task/orders/0f3c"
ON_FARGATE: dict[str, Json] = {
    "TaskArn": ARN,
    "TaskDefinitionArn": "arn:aws:ecs:us-east-1:111111111111:task-definition/load:3",
    "LaunchType": "FARGATE",
    "Attributes": [{"Name": "ecs.cpu-architecture", "Value": "x86_64"}],
    "Containers": [{"Name": "app", "ExitCode": 1}],
}
HERE: dict[str, Json] = {
    **ON_FARGATE,
    "Attributes": [{"Name": "bunsui.runs-as", "Value": "local process"}],
}


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (ON_FARGATE, "container app, Fargate"),
        (HERE, "container app, local process"),
        ({**ON_FARGATE, "LaunchType": "EC2"}, "container app, EC2"),
        ({"TaskArn": ARN}, "container ?"),
    ],
)
def test_an_operation_says_what_ran_its_container(document: dict[str, Json], told: str) -> None:
    cause = read_cause("States.TaskFailed", json.dumps(document))

    assert named("ecs:runTask.sync", cause.task) == told


@pytest.mark.parametrize("value", ["a whale", 7, None])
def test_no_other_word_of_the_document_becomes_the_platform(value: Json) -> None:
    told: Json = [{"Name": "bunsui.runs-as", "Value": value}, "text"]

    assert task_of({**ON_FARGATE, "Attributes": told}).platform == "Fargate"


def test_the_answer_of_run_task_names_the_task() -> None:
    assert submitted_task(json.dumps({"Tasks": [HERE], "Failures": []})) == ContainerTask(
        arn=ARN,
        definition="arn:aws:ecs:us-east-1:111111111111:task-definition/load:3",
        container="app",
        exit_code=1,
        platform="local process",
    )


@pytest.mark.parametrize("text", ["", "{", "[]", '{"Tasks": 7}', '{"Tasks": []}', "[" * 100_000])
def test_an_answer_without_a_task_names_none(text: str) -> None:
    assert submitted_task(text) is None


def test_a_function_and_a_service_are_named_as_before() -> None:
    assert named("load-orders", None) == "function load-orders"
    assert named("dynamodb:putItem", None) == "dynamodb:putItem"
