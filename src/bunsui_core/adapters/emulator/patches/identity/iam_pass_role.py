"""iam:PassRole: who gives a service a role needs the permission to pass that role to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ministack.services import ecs

from bunsui_core.adapters.emulator.patches.identity import iam_request
from bunsui_core.adapters.emulator.patches.identity.iam_request import Check, Request
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

_TASK_ROLES = ("taskRoleArn", "executionRoleArn")
# By service: who takes the role, and the members that name it, in the operations that take one.
_PASSED_TO: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "lambda": ("lambda.amazonaws.com", ("Role",)),
    "states": ("states.amazonaws.com", ("roleArn",)),
    "ecs": ("ecs-tasks.amazonaws.com", _TASK_ROLES),
    "scheduler": ("scheduler.amazonaws.com", ("RoleArn",)),
    "events": ("events.amazonaws.com", ("RoleArn",)),
    "cloudformation": ("cloudformation.amazonaws.com", ("RoleARN",)),
}
_RUNS = ("RunTask", "StartTask")


def split(request: Request, asked: Check) -> Sequence[Check]:
    """Return the check itself and one of iam:PassRole for each role that the request passes."""
    taker = _PASSED_TO[request.service][0]
    passed = {role: None for role in _roles(request) if role}
    keys: dict[str, Json] = {"iam:PassedToService": taker}
    return [asked, *(Check("iam:PassRole", role, keys) for role in passed)]


def _roles(request: Request) -> Iterator[str]:
    names = _PASSED_TO[request.service][1]
    data: Json = request.data
    if request.service == "cloudformation":
        yield from (value for name in names for value in request.parameters.get(name, []))
        return
    yield from _named(data, names)
    if request.service == "ecs" and request.operation in _RUNS:
        reference = ecs._resolve_td_key(request.text("taskDefinition"))
        definition: Document = ecs._task_defs.get(reference) or {}
        yield from _named({name: definition.get(name) for name in _TASK_ROLES}, _TASK_ROLES)


def _named(data: Json, names: Sequence[str]) -> Iterator[str]:
    """Return every value that stands under one of these names, however deep."""
    if isinstance(data, list):
        for one in data:
            yield from _named(one, names)
    elif isinstance(data, dict):
        for name, value in data.items():
            if name in names and isinstance(value, str):
                yield value
            else:
                yield from _named(value, names)


def install() -> None:
    """Ask for iam:PassRole wherever a role is passed."""
    for service in _PASSED_TO:
        iam_request.split(service, split)
