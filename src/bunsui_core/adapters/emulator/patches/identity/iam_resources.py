"""The resource that each operation of Step Functions, Logs, ECS and KMS is about.

MiniStack takes the first member that looks like a resource, also one the operation does not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ministack import app
from ministack.services import ecs, tagging
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.identity import iam_request
from bunsui_core.adapters.emulator.patches.identity.iam_request import Check, Request
from bunsui_core.domain.value import Json

# By operation of Step Functions: the members that may name the resource.
_EXECUTIONS = dict.fromkeys(
    (
        "DescribeExecution",
        "DescribeStateMachineForExecution",
        "GetExecutionHistory",
        "ListMapRuns",
        "RedriveExecution",
        "StopExecution",
    ),
    ("executionArn",),
)
_STATES: Mapping[str, tuple[str, ...]] = {
    **_EXECUTIONS,
    "ListExecutions": ("stateMachineArn", "mapRunArn"),
    "DescribeMapRun": ("mapRunArn",),
    "UpdateMapRun": ("mapRunArn",),
    "TagResource": ("resourceArn",),
    "UntagResource": ("resourceArn",),
    "ListTagsForResource": ("resourceArn",),
    "GetActivityTask": ("activityArn",),
    "DescribeActivity": ("activityArn",),
    "DeleteActivity": ("activityArn",),
    "DescribeStateMachineAlias": ("stateMachineAliasArn",),
    "UpdateStateMachineAlias": ("stateMachineAliasArn",),
    "DeleteStateMachineAlias": ("stateMachineAliasArn",),
    "DeleteStateMachineVersion": ("stateMachineVersionArn",),
    "ListStateMachines": (),
    "ListActivities": (),
    "SendTaskSuccess": (),
    "SendTaskFailure": (),
    "SendTaskHeartbeat": (),
    "TestState": (),
    "ValidateStateMachineDefinition": (),
}
_CREATED = {"CreateStateMachine": "stateMachine", "CreateActivity": "activity"}
_ON_LOG_TAGS = {"TagResource", "UntagResource", "ListTagsForResource"}
_ON_ALL_LOGS = {"DescribeLogGroups", "GetQueryResults", "DescribeQueries", "StopQuery"}
_ON_KEY_NAMES = {"CreateAlias", "UpdateAlias", "DeleteAlias", "ListAliases", "ListKeys"}


def states(request: Request, asked: Check) -> Sequence[Check]:
    """Check the machine, execution, map run or activity that the operation is about."""
    operation = request.operation
    if operation in _CREATED:
        kind, name = _CREATED[operation], request.text("name")
        return [asked.on(f"arn:aws:states:{sf.get_region()}:{sf.get_account_id()}:{kind}:{name}")]
    members = _STATES.get(operation, ("stateMachineArn",))
    resource = request.text(*members) or "*"
    return [asked.on(resource, **_tags(resource))]


def logs(request: Request, asked: Check) -> Sequence[Check]:
    """Check the log stream, or the log group as AWS names it: with an empty stream."""
    if request.operation in _ON_LOG_TAGS:
        return [asked]
    if request.operation in _ON_ALL_LOGS:
        return [asked.on("*")]
    groups = [request.text("logGroupName", "logGroupIdentifier")]
    for several in ("logGroupNames", "logGroupIdentifiers"):
        listed = request.data.get(several)
        groups += [str(one) for one in listed] if isinstance(listed, list) else []
    stream = request.text("logStreamName")
    return [asked.on(_log_arn(group, stream)) for group in groups if group] or [asked.on("*")]


def containers(request: Request, asked: Check) -> Sequence[Check]:
    """Check the task definition or the tasks, with their cluster as a condition key."""
    data, operation = request.data, request.operation
    cluster = _ecs_arn("cluster", str(data.get("cluster") or "default"))
    keys = {"ecs:cluster": cluster}
    if operation in ("RunTask", "StartTask"):
        return [asked.on(_task_definition(request.text("taskDefinition")), **keys)]
    if operation in ("StopTask", "DescribeTasks", "ExecuteCommand"):
        named = data.get("tasks") or [data.get("task")]
        place = f"task/{cluster.rpartition('/')[2]}"
        tasks = named if isinstance(named, list) else []
        return [asked.on(_ecs_arn(place, str(task)), **keys) for task in tasks] or [asked.on("*")]
    if operation in ("DescribeTaskDefinition", "ListTaskDefinitions", "ListTasks"):
        return [asked.on("*", **keys)]
    if operation == "RegisterTaskDefinition":
        return [asked.on(_ecs_arn("task-definition", f"{request.text('family')}:*"))]
    return [asked]


def keys(request: Request, asked: Check) -> Sequence[Check]:
    """Check the key itself, also when its alias was named, with what is to be signed how."""
    data = request.data
    # Its module loads a cryptography library, which only its own requests need.
    found = app._get_module("kms")._resolve_key(request.text("KeyId"))
    resource = str(found["Arn"]) if found and request.operation not in _ON_KEY_NAMES else ""
    keys: dict[str, Json] = {}
    if request.operation in ("Sign", "Verify"):
        keys["kms:SigningAlgorithm"] = data.get("SigningAlgorithm")
        keys["kms:MessageType"] = data.get("MessageType") or "RAW"
    if alias := request.text("KeyId"):
        keys |= {"kms:RequestAlias": alias} if alias.startswith("alias/") else {}
    return [asked.on(resource or asked.resource, **keys)]


def _tags(resource: str) -> dict[str, Json]:
    found = tagging.resource_tags(resource) or {}
    return {f"aws:resourcetag/{name}".lower(): value for name, value in found.items()}


def _log_arn(group: str, stream: str) -> str:
    if group.startswith("arn:"):
        return f"{group.removesuffix(':*')}:log-stream:{stream}"
    place = f"{sf.get_region()}:{sf.get_account_id()}"
    return f"arn:aws:logs:{place}:log-group:{group}:log-stream:{stream}"


def _ecs_arn(kind: str, name: str) -> str:
    if name.startswith("arn:"):
        return name
    return f"arn:aws:ecs:{sf.get_region()}:{sf.get_account_id()}:{kind}/{name}"


def _task_definition(reference: str) -> str:
    found = ecs._task_defs.get(ecs._resolve_td_key(reference))
    return str(found["taskDefinitionArn"]) if found else _ecs_arn("task-definition", reference)


def machine_tags(arn: str) -> dict[str, str] | None:
    """Return the tags of a machine, its versions and its executions, which inherit them."""
    machine = arn
    if ":execution:" in arn:
        execution = sf._executions.get(arn)
        machine = str(execution["stateMachineArn"]) if execution else ""
    plain = ":".join(machine.split(":")[:7])
    tags = sf._tags.get(machine) or sf._tags.get(plain)
    return None if tags is None else {tag["key"]: tag["value"] for tag in tags}


def install() -> None:
    """Check each operation on the resource that it is about."""
    anchor.require(tagging.resource_tags, "5d98719f044cac9b")
    resource_tags = tagging.resource_tags

    def tags(arn: str) -> dict[str, str] | None:
        if arn.startswith("arn:aws:states:"):
            return machine_tags(arn)
        found: dict[str, str] | None = resource_tags(arn)
        return found

    tagging.resource_tags = tags
    iam_request.split("states", states)
    iam_request.split("logs", logs)
    iam_request.split("ecs", containers)
    iam_request.split("kms", keys)
