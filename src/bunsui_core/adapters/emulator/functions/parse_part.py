"""Parses the fields of one part and stores what it found; again changes nothing."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypedDict

import boto3

PARSERS: dict[str, Callable[[str], object]] = {
    "net": Decimal,
    "due": date.fromisoformat,
    "lines": int,
}

log = logging.getLogger()
log.setLevel(logging.INFO)
s3 = boto3.client("s3")


class Event(TypedDict):
    """The part to parse, and where what it says is put."""

    part: str
    target: str


class Result(TypedDict):
    """Where the result is."""

    result: str


def handler(event: Event, context: object) -> Result:
    """Parse a part field by field. Raises: ValueError that names the part and the field."""
    part = event["part"]
    log.info("reading %s", part)
    given = json.loads(load(part))
    for field, parse in PARSERS.items():
        try:
            parse(given[field])
        except (ValueError, ArithmeticError) as error:
            log.error("%s: %s is %r", part, field, given[field])
            raise ValueError(f"cannot parse {field} {given[field]!r} of {part}") from error
    result = f"{event['target']}{part.rsplit('/', 1)[-1]}"
    store(result, json.dumps(given))
    return {"result": result}


def load(url: str) -> str:
    """Return the text of an S3 object."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def store(url: str, text: str) -> None:
    """Write a text as an S3 object."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    s3.put_object(Bucket=bucket, Key=key, Body=text.encode())
