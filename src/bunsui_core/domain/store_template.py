"""The table and the bucket of a shared store, and the CloudFormation template that makes them."""

from __future__ import annotations

from collections.abc import Mapping

from bunsui_core.domain.value import Json

INDEXES: Mapping[str, tuple[str, str]] = {
    "": ("pk", "sk"),
    "one": ("pk1", "sk1"),
    "two": ("pk2", "sk2"),
    "three": ("pk3", "sk3"),
}
"""The table itself and its three indexes; an item without an index's key is not in it."""

SHOWN = "line"
"""The one attribute that the indexes carry beside their keys."""


def table_properties(name: str) -> dict[str, Json]:
    """Return what CreateTable and AWS::DynamoDB::Table are both told."""
    attributes = [name for pair in INDEXES.values() for name in pair]
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": one, "AttributeType": "S"} for one in attributes
        ],
        "KeySchema": _keys(*INDEXES[""]),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": index,
                "KeySchema": _keys(*keys),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": [SHOWN]},
            }
            for index, keys in INDEXES.items()
            if index
        ],
    }


def store_template(table: str, bucket: str) -> dict[str, Json]:
    """Return the template, to be deployed once; what it made stays when the stack is deleted."""
    kept: dict[str, Json] = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "What bunsui remembers: a table, and a bucket for what is long.",
        "Resources": {
            "Table": {
                "Type": "AWS::DynamoDB::Table",
                **kept,
                "Properties": {
                    **table_properties(table),
                    "DeletionProtectionEnabled": True,
                    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                },
            },
            "Bucket": {"Type": "AWS::S3::Bucket", **kept, "Properties": _bucket(bucket)},
        },
    }


def _bucket(name: str) -> dict[str, Json]:
    return {
        "BucketName": name,
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
        "VersioningConfiguration": {"Status": "Enabled"},
    }


def _keys(partition: str, sort: str) -> list[Json]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]
