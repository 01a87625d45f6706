"""What a called service refuses fails the Task with the names and the words of AWS."""

from __future__ import annotations

import json
import re

import pytest

from bunsui_core.domain.value import Json
from tests.emulator import stories
from tests.emulator.embedded import Embedded, Execution
from tests.emulator.queues import Queue, client

ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
S3_ID = "[0-9A-F]{16}, Extended Request ID: [\\w/+=]{76}"
NO_QUEUE = "http://127.0.0.1/queue/none"
ITEM: Json = {"id": {"S": "row-3"}}


def task(resource: str, parameters: Json) -> dict[str, Json]:
    """A Task state of an integration."""
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Parameters": parameters,
    }


def run(aws: Embedded, state: dict[str, Json]) -> Execution:
    """An execution of a machine of one state."""
    return aws.run(aws.machine("one", stories.one(state)), {})


def version_1(service: str, status: int, code: str, message: str) -> str:
    """The cause as version 1 of the SDK words it, as a pattern."""
    said = f"(Service: {service}; Status Code: {status}; Error Code: {code}; Request ID: "
    return f"{message} {re.escape(said)}{ID}; Proxy: null\\)"


def version_2(service: str, status: int, message: str, request_id: str = ID) -> str:
    """The cause as version 2 of the SDK words it, as a pattern."""
    said = f"(Service: {service}, Status Code: {status}, Request ID: "
    return f"{message} {re.escape(said)}{request_id}\\) \\(SDK Attempt Count: 1\\)"


MISSING = "Requested resource not found"
NULL = (
    "1 validation error detected: Value null at 'item' failed to satisfy constraint: "
    "Member must not be null"
)
FIFO = "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"

