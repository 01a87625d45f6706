"""Task definitions for Fargate are checked as ECS checks them, through its API and in a stack."""

from __future__ import annotations

import json
from collections.abc import Callable

from ministack.core.responses import error_response_json
from ministack.services import ecs

from bunsui_core.adapters.emulator.patches import anchor, late
from bunsui_core.adapters.emulator.patches.fargate import ecs_document
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

_Response = tuple[int, dict[str, str], bytes]

# Amazon ECS Developer Guide, "Task definition parameters for Fargate": MiB by CPU units.
_SIZES = {
    256: (512, 1024, 2048),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
_LONGEST_STOP_SECONDS = 120
_NETWORK = "Fargate only supports network mode ‘awsvpc’."  # noqa: RUF001 ECS quotes so
_NO_ROLE = "Fargate requires task definition to have execution role ARN to support {what}."
_STOP = (
    "Tasks using the Fargate launch type must have a container stop timeout of less than 120 "
    "seconds."
)
# Maps whose keys are the user's own.
_KEPT_AS_IT_IS = {"DockerLabels", "Options"}


def problem(definition: Document) -> str:
    """Return why ECS does not take a definition for Fargate, in its words; else an empty text."""
    compatible = definition.get("requiresCompatibilities")
    if not isinstance(compatible, list) or "FARGATE" not in compatible:
        return ""
    if definition.get("networkMode") != "awsvpc":
        return _NETWORK
    for name in ("cpu", "memory"):
        if not definition.get(name):
            return f"Fargate requires that '{name}' be defined at the task level."
    cpu, memory = _number(definition["cpu"]), _number(definition["memory"])
    if memory not in _SIZES.get(cpu, ()):
        return f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory."
    found = (_container_problem(one, definition) for one in ecs_document.containers_of(definition))
    return next((told for told in found if told), "")


def _container_problem(container: Document, definition: Document) -> str:
    driver = ecs_document.document(container.get("logConfiguration")).get("logDriver")
    if not definition.get("executionRoleArn"):
        if driver == "awslogs":
            return _NO_ROLE.format(what="log driver awslogs")
        if ".dkr.ecr." in str(container.get("image")):
            return _NO_ROLE.format(what="ECR images")
    return _STOP if _number(container.get("stopTimeout") or 0) > _LONGEST_STOP_SECONDS else ""


def _number(value: Json) -> int:
    """Sizes may be texts; what is none is -1, which no size is."""
    return int(value) if isinstance(value, int | str) and str(value).isdigit() else -1


def in_api_words(value: Json) -> Json:
    """Return properties of a stack as the API names them."""
    if isinstance(value, list):
        return [in_api_words(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name[:1].lower() + name[1:]: each if name in _KEPT_AS_IT_IS else in_api_words(each)
        for name, each in value.items()
    }


def _of_stack(logical_id: str, properties: Document, stack: str) -> tuple[str, Document]:
    """Register the task definition of a stack, in whose properties true may be a text."""
    asked = ecs_document.document(in_api_words(properties))
    asked.setdefault("family", f"{stack}-{logical_id}")
    for container in ecs_document.containers_of(asked):
        container["essential"] = str(container.get("essential", True)).lower() == "true"
    status, _, body = ecs._register_task_definition(asked)
    answer = json.loads(body)
    if status >= 400:
        raise ValueError(
            'Resource handler returned message: "Invalid request provided: Create TaskDefinition: '
            f"{answer['message']} (Service: AmazonECS; Status Code: {status}; Error Code: "
            'ClientException)"'
        )
    arn = str(answer["taskDefinition"]["taskDefinitionArn"])
    return arn, {"TaskDefinitionArn": arn}


def install() -> None:
    """Refuse the task definitions that ECS refuses, wherever they come from."""
    anchor.require(ecs._register_task_definition, "824afe19e6a1688d")
    register: Callable[[Document], _Response] = ecs._register_task_definition

    def register_checked(asked: Document) -> _Response:
        told = problem(asked)
        response: _Response = (
            error_response_json("ClientException", told, 400) if told else register(asked)
        )
        return response

    ecs._register_task_definition = register_checked
    ecs._ACTION_MAP["RegisterTaskDefinition"] = register_checked
    late.when_loaded("ministack.services.cloudformation.provisioners", _check_stacks)


def _check_stacks() -> None:
    # Deferred: it loads every service there is, twenty megabytes of them.
    from ministack.services.cloudformation import provisioners

    anchor.require(provisioners._ecs_task_def_create, "a5b3d83f890ce257")
    # Updates of a stack look it up; new resources take it from the table.
    provisioners._ecs_task_def_create = _of_stack
    provisioners._RESOURCE_HANDLERS["AWS::ECS::TaskDefinition"]["create"] = _of_stack
