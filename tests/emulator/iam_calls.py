"""The calls that tests of permissions make, and the one fact in which two of them differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bunsui_core.adapters.emulator.record import ACCOUNT, REGION
from bunsui_core.domain.value import Json

SET: Mapping[str, Json] = {
    "UpdateExpression": "SET a = :a",
    "ExpressionAttributeValues": {":a": {"S": "1"}},
}
PASS = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
OWN, OTHER = "REQ#agent:claude#1", "REQ#agent:ben#1"
MANAGED, PLAIN, FOREIGN = "{bunsui_managed}", "{bunsui_plain}", "{foreign}"


@dataclass(frozen=True)
class Call:
    """One call: who makes it, what it is, and with which parameters."""

    actor: str
    operation: str
    parameters: Mapping[str, Json]

    def instead(self, **changed: Json) -> Call:
        """The same call with one parameter changed, or left out when it is None."""
        parameters = {**self.parameters, **changed}
        kept = {name: value for name, value in parameters.items() if value is not None}
        return Call(self.actor, self.operation, kept)

    def by(self, actor: str) -> Call:
        """The same call, made by somebody else."""
        return Call(actor, self.operation, self.parameters)

    @property
    def leaves(self) -> frozenset[tuple[str, str]]:
        """Everything the call says, one fact each."""
        said = {"actor": self.actor, "operation": self.operation, "parameters": self.parameters}
        return frozenset(_leaves(said, ""))


def differences(one: Call, other: Call) -> int:
    """In how many facts two calls differ."""
    places = {place for place, _ in one.leaves ^ other.leaves}
    return len(places)


def _leaves(value: object, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, f"{place}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{place}/{number}")
    else:
        yield place, repr(value)


def item(leading: str) -> Json:
    """An item with this partition key."""
    return {"pk": {"S": leading}, "sk": {"S": "1"}}


def write(leading: str, kind: str = "Put") -> Json:
    """One item of a transaction."""
    if kind == "Update":
        return {kind: {"TableName": "bunsui", "Key": item(leading), **SET}}
    if kind == "ConditionCheck":
        exists: Json = {"ConditionExpression": "attribute_not_exists(nothing)"}
        assert isinstance(exists, dict)
        return {kind: {"TableName": "bunsui", "Key": item(leading), **exists}}
    return {kind: {"TableName": "bunsui", "Item": item(leading)}}


def put(actor: str, leading: str) -> Call:
    """A call that puts an item."""
    return Call(actor, "dynamodb.put_item", {"TableName": "bunsui", "Item": item(leading)})


def update(actor: str, leading: str) -> Call:
    """A call that changes an item."""
    key: Json = item(leading)
    return Call(actor, "dynamodb.update_item", {"TableName": "bunsui", "Key": key, **SET})


def together(actor: str, *writes: Json) -> Call:
    """A transaction."""
    return Call(actor, "dynamodb.transact_write_items", {"TransactItems": list(writes)})


def query(actor: str, table: str) -> Call:
    """A query of one partition."""
    asked: Json = {":p": {"S": "REQ#agent:claude#1"}}
    parameters: dict[str, Json] = {"TableName": table, "ExpressionAttributeValues": asked}
    return Call(actor, "dynamodb.query", {**parameters, "KeyConditionExpression": "pk = :p"})


def plan(bucket: str, key: str) -> Call:
    """A plan's body, put where none is yet."""
    name: dict[str, Json] = {"Bucket": bucket, "Key": key}
    return Call("asker", "s3.put_object", {**name, "IfNoneMatch": "*", "Body": "{}"})


def start(actor: str, machine: str) -> Call:
    """A start of a machine."""
    return Call(actor, "stepfunctions.start_execution", {"stateMachineArn": machine})


def on_run(actor: str, operation: str, run: str = "{bunsui_managed_run_1}") -> Call:
    """A call about an execution."""
    return Call(actor, f"stepfunctions.{operation}", {"executionArn": run})


def sign(actor: str, key: str = "{own_key}", algorithm: str = "ED25519_SHA_512") -> Call:
    """A signature."""
    said: dict[str, Json] = {"KeyId": key, "SigningAlgorithm": algorithm}
    return Call(actor, "kms.sign", {**said, "MessageType": "RAW", "Message": "m"})


def function_of(actor: str, role: str) -> Call:
    """A new function, which fails as its package is none, after it was allowed."""
    made: dict[str, Json] = {"FunctionName": "bunsui-new", "Role": role, "Handler": "a.b"}
    code: Json = {"ZipFile": "no package"}
    return Call(actor, "lambda.create_function", {**made, "Runtime": "python3.12", "Code": code})


def machine_of(actor: str, role: str, name: str) -> Call:
    """A new machine."""
    made: dict[str, Json] = {"name": name, "roleArn": role, "definition": PASS}
    return Call(actor, "stepfunctions.create_state_machine", made)


def definition_of(role: str) -> Call:
    """A new task definition."""
    container: Json = {"name": "c", "image": "python:3.12", "memory": 128, "command": ["true"]}
    made: dict[str, Json] = {"family": "bunsui-c", "containerDefinitions": [container]}
    return Call("deployer", "ecs.register_task_definition", {**made, "taskRoleArn": role})


LOGS = Call("asker", "logs.filter_log_events", {"logGroupName": "/aws/lambda/bunsui-f"})
STREAM = Call(
    "asker",
    "logs.get_log_events",
    {"logGroupName": "/aws/lambda/bunsui-f", "logStreamName": "one"},
)
BATCH: Mapping[str, Json] = {"RequestItems": {"bunsui": [{"PutRequest": {"Item": item(OWN)}}]}}
PARTIQL: Mapping[str, Json] = {
    "Statement": "INSERT INTO \"bunsui\" VALUE {'pk': 'REQ#agent:claude#9', 'sk': '1'}"
}
STOP_TASK = Call("deployer", "ecs.stop_task", {"cluster": "bunsui", "task": "a" * 32})
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/bunsui"