REFUSED = {
    "a table that does not exist": (
        "dynamodb:putItem",
        {"TableName": "none", "Item": ITEM},
        "DynamoDB.ResourceNotFoundException",
        version_1("AmazonDynamoDBv2", 400, "ResourceNotFoundException", MISSING),
    ),
    "an item that is null": (
        "dynamodb:putItem",
        {"TableName": "none", "Item": None},
        "DynamoDB.AmazonDynamoDBException",
        version_1("AmazonDynamoDBv2", 400, "ValidationException", NULL),
    ),
    "a table that does not exist, by the SDK": (
        "aws-sdk:dynamodb:putItem",
        {"TableName": "none", "Item": ITEM},
        "DynamoDb.ResourceNotFoundException",
        version_2("DynamoDb", 400, MISSING),
    ),
    "an item that is null, by the SDK": (
        "aws-sdk:dynamodb:putItem",
        {"TableName": "none", "Item": None},
        "DynamoDb.DynamoDbException",
        version_2("DynamoDb", 400, NULL),
    ),
    "a queue that does not exist": (
        "sqs:sendMessage",
        {"QueueUrl": NO_QUEUE, "MessageBody": "row"},
        "SQS.QueueDoesNotExistException",
        version_1("AmazonSQS", 400, "AWS.SimpleQueueService.NonExistentQueue", ".*"),
    ),
    "a queue that does not exist, by the SDK": (
        "aws-sdk:sqs:getQueueUrl",
        {"QueueName": "none"},
        "Sqs.QueueDoesNotExistException",
        version_2("Sqs", 400, ".*"),
    ),
    "a topic that does not exist": (
        "sns:publish",
        {"TopicArn": "arn:aws:sns:us-east-1:000000000000:none", "Message": "row"},
        "SNS.NotFoundException",
        version_1("AmazonSNS", 404, "NotFound", "Topic does not exist"),
    ),
    "a bucket that does not exist, by the SDK": (
        "aws-sdk:s3:listObjectsV2",
        {"Bucket": "none-such"},
        "S3.NoSuchBucketException",
        version_2("S3", 404, "The specified bucket does not exist", S3_ID),
    ),
    "an execution that does not exist, by the SDK": (
        "aws-sdk:sfn:describeExecution",
        {"ExecutionArn": "arn:aws:states:us-east-1:000000000000:execution:none:none"},
        "Sfn.ExecutionDoesNotExistException",
        version_2("Sfn", 400, ".*"),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_call_fails_the_task_in_the_words_of_aws(account: Embedded, case: str) -> None:
    resource, parameters, error, cause = REFUSED[case]

    failed = run(account, task(resource, json.loads(json.dumps(parameters)))).describe()

    assert failed["error"] == error
    assert re.fullmatch(cause, failed["cause"]), failed["cause"]


def test_a_message_without_its_group_is_refused_by_a_topic_in_order(account: Embedded) -> None:
    topic = client(account, "sns").create_topic(Name="rows.fifo", Attributes={"FifoTopic": "true"})[
        "TopicArn"
    ]

    failed = run(account, task("sns:publish", {"TopicArn": topic, "Message": "row"})).describe()

    assert failed["error"] == "SNS.InvalidParameterException"
    assert re.fullmatch(version_1("AmazonSNS", 400, "InvalidParameter", FIFO), failed["cause"])


def test_an_item_reaches_its_table(account: Embedded) -> None:
    tables = client(account, "dynamodb")
    tables.create_table(
        TableName="rows",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    execution = run(account, task("dynamodb:putItem", {"TableName": "rows", "Item": ITEM}))

    assert execution.status == "SUCCEEDED"
    assert list(json.loads(execution.describe()["output"])) == [
        "SdkHttpMetadata",
        "SdkResponseMetadata",
    ]
    assert tables.get_item(TableName="rows", Key=ITEM)["Item"] == ITEM


def test_a_published_message_is_answered_with_its_id(account: Embedded) -> None:
    topic = client(account, "sns").create_topic(Name="rows")["TopicArn"]

    execution = run(account, task("sns:publish", {"TopicArn": topic, "Message": {"row": 3}}))

    output = json.loads(execution.describe()["output"])
    assert list(output) == ["MessageId", "SdkHttpMetadata", "SdkResponseMetadata"]
    assert re.fullmatch(ID, output["MessageId"])


def test_one_malformed_event_fails_the_task_and_the_others_are_put(account: Embedded) -> None:
    queue = Queue(account, "rows")
    bus = client(account, "events")
    bus.put_rule(Name="rows", EventPattern=json.dumps({"source": ["load"]}))
    bus.put_targets(Rule="rows", Targets=[{"Id": "1", "Arn": queue.arn}])
    good: dict[str, Json] = {"Detail": {"row": 3}, "DetailType": "row", "Source": "load"}
    bad: dict[str, Json] = {**good, "Detail": '"not an object"'}

    execution = run(account, task("events:putEvents", {"Entries": [good, bad]}))

    assert execution.describe()["error"] == "EventBridge.FailedEntry"
    entries = execution.cause["Entries"]
    assert isinstance(entries, list)
    assert execution.cause["FailedEntryCount"] == 1
    assert entries[1] == {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    event = queue.document()
    assert event["detail"] == {"row": 3}
    assert event["resources"] == [execution.arn, execution.describe()["stateMachineArn"]]


def test_an_entry_without_its_source_is_refused_to_any_caller(account: Embedded) -> None:
    entry = {"DetailType": "row", "Detail": "{}"}

    answer = client(account, "events").put_events(Entries=[entry])

    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][0] == {
        "ErrorCode": "InvalidArgument",
        "ErrorMessage": "Parameter Source is not valid. Reason: Source is a required argument.",
    }


@pytest.mark.parametrize(
    ("key", "text", "config", "cause"),
    [
        ("a.csv", "id,id\n1,2\n", {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, "CSV"),
        ("a.json", '{"id": 1}', {"InputType": "JSON"}, "Attempting to map over non-iterable"),
        ("a.json", '[{"id": 1', {"InputType": "JSON"}, "Attempting to read items"),
    ],
)
def test_items_that_cannot_be_read_fail_the_map(
    account: Embedded, name: str, key: str, text: str, config: dict[str, Json], cause: str
) -> None:
    execution = run(account, reading(account, name, key, text, config))

    assert execution.describe()["error"] == "States.ItemReaderFailed"
    assert execution.describe()["cause"].startswith(cause)
    assert execution.types[-3:] == ["MapRunFailed", "MapStateFailed", "ExecutionFailed"]


def test_items_that_can_be_read_are_mapped(account: Embedded, name: str) -> None:
    config: dict[str, Json] = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}

    execution = run(account, reading(account, name, "a.csv", "id,sum\n1,2\n", config))

    assert json.loads(execution.describe()["output"]) == [{"id": "1", "sum": "2"}]


def reading(
    aws: Embedded, bucket: str, key: str, text: str, config: dict[str, Json]
) -> dict[str, Json]:
    """A Map over the items of a file, which is made."""
    aws.s3().create_bucket(Bucket=bucket)
    aws.s3().put_object(Bucket=bucket, Key=key, Body=text.encode())
    return {
        "Type": "Map",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": config,
            "Parameters": {"Bucket": bucket, "Key": key},
        },
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Item",
            "States": {"Item": {"Type": "Pass", "End": True}},
        },
    }
