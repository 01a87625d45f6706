"""A scene: one branch of a Parallel state meets a fault of a service, and stops the others."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from bunsui_core.adapters.emulator import templates
from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.deployment import Outputs
from bunsui_core.adapters.emulator.orders import Throttling
from bunsui_core.adapters.emulator.scenes.play import Play
from bunsui_core.adapters.emulator.scenes.scene import Scene, Staged
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.pipeline import Job, Pipeline, SideEffect
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode

_BRANCHES = ("Totals", "Chart", "Letter", "Ledger")
_FAULTS = (
    Throttling(
        service="dynamodb",
        operation="PutItem",
        code="InternalServerError",
        message="Internal server error",
    ),
    Throttling(
        service="kinesis",
        operation="PutRecords",
        code="InternalFailure",
        message="The request processing has failed because of an unknown error.",
    ),
    Throttling(
        service="ses",
        operation="SendEmail",
        code="ServiceUnavailable",
        message="Service Unavailable",
    ),
)


@dataclass(frozen=True)
class Cast:
    """Which branch of which fails, and in whose words."""

    pipeline: str
    job: str
    state: str
    branches: tuple[str, ...]
    broken: str
    fault: Throttling


def cast(seed: int) -> Cast:
    """Return the cast of a seed."""
    dice = random.Random(f"branch {seed}")
    branches = tuple(dice.sample(_BRANCHES, 3))
    return Cast(
        pipeline=f"statements-{seed}",
        job=dice.choice(("assemble", "compose", "build")),
        state=dice.choice(("BuildParts", "AllParts", "SideBySide")),
        branches=branches,
        broken=dice.choice(branches),
        fault=dice.choice(_FAULTS),
    )


class FailingBranch(Play):
    """A session whose Parallel state fails in one branch, once."""

    def __init__(self, seed: int) -> None:
        self.cast = cast(seed)
        self._bucket = f"bunsui-{self.cast.pipeline}"

    @property
    def path(self) -> tuple[str, ...]:
        """Where the job fails."""
        return (self.cast.state, f"Build{self.cast.broken}")

    @property
    def scene(self) -> Scene:
        """The scene that is played."""
        of = self.cast
        return Scene(
            name="failing-branch",
            story=f"One branch of {len(of.branches)} in a Parallel state fails: {of.fault.service} "
            "has a fault of its own. It passes, and a redrive recovers.",
            pipeline=of.pipeline,
            end=End(
                status=SessionStatus.SUCCEEDED, mode=Mode.REDRIVE, category=Category.SERVICE_FAULT
            ),
            failing=of.job,
            answer=Answer.APPROVE,
        )

    def template(self) -> str:
        """Return the template: a machine with a Parallel state, a function and a bucket."""
        of = self.cast
        bucket = f"arn:aws:s3:::{self._bucket}"
        resources: dict[str, Json] = {
            "Bucket": templates.bucket(self._bucket),
            "FunctionRole": templates.function_role(
                templates.allow(["s3:GetObject", "s3:PutObject"], f"{bucket}/*"),
                templates.allow(["s3:ListBucket"], bucket),
            ),
            "MachineRole": templates.machine_role(),
            "Write": templates.function(f"{of.pipeline}-write", "write_result"),
        }
        resources["Machine"] = templates.machine(
            f"{of.pipeline}-{of.job}", _definition(of), {"Write": templates.arn("Write")}
        )
        return templates.template(resources, {"Machine": templates.ref("Machine")})

    def pipeline(self, outputs: Outputs) -> Pipeline:
        """Return the pipeline of one job."""
        of = self.cast
        job = Job(name=of.job, machine=outputs["Machine"], effect=SideEffect.IDEMPOTENT)
        return Pipeline(name=of.pipeline, jobs=(job,))

    def stage(self, account: Account, run_id: str) -> tuple[Staged, ...]:
        """Let the service that the broken branch calls have one fault."""
        of = self.cast
        state = json.dumps({"refusals_left": 1, **of.fault.model_dump()})
        key = f"{run_id}/services/{of.broken}.json"
        account.objects.put_object(Bucket=self._bucket, Key=key, Body=state.encode())
        place = f"s3://{self._bucket}/{run_id}"
        given = {"target": f"{place}/parts/", "dependencies": f"{place}/services/"}
        return (Staged(session_input=json.dumps(given)),)


def _definition(of: Cast) -> Json:
    branches: list[Json] = [_branch(name) for name in of.branches]
    state: dict[str, Json] = {"Type": "Parallel", "Branches": branches, "End": True}
    return {"StartAt": of.state, "States": {of.state: state}}


def _branch(name: str) -> Json:
    given: dict[str, Json] = {
        "job": name,
        "input.$": "$.input",
        "outputs": {},
        "read": {"rows": 0, "distinct": 0},
    }
    build = templates.invoke("${Write}", given, OutputPath="$.Payload")
    return {"StartAt": f"Build{name}", "States": {f"Build{name}": build}}
