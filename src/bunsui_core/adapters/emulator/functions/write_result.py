"""The second operation of each job of `orders`: store the result, once its dependency lets it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any, NoReturn, TypedDict

import boto3

log = logging.getLogger()
log.setLevel(logging.INFO)
s3 = boto3.client("s3")


class SessionInput(TypedDict):
    """Where results go, and where dependencies say how loaded they are."""

    target: str
    dependencies: str


class Found(TypedDict):
    """What the job found in its column."""

    rows: int
    distinct: int


class Result(TypedDict):
    """What a job passes on to those that wait for it."""

    job: str
    rows: int
    result: str


class Event(TypedDict):
    """The job, the input of its session, and what came before."""

    job: str
    input: SessionInput
    outputs: dict[str, Result]
    read: Found


def handler(event: Event, context: object) -> Result:
    """Write the job's result under the target; writing it again changes nothing."""
    job, given = event["job"], event["input"]
    ask_dependency(f"{given['dependencies']}{job}.json")
    result = f"{given['target']}{job}.json"
    log.info("writing %s", result)
    built_from = sorted(output["result"] for output in event["outputs"].values())
    store(result, {"job": job, "built_from": built_from, **event["read"]})
    return {"job": job, "rows": event["read"]["rows"], "result": result}


def ask_dependency(place: str) -> None:
    """Pass, or be refused while the dependency of this job is overloaded."""
    try:
        overload = json.loads(load(place))
    except s3.exceptions.NoSuchKey:
        return
    left = int(overload["refusals_left"])
    if left:
        store(place, {**overload, "refusals_left": left - 1})
        refuse(overload)


def refuse(said: Mapping[str, str]) -> NoReturn:
    """Raise the error that the SDK raises when this service throttles this call."""
    service: Any = boto3.client(said["service"])  # type: ignore[call-overload]  # which is data
    error = service.exceptions.from_code(said["code"])
    words = {"Code": said["code"], "Message": said["message"]}
    attempts = {"RetryAttempts": 4, "MaxAttemptsReached": True}
    raise error({"Error": words, "ResponseMetadata": attempts}, said["operation"])


def load(url: str) -> str:
    """Return the text of an S3 object."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def store(url: str, document: Mapping[str, object]) -> None:
    """Write a JSON document as an S3 object."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(document).encode())
