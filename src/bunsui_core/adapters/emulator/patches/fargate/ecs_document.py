"""A Fargate task as DescribeTasks shows it, and as Step Functions passes it on."""

from __future__ import annotations

import uuid
from datetime import datetime

from ministack.core.responses import get_account_id, get_region
from ministack.services import ecs

from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

RUNS_AS = "bunsui.runs-as"
LOCAL_PROCESS = "local process"
"""By this attribute a task tells that it is no real Fargate task; AWS reports none of that name."""

_PLATFORM = "1.4.0"
# The AWS SDK for Java, which Step Functions calls with, makes lists of what AWS leaves out.
_EMPTY_OF_CONTAINER = ("GpuIds", "ManagedAgents", "NetworkBindings", "NetworkInterfaces")
_EMPTY_OF_OVERRIDE = ("Command", "Environment", "EnvironmentFiles", "ResourceRequirements")


def new_task(definition: Document, asked: Document, cluster: Document) -> Document:
    """Return a task that was accepted and has not begun; keys with `_` are not shown."""
    region, account = get_region(), get_account_id()
    cluster_name, task_id = str(cluster["clusterName"]), uuid.uuid4().hex
    arn = f"arn:aws:ecs:{region}:{account}:task/{cluster_name}/{task_id}"
    tags = asked.get("tags") or []
    return {
        "attachments": [_network_interface(asked)],
        "attributes": [
            {"name": "ecs.cpu-architecture", "value": "x86_64"},
            {"name": RUNS_AS, "value": LOCAL_PROCESS},
        ],
        "availabilityZone": f"{region}a",
        "clusterArn": cluster["clusterArn"],
        "containers": [
            _container(each, arn, f"{region}:{account}:container/{cluster_name}/{task_id}")
            for each in containers_of(definition)
        ],
        "cpu": definition.get("cpu", "256"),
        "createdAt": ecs._iso(),
        "desiredStatus": "RUNNING",
        "enableExecuteCommand": asked.get("enableExecuteCommand", False),
        "ephemeralStorage": definition.get("ephemeralStorage") or {"sizeInGiB": 20},
        "group": asked.get("group") or f"family:{definition['family']}",
        "lastStatus": "PROVISIONING",
        "launchType": "FARGATE",
        "memory": definition.get("memory", "512"),
        "overrides": _overrides(asked, definition),
        "platformFamily": "Linux",
        "platformVersion": _platform(asked),
        "startedBy": asked.get("startedBy"),
        "tags": tags,
        "taskArn": arn,
        "taskDefinitionArn": definition["taskDefinitionArn"],
        "version": 1,
        "_deployment_id": asked.get("_deploymentId"),
        "_network_mode": definition.get("networkMode"),
    }


def containers_of(definition: Document) -> list[Document]:
    """Return the container definitions of a task definition."""
    return listed(definition.get("containerDefinitions"))


def listed(value: Json) -> list[Document]:
    """Return the objects of a list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def document(value: Json) -> Document:
    """Return an object, empty where there is none."""
    return value if isinstance(value, dict) else {}


def override_of(asked: Document, name: str) -> Document:
    """Return what a request overrides of a container."""
    rows = listed(document(asked.get("overrides")).get("containerOverrides"))
    return next((row for row in rows if row.get("name") == name), {})


def in_states(value: Json) -> Json:
    """Return an answer of ECS as Step Functions words it: other names, milliseconds, no gaps."""
    if isinstance(value, list):
        return [in_states(each) for each in value]
    if not isinstance(value, dict):
        return value
    renamed = {_capital(name): _moment(name, in_states(each)) for name, each in value.items()}
    for empty in _gaps(value):
        renamed.setdefault(empty, [])
    return dict(sorted(renamed.items()))


def _gaps(value: Document) -> tuple[str, ...]:
    if "containerArn" in value:
        return _EMPTY_OF_CONTAINER
    if "taskDefinitionArn" in value:
        return ("InferenceAccelerators", "Tags")
    # An override has a name and at most these; other things with a name have more.
    known = {"name", "command", "environment", "environmentFiles", "cpu", "memory"}
    return _EMPTY_OF_OVERRIDE if "name" in value and set(value) <= known else ()


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _moment(name: str, value: Json) -> Json:
    if name in ecs._ECS_TIMESTAMP_FIELDS and isinstance(value, str):
        return int(datetime.fromisoformat(value).timestamp() * 1000)
    return value


def _container(definition: Document, task_arn: str, place: str) -> Document:
    return {
        "containerArn": f"arn:aws:ecs:{place}/{uuid.uuid4()}",
        "cpu": str(definition.get("cpu") or 0),
        "image": definition["image"],
        "lastStatus": "PENDING",
        "name": definition["name"],
        "networkInterfaces": [],
        "taskArn": task_arn,
    }


def _network_interface(asked: Document) -> Document:
    chosen = document(document(asked.get("networkConfiguration")).get("awsvpcConfiguration"))
    subnets = chosen.get("subnets")
    subnet = subnets[0] if isinstance(subnets, list) and subnets else ""
    return {
        "details": [{"name": "subnetId", "value": subnet}],
        "id": str(uuid.uuid4()),
        "status": "PRECREATED",
        "type": "ElasticNetworkInterface",
    }


def _overrides(asked: Document, definition: Document) -> Document:
    given = document(asked.get("overrides"))
    named = {str(row.get("name")) for row in listed(given.get("containerOverrides"))}
    # ECS lists every container, whether something of it is overridden or not.
    rest = [{"name": c["name"]} for c in containers_of(definition) if c["name"] not in named]
    return {
        **given,
        "containerOverrides": [*listed(given.get("containerOverrides")), *rest],
        "inferenceAcceleratorOverrides": [],
    }


def _platform(asked: Document) -> Json:
    version = asked.get("platformVersion")
    return version if version and version != "LATEST" else _PLATFORM
