"""Brings the pipeline `orders` to the embedded AWS, through CloudFormation."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from bunsui_core.adapters.emulator import orders
from bunsui_core.adapters.emulator.access import DIRECT, session
from bunsui_core.adapters.emulator.orders import Cast
from bunsui_core.adapters.emulator.record import Credentials, LocalServer
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.pipeline import Job, Pipeline, SideEffect

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

_PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.05
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def deploy(server: LocalServer, credentials: Credentials, cast: Cast) -> Pipeline:
    """Return the deployed pipeline; what is deployed already is left as it is.

    Raises:
        Unavailable: CloudFormation could not complete the stack.
    """
    aws = session(credentials)
    with closing(aws.client("cloudformation", endpoint_url=server.url, config=DIRECT)) as client:
        _create_or_update(client, cast)
        stack = _settled(client, cast.pipeline)
    if stack["StackStatus"] not in _DONE:
        raise Unavailable(
            f"The stack {cast.pipeline} is {stack['StackStatus']}: "
            f"{stack.get('StackStatusReason', 'no reason given')}.",
            "Start afresh with `bunsui local down` and an empty BUNSUI_HOME.",
        )
    return _pipeline(cast, stack)


def _create_or_update(client: CloudFormationClient, cast: Cast) -> None:
    body = orders.template(cast)
    try:
        client.create_stack(
            StackName=cast.pipeline, TemplateBody=body, Capabilities=["CAPABILITY_IAM"]
        )
    except client.exceptions.AlreadyExistsException:
        # The template may be that of an older bunsui.
        _update(client, cast.pipeline, body)


def _update(client: CloudFormationClient, name: str, body: str) -> None:
    kept = client.get_template(StackName=name)["TemplateBody"]
    if str(kept) == body:
        return
    try:
        client.update_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise


def _settled(client: CloudFormationClient, name: str) -> StackTypeDef:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        stack = client.describe_stacks(StackName=name)["Stacks"][0]
        if not stack["StackStatus"].endswith("_IN_PROGRESS") or time.monotonic() > deadline:
            return stack
        time.sleep(_LOOK_SECONDS)


def _pipeline(cast: Cast, stack: StackTypeDef) -> Pipeline:
    outputs = {entry["OutputKey"]: entry["OutputValue"] for entry in stack["Outputs"]}
    return Pipeline(
        name=cast.pipeline,
        jobs=tuple(
            Job(
                name=part.job,
                machine=outputs[f"Machine{number}"],
                after=part.after,
                effect=SideEffect.IDEMPOTENT,
            )
            for number, part in enumerate(cast.parts, start=1)
        ),
    )
