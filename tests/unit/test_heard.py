"""Messages of the event queue, and the template that makes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunsui_core.domain.event_template import event_queue_template
from bunsui_core.domain.heard import DETAIL_TYPE, told
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.value import Json

DETAIL: dict[str, Json] = {
    "executionArn": "arn:aws:states:us-east-1:123456789012:execution:orders:e-1",
    "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:orders",
    "name": "e-1",
    "status": "FAILED",
    "startDate": 1772409240000,
    "stopDate": 1772409250500,
    "input": "{}",
}


def a_message(**changes: Json) -> str:
    """An event as EventBridge writes it, with other details."""
    event: dict[str, Json] = {
        "version": "0",
        "id": "1",
        "detail-type": DETAIL_TYPE,
        "source": "aws.states",
        "account": "123456789012",
        "time": "2026-03-02T00:14:11Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {**DETAIL, **changes},
    }
    return json.dumps(event)


def test_an_event_says_how_an_execution_stands() -> None:
    row = told("r", a_message()).row

    assert row
    assert row.status is JobStatus.FAILED
    assert row.started_at == datetime(2026, 3, 1, 23, 54, tzinfo=UTC)
    assert row.stopped_at == datetime(2026, 3, 1, 23, 54, 10, 500_000, tzinfo=UTC)
    assert row.redrive_count == 0


@pytest.mark.parametrize("status", ["RUNNING", "PENDING_REDRIVE"])
def test_what_runs_has_no_end_even_after_a_redrive(status: str) -> None:
    row = told("r", a_message(status=status, redriveCount=2)).row

    assert row
    assert (row.status, row.stopped_at, row.redrive_count) == (JobStatus.RUNNING, None, 2)


@pytest.mark.parametrize(
    "body",
    [
        "hello",
        "[]",
        "{}",
        json.dumps({"detail-type": "Another"}),
        json.dumps({"detail-type": DETAIL_TYPE}),
        a_message(status="NEW"),
        a_message(startDate=None),
        a_message(startDate=1e30),
        a_message(executionArn=7),
        a_message(executionArn="arn:aws:states:us-east-1:1:execution:orders/map:e-1"),
    ],
)
def test_what_tells_of_no_execution_to_watch_is_told_apart(body: str) -> None:
    found = told("r", body)

    assert (found.receipt, found.row) == ("r", None)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_message_whatever_breaks_the_reader(detail: Json) -> None:
    told("r", json.dumps({"detail-type": DETAIL_TYPE, "detail": detail}))
    told("r", a_message(startDate=detail, status=detail, redriveCount=detail))


def test_the_template_sends_what_the_reader_reads_and_only_to_this_queue() -> None:
    template = json.loads(json.dumps(event_queue_template()))
    rule = template["Resources"]["Rule"]["Properties"]
    (statement,) = template["Resources"]["Sending"]["Properties"]["PolicyDocument"]["Statement"]

    assert rule["EventPattern"] == {"source": ["aws.states"], "detail-type": [DETAIL_TYPE]}
    assert rule["Targets"][0]["Arn"] == statement["Resource"]
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["Rule", "Arn"]}}
    }
    assert statement["Action"] == "sqs:SendMessage"
