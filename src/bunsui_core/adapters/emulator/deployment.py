"""Brings stacks to the embedded AWS, through CloudFormation."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bunsui_core.adapters.emulator.account import Account
from bunsui_core.domain.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

_PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.05
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")

Outputs = Mapping[str, str]
"""What a stack gives out, by name."""


def deploy(account: Account, templates: Mapping[str, str]) -> Mapping[str, Outputs]:
    """Return the outputs of each stack by its name; what is deployed already is left as it is.

    Raises:
        Unavailable: CloudFormation could not complete a stack.
    """
    for name, body in templates.items():
        _create_or_update(account.stacks, name, body)
    return {name: _outputs(name, _settled(account.stacks, name)) for name in templates}


def _create_or_update(client: CloudFormationClient, name: str, body: str) -> None:
    try:
        client.create_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
    except client.exceptions.AlreadyExistsException:
        # The template may be that of an older bunsui.
        _update(client, name, body)


def _update(client: CloudFormationClient, name: str, body: str) -> None:
    kept = client.get_template(StackName=name)["TemplateBody"]
    if str(kept) == body:
        return
    try:
        client.update_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
    except client.exceptions.ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise


def _settled(client: CloudFormationClient, name: str) -> StackTypeDef:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        stack = client.describe_stacks(StackName=name)["Stacks"][0]
        if not stack["StackStatus"].endswith("_IN_PROGRESS") or time.monotonic() > deadline:
            return stack
        time.sleep(_LOOK_SECONDS)


def _outputs(name: str, stack: StackTypeDef) -> Outputs:
    if stack["StackStatus"] not in _DONE:
        raise Unavailable(
            f"The stack {name} is {stack['StackStatus']}: "
            f"{stack.get('StackStatusReason', 'no reason given')}.",
            "Start afresh with `bunsui local down` and an empty BUNSUI_HOME.",
        )
    return {entry["OutputKey"]: entry["OutputValue"] for entry in stack.get("Outputs", [])}
