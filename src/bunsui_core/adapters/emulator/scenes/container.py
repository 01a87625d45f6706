"""The scene of a container that ends with an exit code; its log says what it waits for."""

from __future__ import annotations

from pathlib import Path

from bunsui_core.adapters.emulator import templates
from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.blueprint import Blueprint, Part, chain, named, reads
from bunsui_core.adapters.emulator.scenes.scene import Scene
from bunsui_core.adapters.emulator.scenes.small import SmallPlay, dice, lines
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling

_PROGRAM = Path(__file__).parents[1] / "programs" / "merge_parts.py"
_RULE = "StepFunctionsGetEventsForECSTaskRule"
_IMAGE = "public.ecr.aws/docker/library/python:3.12-slim"


class ExitCode(SmallPlay):
    """The last part of a delivery is late; the container of the job says so and ends."""

    def __init__(self, seed: int) -> None:
        chance = dice(seed, "exit-code")
        self.code = chance.choice((3, 42, 75))
        self._parts = [lines(chance) for _ in range(chance.randrange(3, 7))]
        self.late = chance.randrange(1, len(self._parts) + 1)
        self.state = chance.choice(("MergeParts", "RunMerge", "JoinDelivery"))
        self._container = chance.choice(("merge", "app", "joiner"))
        job = chance.choice(("merge", "join", "unite"))
        name = named("delivery", seed)
        scene = Scene(
            name="exit-code",
            story=f"A Fargate container ends with exit code {self.code}, which means nothing to "
            "anybody but its makers; its log names the part it misses. The part arrives, a human "
            "reads that, and a redrive recovers.",
            pipeline=name,
            end=End(
                status=SessionStatus.SUCCEEDED,
                mode=Mode.REDRIVE,
                category=Category.UNKNOWN,
                ruling=Ruling.UNKNOWN,
                path=(self.state,),
            ),
            failing=job,
            answer=Answer.APPROVE,
            later="a name that a team gives to a failure, with its own rule, will say what this "
            "exit code means",
        )
        super().__init__(scene, self._blueprint(name, job))

    def _blueprint(self, name: str, job: str) -> Blueprint:
        bucket = f"bunsui-{name}"
        stores = templates.allow(["s3:PutObject"], f"arn:aws:s3:::{bucket}/*")
        writes_log = templates.allow(["logs:CreateLogStream", "logs:PutLogEvents"], "*")
        beside: dict[str, Json] = {
            "MachineRole": templates.role("states", _runs_tasks()),
            "TaskRole": templates.role("ecs-tasks", [*reads(bucket), stores]),
            "ExecutionRole": templates.role("ecs-tasks", [writes_log]),
            "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": name}},
            "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"/ecs/{name}"}},
            "Task": self._task(name),
        }
        return Blueprint(
            name=name,
            parts=(Part(job, chain((self.state, self._run()))),),
            functions={},
            beside=beside,
        )

    def _task(self, name: str) -> Json:
        """The task definition; its command carries the program, so that no image is built."""
        options: dict[str, Json] = {
            "awslogs-group": f"/ecs/{name}",
            "awslogs-stream-prefix": "job",
            "awslogs-region": templates.ref("AWS::Region"),
        }
        container: dict[str, Json] = {
            "Name": self._container,
            "Image": _IMAGE,
            "Command": ["python", "-c", _PROGRAM.read_text(encoding="utf-8")],
            "Environment": [
                {"Name": "PARTS", "Value": str(len(self._parts))},
                {"Name": "INCOMPLETE", "Value": str(self.code)},
            ],
            "LogConfiguration": {"LogDriver": "awslogs", "Options": options},
        }
        properties: dict[str, Json] = {
            "Family": name,
            "RequiresCompatibilities": ["FARGATE"],
            "NetworkMode": "awsvpc",
            "Cpu": "256",
            "Memory": "512",
            "ExecutionRoleArn": templates.arn("ExecutionRole"),
            "TaskRoleArn": templates.arn("TaskRole"),
            "ContainerDefinitions": [container],
        }
        return {"Type": "AWS::ECS::TaskDefinition", "Properties": properties}

    def _run(self) -> dict[str, Json]:
        environment: list[Json] = [
            {"Name": "SOURCE", "Value.$": "$.input.source"},
            {"Name": "TARGET", "Value.$": "$.input.target"},
        ]
        override: dict[str, Json] = {"Name": self._container, "Environment": environment}
        parameters: dict[str, Json] = {
            "LaunchType": "FARGATE",
            "Cluster": "${Cluster}",
            "TaskDefinition": "${Task}",
            "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}},
            "Overrides": {"ContainerOverrides": [override]},
        }
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::ecs:runTask.sync",
            "Parameters": parameters,
            "ResultSelector": {"stopped.$": "$.StoppedReason"},
        }

    def prepare(self, account: Account, run_id: str) -> None:
        """Put all parts but the late one."""
        for number, part in enumerate(self._parts, start=1):
            if number != self.late:
                self.put(account, self.key(run_id, number), part)

    def given(self, run_id: str) -> Json:
        """Return where the parts are and where the whole goes."""
        url = self.blueprint.url
        return {"source": url(f"{run_id}/in/"), "target": url(f"{run_id}/delivery.csv")}

    def meanwhile(self, account: Account, run_id: str) -> str:
        """Let the late part arrive."""
        key = self.key(run_id, self.late)
        self.put(account, key, self._parts[self.late - 1])
        return f"{self.blueprint.url(key)} arrives"

    @staticmethod
    def key(run_id: str, number: int) -> str:
        """Return where a part is put."""
        return f"{run_id}/in/part-{number:02d}.csv"


def _runs_tasks() -> list[Json]:
    """What a machine needs to run a task and to hear of its end (Step Functions Developer Guide,
    "IAM policies for calling Amazon ECS/AWS Fargate").
    """
    rule: Json = {"Fn::Sub": f"arn:aws:events:${{AWS::Region}}:${{AWS::AccountId}}:rule/{_RULE}"}
    return [
        _allow(["ecs:RunTask"], templates.ref("Task")),
        _allow(["ecs:StopTask", "ecs:DescribeTasks"], "*"),
        {
            **_allow(["iam:PassRole"], [templates.arn("TaskRole"), templates.arn("ExecutionRole")]),
            "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        },
        _allow(["events:PutTargets", "events:PutRule", "events:DescribeRule"], rule),
    ]


def _allow(actions: list[Json], resource: Json) -> dict[str, Json]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def plays(seed: int) -> tuple[SmallPlay, ...]:
    """Return the play of a seed."""
    return (ExitCode(seed),)
