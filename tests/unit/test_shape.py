"""The shapes a probe compares with are those that the embedded AWS is held against."""

from __future__ import annotations

import pytest

from bunsui_core.domain.aws_shapes import ANSWERS, EVENT, EVENTS
from bunsui_core.domain.shape import FaultKind, Shape, faults
from bunsui_core.domain.value import Json
from tests.golden.shapes import table

SHAPE: Shape = {
    "must": {"status": {"one of": ["OPEN", "SHUT"]}, "at": "timestamp"},
    "may": {"count": "integer", "error": "string", "parts": {"items": "boolean"}},
    "when": [{"field": "status", "is": ["OPEN"], "must": ["count"], "never": ["error"]}],
}
GOOD: dict[str, Json] = {"status": "OPEN", "at": "2026-03-02T01:14:00+00:00", "count": 1}


@pytest.mark.parametrize("operation", ANSWERS)
def test_an_answer_has_the_shape_of_the_golden_table(operation: str) -> None:
    assert ANSWERS[operation] == table("answers")[operation]


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_has_the_shape_of_the_golden_table(kind: str) -> None:
    types = table("history_events")["types"]
    assert isinstance(types, dict)
    member, shape = EVENTS[kind]
    assert isinstance(shape, dict)

    assert {"details": member or None, **shape} == types[kind]


def test_what_every_event_has_is_what_the_golden_table_says() -> None:
    assert table("history_events")["event"] == EVENT


@pytest.mark.parametrize(
    ("changes", "kind", "text"),
    [
        ({"at": None}, FaultKind.WRONG, "it has no at"),
        ({"at": "2026-03-02"}, FaultKind.WRONG, "it.at is not timestamp"),
        ({"status": "AJAR"}, FaultKind.WRONG, "it.status is 'AJAR'"),
        ({"count": True}, FaultKind.WRONG, "it.count is not integer"),
        ({"count": None}, FaultKind.WRONG, "it has no count"),
        ({"error": "E"}, FaultKind.WRONG, "it has error"),
        ({"parts": [True, 1]}, FaultKind.WRONG, "it.parts[1] is not boolean"),
        ({"mood": "good"}, FaultKind.UNKNOWN, "it has mood, which is not known"),
    ],
)
def test_a_difference_is_told_with_its_place(
    changes: dict[str, Json], kind: FaultKind, text: str
) -> None:
    value: Json = {name: given for name, given in (GOOD | changes).items() if given is not None}

    assert list(faults(SHAPE, GOOD, "it")) == []
    assert [(one.kind, one.text) for one in faults(SHAPE, value, "it")] == [(kind, text)]
