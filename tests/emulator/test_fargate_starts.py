"""Fargate tasks that are not accepted or cannot start say why in the words of ECS."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.emulator.embedded import Embedded
from tests.emulator.fargate import NETWORK, Fargate, python, store_image


@pytest.mark.parametrize(
    ("image", "named"),
    [
        ("no_such_image", "docker.io/library/no_such_image:latest: pull access denied"),
        ("ghcr.io/acme/job:7", "ghcr.io/acme/job:7: pull access denied"),
        ("000000000000.dkr.ecr.us-east-1.amazonaws.com/none:1", "/none:1: not found"),
    ],
)
def test_an_image_that_is_not_here_cannot_be_pulled(
    aws: Embedded, name: str, image: str, named: str
) -> None:
    task = Fargate.of(aws, name, python("print(1)", image=image)).ended()

    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith("CannotPullContainerError: pull image manifest")
    assert named in task["stoppedReason"]
    assert "exitCode" not in task["containers"][0]


def test_an_image_of_the_embedded_registry_can_be_pulled(aws: Embedded, name: str) -> None:
    image = store_image(aws, name, "v1")
    fargate = Fargate.of(aws, name, python("print('here')", image=f"{image}:v1"))

    assert fargate.ended()["containers"][0]["exitCode"] == 0

    fargate.register(python("print('here')", image=f"{image}:v2"))
    assert fargate.ended()["stopCode"] == "TaskFailedToStart"


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["/no/such/program"], '"/no/such/program": executable file not found in $PATH'),
        ([], "CannotStartContainerError: Error response from daemon: No command specified"),
    ],
)
def test_a_command_that_cannot_start_is_told(
    aws: Embedded, name: str, command: list[str], reason: str
) -> None:
    task = Fargate.of(aws, name, {"command": command}).ended()

    assert task["stopCode"] == "TaskFailedToStart"
    assert reason in task["stoppedReason"]
    assert "exitCode" not in task["containers"][0]


def test_a_log_group_that_is_not_there_is_told(aws: Embedded, name: str) -> None:
    options = {"awslogs-group": f"/ecs/{name}", "awslogs-stream-prefix": "job"}
    code = python("print(1)", logConfiguration={"logDriver": "awslogs", "options": options})

    task = Fargate.of(aws, name, code).ended()

    assert task["stopCode"] == "TaskFailedToStart"
    assert "The specified log group does not exist" in task["stoppedReason"]


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"cluster": "nowhere"}, "ClusterNotFoundException", "Cluster not found."),
        ({"taskDefinition": "nothing"}, "ClientException", "TaskDefinition not found."),
        (
            {"launchType": "EC2"},
            "InvalidParameterException",
            "No Container Instances were found in your cluster.",
        ),
        (
            {"networkConfiguration": {}},
            "InvalidParameterException",
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        ),
        (
            {"overrides": {"containerOverrides": [{"name": "web"}]}},
            "InvalidParameterException",
            "Override for container named web is not a container in the TaskDefinition.",
        ),
    ],
)
def test_a_task_that_ecs_does_not_accept_is_refused_in_its_words(
    aws: Embedded, name: str, changes: dict[str, object], code: str, message: str
) -> None:
    fargate = Fargate.of(aws, name, python("print(1)"))
    asked = {
        "cluster": name,
        "taskDefinition": name,
        "launchType": "FARGATE",
        "networkConfiguration": NETWORK,
    }

    with pytest.raises(ClientError) as refused:
        fargate.client.run_task(**{**asked, **changes})  # type: ignore[arg-type]  # wrong on purpose

    assert refused.value.response["Error"] == {"Code": code, "Message": message}
    assert fargate.client.run_task(**asked)["tasks"]  # type: ignore[arg-type]  # the same, right
