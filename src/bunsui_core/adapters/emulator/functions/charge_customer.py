"""Charges a customer, then asks the payment provider to confirm."""

from __future__ import annotations

import json
import logging
import urllib.request
import uuid
from typing import TypedDict

import boto3

log = logging.getLogger()
log.setLevel(logging.INFO)
s3 = boto3.client("s3")


class Event(TypedDict):
    """Who is charged how much, the ledger, and where the provider confirms."""

    customer: str
    amount: str
    ledger: str
    provider: str


class Charged(TypedDict):
    """The entry in the ledger."""

    entry: str


def handler(event: Event, context: object) -> Charged:
    """Append a charge to the ledger; doing it again charges again."""
    entry = f"{event['ledger']}{uuid.uuid4()}.json"
    bucket, _, key = entry.removeprefix("s3://").partition("/")
    body = json.dumps({"customer": event["customer"], "amount": event["amount"]})
    s3.put_object(Bucket=bucket, Key=key, Body=body.encode())
    log.info("charged %s with %s, ledger entry %s", event["customer"], event["amount"], entry)
    with urllib.request.urlopen(event["provider"], timeout=5) as answer:
        answer.read()
    return {"entry": entry}
