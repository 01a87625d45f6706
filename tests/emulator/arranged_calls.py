"""Tasks that call a service which misses something, after Tasks that did something."""

from __future__ import annotations

from collections.abc import Callable

from bunsui_core.domain.value import Json
from tests.emulator.embedded import invoking
from tests.emulator.situation import Lab, task

Act = Callable[[Lab], object]


def reads_table(lab: Lab, *before: dict[str, Json]) -> None:
    """A Task that reads a table which is not there, after other states."""
    reads = task("dynamodb:getItem", TableName=f"{lab.name}-rates", Key={"id": {"S": "a"}})
    lab.chain(*before, reads)


def make_rates(lab: Lab) -> None:
    """The table comes."""
    lab.table(f"{lab.name}-rates")


def after(first: Callable[[Lab], dict[str, Json]]) -> Act:
    """Arrange a state of one's own before the one that reads the missing table."""

    def arrange(lab: Lab) -> None:
        reads_table(lab, first(lab))

    return arrange


def puts(lab: Lab) -> dict[str, Json]:
    """A state that puts one item under a fixed key."""
    lab.count = lab.items
    return task("dynamodb:putItem", TableName=lab.table(), Item={"id": {"S": "one"}})


def puts_new(lab: Lab) -> dict[str, Json]:
    """A state that puts an item under a key of its own each time."""
    lab.count = lab.items
    item: Json = {"id": {"S.$": "States.UUID()"}}
    return task("dynamodb:putItem", TableName=lab.table(), Item=item)


def sends(lab: Lab) -> dict[str, Json]:
    """A state that sends a message."""
    url = lab.boto("sqs").create_queue(QueueName=lab.name)["QueueUrl"]
    lab.count = lab.messages
    return task("sqs:sendMessage", QueueUrl=url, MessageBody="hello")


def adds(lab: Lab) -> dict[str, Json]:
    """A state that counts up."""
    table = lab.table()

    def total() -> int:
        found = lab.boto("dynamodb").get_item(TableName=table, Key={"id": {"S": "sum"}})
        return int(found["Item"]["n"]["N"])

    lab.count = total
    return task(
        "dynamodb:updateItem",
        TableName=table,
        Key={"id": {"S": "sum"}},
        UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


def removes(lab: Lab) -> dict[str, Json]:
    """A state that removes an item."""
    return task("dynamodb:deleteItem", TableName=lab.table(), Key={"id": {"S": "one"}})


def sends_nowhere(lab: Lab) -> None:
    """A Task that sends to a queue which is not there."""
    found = lab.boto("sqs").create_queue(QueueName=lab.name)["QueueUrl"]
    lab.boto("sqs").delete_queue(QueueUrl=found)
    lab.chain(task("sqs:sendMessage", QueueUrl=found, MessageBody="hello"))


def make_queue(lab: Lab) -> None:
    """The queue comes."""
    lab.boto("sqs").create_queue(QueueName=lab.name)
    lab.count = lab.messages


def calls_nobody(lab: Lab) -> None:
    """A Task that calls a function which is not there."""
    lab.chain(invoking(f"arn:aws:lambda:us-east-1:000000000000:function:{lab.name}"))


def starts_nobody(lab: Lab) -> None:
    """A Task that starts a machine which is not there."""
    arn = f"arn:aws:states:us-east-1:000000000000:stateMachine:{lab.name}-below"
    lab.chain(task("states:startExecution", StateMachineArn=arn, Input={}))


def make_below(lab: Lab) -> None:
    """The machine below comes."""
    lab.aws.machine(
        f"{lab.name}-below", {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    )


def asks_secret(lab: Lab) -> None:
    """A Task that reads a secret which is not there."""
    lab.chain(task("aws-sdk:secretsmanager:getSecretValue", SecretId=f"{lab.name}-key"))


def make_secret(lab: Lab) -> None:
    """The secret comes."""
    lab.boto("secretsmanager").create_secret(Name=f"{lab.name}-key", SecretString="x")


def lists_bucket(lab: Lab) -> None:
    """A Task that lists a bucket which is not there."""
    lab.chain(task("aws-sdk:s3:listObjectsV2", Bucket=lab.name))
