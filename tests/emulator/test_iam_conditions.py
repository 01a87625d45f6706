"""The condition keys that services tell, each in a call that it decides.

A user has one statement; a call is denied, and its twin, which differs in one fact, is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bunsui_core.adapters.emulator.record import ACCOUNT, REGION
from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded
from tests.emulator.iam_calls import PASS, Call, differences
from tests.emulator.iam_world import DENIED, World, principal
from tests.emulator.raw import json_call

TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/limited"
ME = "limited"


@pytest.fixture(scope="module")
def limited(estate: World) -> World:
    """The estate with a user whose policy each test writes, and a table with an index."""
    iam = estate.client("root", "iam")
    nothing: dict[str, Json] = {"Version": "2012-10-17", "Statement": deny("*")}
    estate.keys[ME] = principal(iam, ME, nothing, ("part", ME))
    names = ("pk", "sk", "owner")
    estate.client("root", "dynamodb").create_table(
        TableName="limited",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-owner",
                "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return estate


def allow(action: Json, resource: Json = "*", **condition: Json) -> Json:
    """A statement."""
    made: dict[str, Json] = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**made, "Condition": condition} if condition else made


def deny(action: Json) -> Json:
    """A statement that denies."""
    return {"Effect": "Deny", "Action": action, "Resource": "*"}


def call(operation: str, **parameters: Json) -> Call:
    """A call of the limited user."""
    return Call(ME, operation, parameters)


def key(leading: str) -> Json:
    """A key."""
    return {"pk": {"S": leading}, "sk": {"S": "1"}}


def many(*leading: str) -> Json:
    """Keys to be read together."""
    return {"limited": {"Keys": [key(one) for one in leading]}}


def puts(*leading: str) -> Json:
    """Items to be put together."""
    return {"limited": [{"PutRequest": {"Item": key(one)}} for one in leading]}


def gets(*leading: str) -> Json:
    """Reads of a transaction."""
    return [{"Get": {"TableName": "limited", "Key": key(one)}} for one in leading]


def asked(name: str, value: str, **more: Json) -> Call:
    """A query of one partition, of the table or its index."""
    values: Json = {":v": {"S": value}}
    condition = {"KeyConditionExpression": f"{name} = :v", "ExpressionAttributeValues": values}
    return call("dynamodb.query", TableName="limited", **condition, **more)


def listed(name: str, value: str) -> Call:
    """The same in the form from before expressions."""
    equal: Json = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": value}]}
    return call("dynamodb.query", TableName="limited", KeyConditions={name: equal})


def tagged(**tags: str) -> Call:
    """A machine made with tags."""
    listed: Json = [{"key": name, "value": value} for name, value in tags.items()]
    made: dict[str, Json] = {"roleArn": "{bunsui_job}", "definition": PASS, "tags": listed}
    return call("stepfunctions.create_state_machine", name="bunsui-tagged", **made)


def changed(returned: str) -> Call:
    """An update that returns something."""
    more: dict[str, Json] = {"UpdateExpression": "SET a = :a", "ReturnValues": returned}
    values: Json = {":a": {"S": "1"}}
    return call(
        "dynamodb.update_item",
        TableName="limited",
        Key=key("own#1"),
        ExpressionAttributeValues=values,
        **more,
    )


OWN: Json = {"dynamodb:LeadingKeys": ["own#*"]}
TABLES: Json = [TABLE, f"{TABLE}/index/*"]
ALL_OWN: dict[str, Json] = {"ForAllValues:StringLike": OWN}
SHOWN: dict[str, Json] = {
    "ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "sk"]},
    "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
}
ONE_TAG: dict[str, Json] = {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}
READ = allow("dynamodb:*", TABLES, **ALL_OWN)
MAKE = "states:CreateStateMachine"
BUCKET = "arn:aws:s3:::bunsui-plans"


@dataclass(frozen=True)
class Row:
    """A statement, or several, and the two calls that it tells apart."""

    claim: str
    policy: Json
    denied: Call
    allowed: Call


ONE, TWO = key("own#1"), key("other#1")
ROWS = [
    Row(
        "each key of a batch that is read",
        READ,
        call("dynamodb.batch_get_item", RequestItems=many("own#1", "other#1")),
        call("dynamodb.batch_get_item", RequestItems=many("own#1", "own#2")),
    ),
    Row(
        "each item of a batch that is written",
        READ,
        call("dynamodb.batch_write_item", RequestItems=puts("own#1", "other#1")),
        call("dynamodb.batch_write_item", RequestItems=puts("own#1", "own#2")),
    ),
    Row(
        "each read of a transaction",
        READ,
        call("dynamodb.transact_get_items", TransactItems=gets("own#1", "other#1")),
        call("dynamodb.transact_get_items", TransactItems=gets("own#1", "own#2")),
    ),
    Row(
        "the key of an item that is read",
        READ,
        call("dynamodb.get_item", TableName="limited", Key=TWO),
        call("dynamodb.get_item", TableName="limited", Key=ONE),
    ),
    Row(
        "the key of an item that is deleted",
        READ,
        call("dynamodb.delete_item", TableName="limited", Key=TWO),
        call("dynamodb.delete_item", TableName="limited", Key=ONE),
    ),
    Row("the partition of a query", READ, asked("pk", "other#1"), asked("pk", "own#1")),
    Row("the partition of an old query", READ, listed("pk", "other#1"), listed("pk", "own#1")),
    Row(
        "the partition of an index",
        READ,
        asked("owner", "other#1", IndexName="by-owner"),
        asked("owner", "own#1", IndexName="by-owner"),
    ),
    Row(
        "what an update returns",
        allow("dynamodb:UpdateItem", StringEquals={"dynamodb:ReturnValues": "UPDATED_NEW"}),
        changed("ALL_OLD"),
        changed("UPDATED_NEW"),
    ),
    Row(
        "the attributes that are read",
        allow("dynamodb:GetItem", **SHOWN),
        call("dynamodb.get_item", TableName="limited", Key=ONE, ProjectionExpression="pk, b"),
        call("dynamodb.get_item", TableName="limited", Key=ONE, ProjectionExpression="pk, sk"),
    ),
    Row(
        "that attributes are named",
        allow("dynamodb:GetItem", StringEquals={"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}),
        call("dynamodb.get_item", TableName="limited", Key=ONE),
        call("dynamodb.get_item", TableName="limited", Key=ONE, ProjectionExpression="pk"),
    ),
    Row(
        "the tag that a machine is made with",
        [allow(MAKE, StringEquals={"aws:RequestTag/team": "tokyo"}), allow("iam:PassRole")],
        tagged(team="osaka"),
        tagged(team="tokyo"),
    ),
    Row(
        "the names of the tags that a machine is made with",
        [allow(MAKE, **ONE_TAG), allow("iam:PassRole")],
        tagged(cost="tokyo"),
        tagged(team="tokyo"),
    ),
    Row(
        "the tags that a role's taker passes with it",
        allow("iam:*", StringLike={"aws:RequestTag/team": "t*"}),
        call("iam.tag_role", RoleName="other-role", Tags=[{"Key": "team", "Value": "osaka"}]),
        call("iam.tag_role", RoleName="other-role", Tags=[{"Key": "team", "Value": "tokyo"}]),
    ),
    Row(
        "the tags of the machine that is started",
        allow("states:*", StringEquals={"aws:ResourceTag/bunsui:managed": "true"}),
        call("stepfunctions.describe_state_machine", stateMachineArn="{bunsui_plain}"),
        call("stepfunctions.describe_state_machine", stateMachineArn="{bunsui_managed}"),
    ),
    Row(
        "the prefix that is listed",
        allow("s3:ListBucket", BUCKET, StringLike={"s3:prefix": "plans/*"}),
        call("s3.list_objects_v2", Bucket="bunsui-plans", Prefix="other/"),
        call("s3.list_objects_v2", Bucket="bunsui-plans", Prefix="plans/"),
    ),
    Row(
        "everything but one action",
        {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"},
        call("s3.list_buckets"),
        call("kms.list_keys"),
    ),
    Row(
        "everything but one resource",
        {"Effect": "Allow", "Action": "dynamodb:*", "NotResource": TABLE},
        call("dynamodb.describe_table", TableName="limited"),
        call("dynamodb.describe_table", TableName="bunsui"),
    ),
    Row(
        "a deny, whatever is allowed",
        [allow("*"), deny("dynamodb:DescribeTable")],
        call("dynamodb.describe_table", TableName="limited"),
        call("dynamodb.describe_time_to_live", TableName="limited"),
    ),
    Row(
        "the caller's own name",
        allow("iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"),
        call("iam.get_user", UserName="claude"),
        call("iam.get_user", UserName=ME),
    ),
    Row(
        "the revision of a task definition",
        [allow("ecs:RunTask", f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/bunsui-*")],
        call("ecs.run_task", taskDefinition="other-none"),
        call("ecs.run_task", taskDefinition="bunsui-none"),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.claim))
def test_two_calls_that_a_key_tells_apart_differ_in_one_fact(row: Row) -> None:
    assert differences(row.denied, row.allowed) == 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.claim))
def test_a_key_decides_a_call(limited: World, row: Row) -> None:
    limited.grants(ME, row.policy)

    assert limited.answer(row.denied) in DENIED
    assert limited.answer(row.allowed) not in DENIED


def test_a_scan_has_no_leading_key_and_all_of_none_are_own(limited: World) -> None:
    scan = call("dynamodb.scan", TableName="limited")

    limited.grants(ME, allow("dynamodb:Scan", TABLE, **ALL_OWN))
    assert limited.answer(scan) == "ok"
    limited.grants(
        ME, allow("dynamodb:Scan", TABLE, **ALL_OWN, Null={"dynamodb:LeadingKeys": "false"})
    )
    assert limited.answer(scan) in DENIED


@pytest.mark.parametrize("empty", ["TransactWriteItems", "TransactGetItems", "BatchGetItem"])
def test_a_request_for_no_item_needs_a_permission_too(
    limited: World, aws: Embedded, empty: str
) -> None:
    nothing = json_call("dynamodb", f"DynamoDB_20120810.{empty}", '{"TransactItems": []}')

    limited.grants(ME, deny("*"))
    assert nothing.signed(limited.keys[ME], aws.server).send().code in DENIED
    limited.grants(ME, allow("dynamodb:*"))
    assert nothing.signed(limited.keys[ME], aws.server).send().code not in DENIED
