"""Containers, images, machines below, and machines that can be entered: how they fail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bunsui_core.domain.door import with_entry
from bunsui_core.domain.value import Json
from tests.emulator.arranged_calls import Act, sends
from tests.emulator.arranged_functions import BUG, RIGHT, WRONG
from tests.emulator.embedded import invoking
from tests.emulator.fargate import Fargate, python
from tests.emulator.situation import Lab, chained, task

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionTypeDef

CRASHES, ENDS = "raise SystemExit(139)", "raise SystemExit(3)"
WORKS = "print('done')"
MANIFEST = json.dumps({"schemaVersion": 2, "config": {}, "layers": []})


def container(program: str, image: str = "") -> Act:
    """Arrange a container that runs a program."""

    def arrange(lab: Lab) -> None:
        fargate = Fargate.of(lab.aws, lab.name, _container(program, image))
        lab.chain(fargate.state())

    return arrange


def register(lab: Lab) -> None:
    """A revision of the task definition that works is registered."""
    Fargate.again(lab.aws, lab.name).register(_container(WORKS, ""))


def register_again(lab: Lab) -> None:
    """A revision that runs the same is registered."""
    Fargate.again(lab.aws, lab.name).register(_container(CRASHES, PINNED))


PINNED = f"python@sha256:{'0' * 63}1"
"""An image by its digest: what it holds can never change."""


def _container(program: str, image: str) -> ContainerDefinitionTypeDef:
    made = python(program)
    return {**made, "image": image} if image else made


def unpushed(lab: Lab) -> None:
    """A container whose image is not in its repository."""
    lab.boto("ecr").create_repository(repositoryName=lab.name)
    image = f"000000000000.dkr.ecr.us-east-1.amazonaws.com/{lab.name}:v1"
    fargate = Fargate.of(lab.aws, lab.name, _container(WORKS, image))
    lab.chain(fargate.state())


def push(lab: Lab) -> None:
    """The image is pushed."""
    lab.boto("ecr").put_image(repositoryName=lab.name, imageManifest=MANIFEST, imageTag="v1")


def below(lab: Lab) -> None:
    """A machine below whose path leads nowhere."""
    child = lab.aws.machine(f"{lab.name}-below", chained([WRONG]))
    lab.chain(task("states:startExecution.sync:2", StateMachineArn=child, Input={"a": 1}))


def correct_below(lab: Lab) -> None:
    """The machine below is corrected."""
    arn = f"arn:aws:states:us-east-1:000000000000:stateMachine:{lab.name}-below"
    lab.aws.states().update_state_machine(
        stateMachineArn=arn, definition=json.dumps(chained([RIGHT]))
    )


def bug_below(lab: Lab) -> None:
    """A machine below whose function has a bug."""
    child = lab.aws.machine(f"{lab.name}-below", chained([invoking(lab.function(BUG))]))
    lab.chain(task("states:startExecution.sync:2", StateMachineArn=child, Input={"a": 1}))


def enters(lab: Lab, *states: dict[str, Json]) -> None:
    """Make a machine that can be entered at each of its states."""
    lab.given = {"payload": {"a": 1}}
    lab.arn = lab.aws.states().create_state_machine(
        name=lab.name,
        definition=with_entry(json.dumps(chained(states))),
        roleArn=lab.aws.role(),
    )["stateMachineArn"]


def sent_then_bug(lab: Lab) -> None:
    """A message is sent, then a function breaks."""
    enters(lab, sends(lab), invoking(lab.function(BUG)))


def sent_then_wrong(lab: Lab) -> None:
    """A message is sent, then a path leads nowhere."""
    enters(lab, sends(lab), WRONG)


def correct_path(lab: Lab) -> None:
    """The definition is corrected; the message is sent as before."""
    found = lab.aws.states().describe_state_machine(stateMachineArn=lab.arn)["definition"]
    states = json.loads(found)
    states["States"]["S2"].pop("InputPath")
    lab.aws.states().update_state_machine(stateMachineArn=lab.arn, definition=json.dumps(states))
