"""The first operation of each job of `orders`: parse the job's column of the source file."""

from __future__ import annotations

import csv
import json
import logging
import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypedDict

import boto3

PARSERS: dict[str, Callable[[str], object]] = {
    "order_id": int,
    "ordered_at": date.fromisoformat,
    "customer": uuid.UUID,
    "amount": Decimal,
    "attributes": json.loads,
}

log = logging.getLogger()
log.setLevel(logging.INFO)
s3 = boto3.client("s3")


class SessionInput(TypedDict):
    """Where the orders are."""

    source: str


class Event(TypedDict):
    """The column of the job, and the input of its session."""

    column: str
    input: SessionInput


class Found(TypedDict):
    """What the job found in its column."""

    rows: int
    distinct: int


def handler(event: Event, context: object) -> Found:
    """Parse the column and count its values."""
    column, source = event["column"], event["input"]["source"]
    log.info("reading %s of %s", column, source)
    parse = PARSERS[column]
    values = []
    for line, row in enumerate(csv.DictReader(load(source).splitlines()), start=2):
        try:
            values.append(parse(row[column]))
        except (ValueError, ArithmeticError):
            log.error("%s, line %d: %s is %r", source, line, column, row[column])
            raise
    return {"rows": len(values), "distinct": len({str(value) for value in values})}


def load(url: str) -> str:
    """Return the text of an S3 object."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
