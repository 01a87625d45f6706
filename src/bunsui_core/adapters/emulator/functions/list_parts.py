"""Lists the objects of a session's source, each a part for an iteration of a Map."""

from __future__ import annotations

import logging
from typing import TypedDict

import boto3

log = logging.getLogger()
log.setLevel(logging.INFO)
s3 = boto3.client("s3")


class Event(TypedDict):
    """Where the parts are."""

    source: str


class Part(TypedDict):
    """One part, by its address."""

    part: str


class Listed(TypedDict):
    """All parts, in the order of their names."""

    parts: list[Part]


def handler(event: Event, context: object) -> Listed:
    """Return every object under the source."""
    bucket, _, prefix = event["source"].removeprefix("s3://").partition("/")
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    log.info("%d parts under %s", len(found), event["source"])
    return {"parts": [{"part": f"s3://{bucket}/{item['Key']}"} for item in found]}
