"""Histories recorded from AWS, where they are there to compare with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bunsui_core.domain.value import Json

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.type_defs import HistoryEventTypeDef

FOLDER = Path(__file__).parents[3] / "shared" / "corpus" / "histories"


@dataclass(frozen=True)
class Recording:
    """A machine, what it was given, and what AWS recorded."""

    definition: Json
    input: Json
    events: list[dict[str, Json]]


def recording(part: str) -> Recording:
    """The one recording whose name contains a part; the test is skipped when there is none."""
    found = sorted(FOLDER.glob(f"ls-*{part}*.json"))
    if not found:
        pytest.skip(f"no recording {part} in {FOLDER}: nothing to compare with")
    assert len(found) == 1
    kept = json.loads(found[0].read_text())
    return Recording(kept["definition"], json.loads(kept["execution_input"]), kept["events"])


Events = Sequence["HistoryEventTypeDef | dict[str, Json]"]


def chain(events: Events) -> list[tuple[Json, Json]]:
    """The type of each event, with the event that led to it."""
    return [(event["type"], event["previousEventId"]) for event in of(events)]


def of(events: Events) -> list[dict[str, Json]]:
    """The events of a history, as JSON."""
    plain: list[dict[str, Json]] = json.loads(json.dumps(events, default=str))
    return plain


def details(events: Events) -> list[Json]:
    """The details of each event but the first, which says what the execution was given."""
    return [
        found
        for event in of(events)[1:]
        for key, found in event.items()
        if key.endswith("EventDetails")
    ]
