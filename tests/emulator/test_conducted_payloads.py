"""Outputs that are too large together, on the embedded AWS: one job reads them by reference."""

from __future__ import annotations

import json

import pytest

from bunsui_core.app.wake import obey
from bunsui_core.domain.orders import ScheduledStart, order_of, scheduled_id
from bunsui_core.domain.ready import TOO_LARGE
from bunsui_core.domain.session import Attempt, SessionStatus
from bunsui_core.domain.value import Json
from tests.emulator.conducting import Conducted, a_start, conducted
from tests.emulator.embedded import invoking, until

__all__ = ["conducted"]

READS = """
import hashlib, json, boto3
def handler(event, context):
    told = event["bunsui_reference"]
    bucket, _, key = told["uri"].removeprefix("s3://").partition("/")
    content = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    assert hashlib.sha256(content).hexdigest() == told["sha256"]
    assert len(content) == told["bytes"]
    return sorted(json.loads(content)["outputs"])
"""
LARGE: Json = {
    "StartAt": "Make",
    "States": {"Make": {"Type": "Pass", "Result": {"rows": "x" * 100_000}, "End": True}},
}


def joined(conducted: Conducted, takes_references: bool) -> tuple[SessionStatus, Attempt]:
    """How a job ends whose three dependencies give more together than an execution carries."""
    function = conducted.aws.function("join", READS)
    reading: Json = {
        "StartAt": "Read",
        "States": {"Read": invoking(function, OutputPath="$.Payload")},
    }
    pipeline = conducted.pipeline(
        {**dict.fromkeys(("a", "b", "c"), LARGE), "join": reading},
        b={"after": []},
        c={"after": []},
        join={"after": ["a", "b", "c"], "takes_references": takes_references},
    )
    order = order_of(a_start(pipeline))
    assert isinstance(order, ScheduledStart)
    obey(order, conducted.woken)

    def settled() -> bool:
        obey(order_of('{"bunsui": "sweep"}'), conducted.woken)
        return not conducted.status(scheduled_id(order)).is_open

    until(settled)
    run = conducted.session(scheduled_id(order)).run("join")
    assert run
    assert run.last
    return conducted.status(scheduled_id(order)), run.last


@pytest.mark.slow
def test_a_job_reads_what_is_too_large_to_be_passed_where_the_reference_leads(
    conducted: Conducted,
) -> None:
    status, last = joined(conducted, takes_references=True)

    assert status is SessionStatus.SUCCEEDED
    assert json.loads(last.output or "") == ["a", "b", "c"]
    assert len(last.input) < 300


def test_a_job_that_takes_no_references_fails_with_a_sentence_and_never_starts(
    conducted: Conducted,
) -> None:
    status, last = joined(conducted, takes_references=False)

    assert (status, last.error) == (SessionStatus.FAILED, TOO_LARGE)
    assert "let it take references" in last.cause
    assert last.execution_arn == ""
