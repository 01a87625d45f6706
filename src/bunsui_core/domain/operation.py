"""Which operation a task ran, read from what its events say."""

from __future__ import annotations

from bunsui_core.domain.failure import ContainerTask, HistoryEvent
from bunsui_core.domain.value import read_json

CONTAINERS = "ecs:runTask"
"""How the resource of a task that runs containers begins."""

_FUNCTION = ":function:"
_RUNS = frozenset(
    {
        "apigateway",
        "athena",
        "batch",
        "bedrock",
        "codebuild",
        "databrew",
        "ecs",
        "eks",
        "elasticmapreduce",
        "emr-containers",
        "emr-serverless",
        "emrcontainers",
        "emrserverless",
        "glue",
        "http",
        "lambda",
        "sagemaker",
        "ssm",
    }
)


def function_name(resource: str) -> str:
    """Return the Lambda function's name out of an ARN or a name; nothing for another service."""
    if _FUNCTION in resource:
        return resource.split(_FUNCTION, 1)[1].split(":", 1)[0]
    return "" if ":" in resource or "/" in resource else resource


def runs_something(resource: str) -> bool:
    """Whether a service runs a program of the user; others only do what their call says.

    A nested execution is none: it is followed down.
    """
    services = set(resource.split(":")[:-1])
    return resource.startswith("arn:") or bool(services & _RUNS)


def machine_name(execution_arn: str) -> str:
    """Return the name of an execution's machine: `arn:…:execution:NAME:…`."""
    _, _, rest = execution_arn.partition(":execution:")
    return rest.split(":", 1)[0] or execution_arn


def named(resource: str, task: ContainerTask | None) -> str:
    """Return an operation in the words of a reader: what it is, and for containers what ran it."""
    if task:
        platform = f", {task.platform}" if task.platform else ""
        return f"container {task.container or '?'}{platform}"
    function = function_name(resource)
    return f"function {function}" if function else resource


def resource_of(scheduled: HistoryEvent | None) -> str:
    """Return the function a task was to call, or `service:action` for anything else."""
    if scheduled is None:
        return ""
    if scheduled.type.startswith("LambdaFunction"):
        return scheduled.resource
    if scheduled.resource_type == "lambda":
        return _called_function(scheduled.parameters) or "lambda:invoke"
    return ":".join(part for part in (scheduled.resource_type, scheduled.resource) if part)


def _called_function(parameters: str | None) -> str:
    try:
        found = read_json(parameters or "{}")
    except ValueError:
        return ""
    name = found.get("FunctionName") if isinstance(found, dict) else None
    return name if isinstance(name, str) else ""
