"""Fargate tasks of the embedded AWS to test with."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bunsui_core.adapters.emulator.access import DIRECT, session
from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, until

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import (
        ContainerDefinitionTypeDef,
        ContainerOverrideTypeDef,
        TaskTypeDef,
    )
    from mypy_boto3_logs.type_defs import OutputLogEventTypeDef

PYTHON = "public.ecr.aws/docker/library/python:3.12-slim"
NETWORK: Json = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
CONTAINER = "app"


@dataclass(frozen=True)
class Fargate:
    """A cluster, a log group and one task definition, all of the same name."""

    aws: Embedded
    client: ECSClient
    name: str

    @classmethod
    def of(
        cls, aws: Embedded, name: str, *containers: ContainerDefinitionTypeDef, role: str = ""
    ) -> Fargate:
        """Make them; containers run Python and log unless they say otherwise."""
        made = cls.again(aws, name)
        made.client.create_cluster(clusterName=name)
        made.register(*containers, role=role)
        return made

    @classmethod
    def again(cls, aws: Embedded, name: str) -> Fargate:
        """What was made before, by another server of the same home."""
        client = session(aws.key("root")).client("ecs", endpoint_url=aws.server.url, config=DIRECT)
        aws.open.callback(client.close)
        return cls(aws, client, name)

    def register(self, *containers: ContainerDefinitionTypeDef, role: str = "") -> str:
        """Register a revision of the task definition and return its ARN."""
        found = self.client.register_task_definition(
            family=self.name,
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            executionRoleArn=self.aws.role(),
            taskRoleArn=role,
            containerDefinitions=[{**self._usual(), **each} for each in containers],
        )
        return found["taskDefinition"]["taskDefinitionArn"]

    def _usual(self) -> ContainerDefinitionTypeDef:
        return {
            "name": CONTAINER,
            "image": PYTHON,
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": f"/ecs/{self.name}",
                    "awslogs-stream-prefix": "job",
                    "awslogs-region": "us-east-1",
                    "awslogs-create-group": "true",
                },
            },
        }

    def run(self, *overrides: ContainerOverrideTypeDef) -> TaskTypeDef:
        """Run a task and return what RunTask answers."""
        answer = self.client.run_task(
            cluster=self.name,
            taskDefinition=self.name,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
            overrides={"containerOverrides": list(overrides)},
        )
        return answer["tasks"][0]

    def shown(self, arn: str) -> TaskTypeDef:
        """What DescribeTasks says of a task."""
        return self.client.describe_tasks(cluster=self.name, tasks=[arn])["tasks"][0]

    def all(self) -> list[str]:
        """Every task of the cluster."""
        wanted: tuple[Literal["RUNNING", "STOPPED"], ...] = ("RUNNING", "STOPPED")
        return [
            arn
            for status in wanted
            for arn in self.client.list_tasks(cluster=self.name, desiredStatus=status)["taskArns"]
        ]

    def reached(self, arn: str, status: str) -> TaskTypeDef:
        """Wait until a task has a status, and return what it shows then."""
        until(lambda: self.shown(arn)["lastStatus"] == status)
        return self.shown(arn)

    def ended(self, *overrides: ContainerOverrideTypeDef) -> TaskTypeDef:
        """Run a task to its end."""
        return self.reached(self.run(*overrides)["taskArn"], "STOPPED")

    def log(self, task: TaskTypeDef, container: str = CONTAINER) -> list[str]:
        """The lines of a container."""
        return [event["message"] for event in self.events(task, container)]

    def events(self, task: TaskTypeDef, container: str = CONTAINER) -> list[OutputLogEventTypeDef]:
        """The events of a container's log stream."""
        found = self.aws.logs().get_log_events(
            logGroupName=f"/ecs/{self.name}",
            logStreamName=f"job/{container}/{task_id(task)}",
            startFromHead=True,
        )
        return found["events"]

    def state(self, resource: str = "runTask.sync", **more: Json) -> dict[str, Json]:
        """A Task state that runs the task."""
        return {
            "Type": "Task",
            "Resource": f"arn:aws:states:::ecs:{resource}",
            "Parameters": {
                "Cluster": self.name,
                "TaskDefinition": self.name,
                "LaunchType": "FARGATE",
                "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}},
            },
            "End": True,
            **more,
        }


def python(code: str, **more: object) -> ContainerDefinitionTypeDef:
    """A container that runs Python code."""
    found: ContainerDefinitionTypeDef = {"command": ["python", "-c", code], **more}  # type: ignore[typeddict-item]  # whatever a test says
    return found


def task_id(task: TaskTypeDef) -> str:
    """The last part of a task's ARN."""
    return task["taskArn"].rpartition("/")[2]


def processes(text: str) -> list[int]:
    """The processes whose command line holds a text."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if text.encode() in place.read_bytes():
                found.append(int(place.parent.name))
        except OSError:
            continue
    return found


def stack(aws: Embedded, name: str, resources: Json) -> None:
    """Make a stack and wait until it is there."""
    with closing(
        session(aws.key("root")).client(
            "cloudformation", endpoint_url=aws.server.url, config=DIRECT
        )
    ) as client:
        client.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": resources}))
        client.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )


def store_image(aws: Embedded, name: str, tag: str) -> str:
    """Put an image into the embedded registry and return its name without a tag."""
    with closing(
        session(aws.key("root")).client("ecr", endpoint_url=aws.server.url, config=DIRECT)
    ) as client:
        client.create_repository(repositoryName=name)
        client.put_image(repositoryName=name, imageManifest="{}", imageTag=tag)
    return f"000000000000.dkr.ecr.us-east-1.amazonaws.com/{name}"
