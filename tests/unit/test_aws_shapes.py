"""The table of what AWS answers agrees with its API's model and with what was recorded."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.value import Json
from tests.golden.from_model import answers, history_events
from tests.golden.shapes import event_faults, faults, table
from tests.unit.corpus.recordings import CORPUS, recordings

recorded = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"recorded histories are not at {CORPUS}: nothing is compared"
)


def events() -> list[dict[str, Json]]:
    """Every event of every recording."""
    found = []
    for recording in recordings():
        listed = recording["events"]
        assert isinstance(listed, list)
        found += [event for event in listed if isinstance(event, dict)]
    return found


def causes(resource: str) -> list[Json]:
    """The causes, where they are JSON, of the failed tasks of an integration."""
    found: list[Json] = []
    for event in events():
        details = event.get("taskFailedEventDetails")
        if isinstance(details, dict) and details["resourceType"] == resource and "cause" in details:
            found.append(_parsed(str(details["cause"])))
    return [cause for cause in found if cause is not None]


def _parsed(text: str) -> Json:
    try:
        document: Json = json.loads(text)
    except json.JSONDecodeError:
        return None
    return document


def test_the_table_of_events_is_what_the_installed_model_and_the_recorded_facts_give() -> None:
    assert table("history_events") == history_events(), "run `python -m tests.golden.from_model`"


def test_the_table_of_answers_is_what_the_installed_model_and_the_recorded_facts_give() -> None:
    assert table("answers") == answers(), "run `python -m tests.golden.from_model`"


@recorded
def test_every_recorded_event_has_the_shape_of_its_type() -> None:
    wrong = [fault for event in events() for fault in event_faults(event)]

    assert events()
    assert wrong == []


@recorded
@pytest.mark.parametrize(
    ("resource", "document"),
    [("lambda", "python failure"), ("ecs", "stopped task"), ("events", "failed entries")],
)
def test_every_recorded_cause_has_the_shape_of_its_document(resource: str, document: str) -> None:
    found = causes(resource)

    assert found
    assert [fault for cause in found for fault in faults(table("documents")[document], cause)] == []


@recorded
def test_every_recorded_message_was_submitted_with_the_shape_of_its_answer() -> None:
    submitted = [
        details["output"]
        for event in events()
        if isinstance(details := event.get("taskSubmittedEventDetails"), dict)
        and details["resourceType"] == "sqs"
    ]

    assert submitted
    shape: Json = {"json": table("documents")["submitted message"]}
    assert [fault for output in submitted for fault in faults(shape, output)] == []


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        ({"type": "TaskStarting"}, "TaskStarting: no such type of event"),
        ({"taskStartedEventDetails": None}, "TaskStarted: taskStartedEventDetails is missing"),
        ({"previousEventId": "1"}, 'TaskStarted.previousEventId: not integer: "1"'),
        ({"name": "Load"}, 'TaskStarted: name is not known: "Load"'),
        (
            {"taskStartedEventDetails": {"resource": "invoke"}},
            "TaskStarted.taskStartedEventDetails: resourceType is missing",
        ),
    ],
)
def test_what_does_not_fit_is_told(event: dict[str, Json], fault: str) -> None:
    good: dict[str, Json] = {
        "id": 4,
        "previousEventId": 3,
        "timestamp": 1.5,
        "type": "TaskStarted",
        "taskStartedEventDetails": {"resourceType": "lambda", "resource": "invoke"},
    }
    changed = good | event
    for name in [name for name, value in changed.items() if value is None]:
        del changed[name]

    assert event_faults(good) == []
    assert event_faults(changed) == [fault]


def test_a_condition_asks_for_a_field_and_forbids_another() -> None:
    shape = table("answers")["StopExecution"]
    described = table("answers")["DescribeExecution"]
    failed: dict[str, Json] = {
        "executionArn": "arn",
        "stateMachineArn": "arn",
        "name": "one",
        "status": "FAILED",
        "startDate": 1.0,
        "input": "{}",
        "inputDetails": {"included": True},
        "redriveCount": 0,
        "redriveStatus": "REDRIVABLE",
        "output": "{}",
    }

    assert faults(shape, {"stopDate": 1.0}) == []
    assert faults(described, failed) == [
        ": stopDate is missing",
        ': output must not be there: "{}"',
    ]
