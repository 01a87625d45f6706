"""Loads one part of a catalogue: reads it, counts its entries, stores the count."""

from __future__ import annotations

import json
import logging
from typing import TypedDict

import boto3

KEY = "entries"

log = logging.getLogger()
log.setLevel(logging.INFO)
s3 = boto3.client("s3")


class Event(TypedDict):
    """Where the catalogue is, and where the count is put."""

    source: str
    target: str


class Result(TypedDict):
    """How much was loaded."""

    loaded: int


def handler(event: Event, context: object) -> Result:
    """Load a catalogue; loading it again changes nothing."""
    bucket, _, key = event["source"].removeprefix("s3://").partition("/")
    catalogue = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    log.info("%s has the fields %s", event["source"], sorted(catalogue))
    loaded = len(catalogue[KEY])
    bucket, _, key = event["target"].removeprefix("s3://").partition("/")
    s3.put_object(Bucket=bucket, Key=f"{key}catalogue.json", Body=json.dumps(loaded).encode())
    return {"loaded": loaded}
