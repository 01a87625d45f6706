"""Counts the lines of an object in S3."""

from __future__ import annotations

import logging
from typing import TypedDict

import boto3

log = logging.getLogger()
log.setLevel(logging.INFO)
s3 = boto3.client("s3")


class Event(TypedDict):
    """Where the object is."""

    source: str


class Counted(TypedDict):
    """What was counted, and where."""

    source: str
    lines: int


def handler(event: Event, context: object) -> Counted:
    """Read the object and count."""
    source = event["source"]
    log.info("reading %s", source)
    bucket, _, key = source.removeprefix("s3://").partition("/")
    text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    return {"source": source, "lines": len(text.splitlines())}
