"""Whether a thing exists, asked of the service that has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.adapters.aws.inventory import digest_of
from bunsui_core.domain.errors import BadInput, NotFound
from bunsui_core.domain.thing import Thing, ThingKind
from bunsui_core.ports.observe import ThingState

_NO_POLICY = ""


def existing(thing: Thing, clients: Clients) -> ThingState:
    """Return how a thing stands. Raises: NotFound, or what AWS raises, when it is not there."""
    return _ASKS[thing.kind](thing, clients)


def _function(thing: Thing, clients: Clients) -> ThingState:
    found = clients.functions.get_function_configuration(FunctionName=thing.name)
    return _there(thing, {"state": found.get("State"), "code": found.get("CodeSha256")})


def _machine(thing: Thing, clients: Clients) -> ThingState:
    found = clients.stepfunctions.describe_state_machine(stateMachineArn=thing.name)
    return _there(thing, {"status": found.get("status")}, found["creationDate"])


def _table(thing: Thing, clients: Clients) -> ThingState:
    found = clients.of("dynamodb").describe_table(TableName=thing.name)["Table"]
    if found.get("TableStatus") not in {"ACTIVE", "UPDATING"}:
        raise NotFound(f"table {thing.name} is {found.get('TableStatus')}.", "Wait for it.")
    return _there(thing, {"id": found.get("TableId", found["TableArn"])}, found["CreationDateTime"])


def _bucket(thing: Thing, clients: Clients) -> ThingState:
    clients.objects.head_bucket(Bucket=thing.name)
    policy = _NO_POLICY
    with suppress(NotFound), translated(f"policy of {thing.name}"):
        policy = clients.objects.get_bucket_policy(Bucket=thing.name)["Policy"]
    return _there(thing, {}).model_copy(update={"policy": policy})


def _queue(thing: Thing, clients: Clients) -> ThingState:
    queues, name = clients.of("sqs"), thing.name
    if name.startswith("arn:"):
        region, account, queue = name.split(":")[3:6]
        name = f"https://sqs.{region}.amazonaws.com/{account}/{queue}"
    names = ["CreatedTimestamp", "Policy", "QueueArn"]
    found = queues.get_queue_attributes(QueueUrl=name, AttributeNames=names)["Attributes"]
    made_at = datetime.fromtimestamp(float(found["CreatedTimestamp"]), UTC)
    state = _there(thing, {"made": found["CreatedTimestamp"]}, made_at)
    return state.model_copy(update={"policy": found.get("Policy", _NO_POLICY)})


def _secret(thing: Thing, clients: Clients) -> ThingState:
    found = clients.of("secretsmanager").describe_secret(SecretId=thing.name)
    if found.get("DeletedDate"):
        raise NotFound(f"secret {thing.name} is being deleted.", "Restore it.")
    policy = clients.of("secretsmanager").get_resource_policy(SecretId=thing.name)
    changed_at = found.get("LastChangedDate")
    state = _there(thing, {"at": changed_at}, changed_at)
    return state.model_copy(update={"policy": policy.get("ResourcePolicy", _NO_POLICY)})


def _image(thing: Thing, clients: Clients) -> ThingState:
    """An image of ECR by tag or digest; other registries are not asked."""
    registry, _, rest = thing.name.partition("/")
    if ".dkr.ecr." not in registry:
        raise BadInput(f"{registry} is not a registry of ECR.", "Look at the image there.")
    repository, _, digest = rest.partition("@")
    repository, _, tag = repository.partition(":")
    image = {"imageDigest": digest} if digest else {"imageTag": tag or "latest"}
    found = clients.of("ecr").describe_images(
        registryId=registry.split(".")[0], repositoryName=repository, imageIds=[image]
    )["imageDetails"]
    if not found:
        raise NotFound(f"{thing.name} is not there.", "Push it.")
    return _there(thing, {"digest": found[0]["imageDigest"]}, found[0].get("imagePushedAt"))


def _task(thing: Thing, clients: Clients) -> ThingState:
    try:
        with translated(f"task definition {thing.name}"):
            found = clients.containers.describe_task_definition(taskDefinition=thing.name)
    except BadInput as error:
        raise NotFound(error.message, "Look at the task definitions in ECS.") from error
    task = found["taskDefinition"]
    if task.get("status") == "INACTIVE":
        raise NotFound(f"task definition {thing.name} is inactive.", "Register another.")
    return _there(thing, {"arn": task.get("taskDefinitionArn")}, task.get("registeredAt"))


def _there(thing: Thing, known: Mapping[str, object], at: datetime | None = None) -> ThingState:
    return ThingState(thing=thing, state=digest_of({"is": "there", **known}), made_at=at)


_ASKS: Mapping[ThingKind, Callable[[Thing, Clients], ThingState]] = {
    ThingKind.FUNCTION: _function,
    ThingKind.MACHINE: _machine,
    ThingKind.TABLE: _table,
    ThingKind.BUCKET: _bucket,
    ThingKind.QUEUE: _queue,
    ThingKind.SECRET: _secret,
    ThingKind.IMAGE: _image,
    ThingKind.TASK: _task,
}
