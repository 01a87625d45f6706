"""A function that fails until an object is there, to fail first and succeed when repaired."""

from __future__ import annotations

import json

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded

BUCKET = "needed"
CODE = """
import boto3
s3 = boto3.client("s3")

def handler(event, context):
    s3.head_object(Bucket=event["bucket"], Key=event["key"])
    return {"found": event["key"]}
"""


def make(aws: Embedded, name: str) -> str:
    """Make the function, which may read its bucket, and return its ARN."""
    function = aws.function(name, CODE)
    policy = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}
    aws.iam().put_role_policy(
        RoleName="tests",
        PolicyName="reads",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [policy]}),
    )
    # In us-east-1 a bucket that is there already may be made again.
    aws.s3().create_bucket(Bucket=BUCKET)
    return function


def need(name: str) -> dict[str, Json]:
    """What the function is told to need."""
    return {"bucket": BUCKET, "key": name}


def repair(aws: Embedded, name: str) -> None:
    """Put what the function needs where it looks for it."""
    aws.s3().put_object(Bucket=BUCKET, Key=name, Body=b"")
