"""A task definition that Fargate would not take is not taken here either."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, WaiterError

from bunsui_core.adapters.emulator.access import DIRECT, session
from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded
from tests.emulator.fargate import PYTHON, Fargate, python, stack

LOGS: Json = {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/a"}}
RIGHT: dict[str, Json] = {
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "512",
    "memory": "4096",
    "containerDefinitions": [
        {"name": "app", "image": PYTHON, "logConfiguration": LOGS, "stopTimeout": 120}
    ],
}
WRONG: list[tuple[dict[str, Json], str]] = [
    ({"networkMode": "bridge"}, "Fargate only supports network mode ‘awsvpc’."),  # noqa: RUF001 ECS quotes so
    ({"cpu": ""}, "Fargate requires that 'cpu' be defined at the task level."),
    ({"memory": ""}, "Fargate requires that 'memory' be defined at the task level."),
    (
        {"memory": "8192"},
        "No Fargate configuration exists for given values: 512 CPU, 8192 memory.",
    ),
    (
        {"executionRoleArn": ""},
        "Fargate requires task definition to have execution role ARN to support log driver "
        "awslogs.",
    ),
    (
        {"containerDefinitions": [{"name": "app", "image": PYTHON, "stopTimeout": 121}]},
        "Tasks using the Fargate launch type must have a container stop timeout of less than 120 "
        "seconds.",
    ),
]


@pytest.mark.parametrize(("changes", "message"), WRONG)
def test_a_definition_is_refused_in_the_words_of_ecs(
    aws: Embedded, name: str, changes: dict[str, Json], message: str
) -> None:
    client = session(aws.key("root")).client("ecs", endpoint_url=aws.server.url, config=DIRECT)
    aws.open.callback(client.close)
    right: dict[str, Json] = {**RIGHT, "family": name, "executionRoleArn": aws.role()}
    assert client.register_task_definition(**right)  # type: ignore[arg-type]  # any JSON at all

    with pytest.raises(ClientError) as refused:
        client.register_task_definition(**{**right, **changes})  # type: ignore[arg-type]  # any JSON at all

    assert refused.value.response["Error"] == {"Code": "ClientException", "Message": message}


def test_a_stack_with_a_definition_that_is_refused_fails(aws: Embedded, name: str) -> None:
    properties: dict[str, Json] = {
        "RequiresCompatibilities": ["FARGATE"],
        "NetworkMode": "awsvpc",
        "Cpu": "256",
        "Memory": "512",
        "ContainerDefinitions": [{"Name": "app", "Image": PYTHON, "Command": ["python"]}],
    }
    kind = "AWS::ECS::TaskDefinition"
    stack(aws, name, {"Job": {"Type": kind, "Properties": properties}})

    with pytest.raises(WaiterError):
        stack(aws, f"{name}-2", {"Job": {"Type": kind, "Properties": {**properties, "Cpu": "7"}}})


def test_a_stack_gives_a_container_its_secret(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python("print(1)"))
    code = "import os, hashlib; print(hashlib.sha256(os.environ['KEY'].encode()).hexdigest()[:8])"
    options: Json = {
        "awslogs-group": f"/ecs/{name}",
        "awslogs-stream-prefix": "job",
        "awslogs-create-group": "true",
    }
    container: Json = {
        "Name": "app",
        "Image": PYTHON,
        "Command": ["python", "-c", code],
        "Secrets": [{"Name": "KEY", "ValueFrom": f"/{name}/key"}],
        "LogConfiguration": {"LogDriver": "awslogs", "Options": options},
    }
    properties: Json = {
        "Family": name,
        "RequiresCompatibilities": ["FARGATE"],
        "NetworkMode": "awsvpc",
        "Cpu": "256",
        "Memory": "512",
        "ExecutionRoleArn": aws.role(),
        "ContainerDefinitions": [container],
    }
    parameter: Json = {"Type": "String", "Name": f"/{name}/key", "Value": "hidden"}
    stack(
        aws,
        name,
        {
            "Job": {"Type": "AWS::ECS::TaskDefinition", "Properties": properties},
            "Key": {"Type": "AWS::SSM::Parameter", "Properties": parameter},
        },
    )

    task = fargate.ended()

    assert fargate.log(task) == ["e564b408"]
