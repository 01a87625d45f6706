"""Histories event by event: what led to each, what each tells, and what AWS recorded instead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from bunsui_core.domain.value import Json
from tests.emulator.recording import Recording, recorded_failures
from tests.unit.corpus.recordings import CORPUS

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.type_defs import HistoryEventTypeDef

Events = Sequence["HistoryEventTypeDef | dict[str, Json]"]


def recording(part: str) -> Recording:
    """The one recording whose name contains a part; the test is skipped without the recordings."""
    if not CORPUS.is_dir():
        pytest.skip(f"recorded histories are not at {CORPUS}: nothing to compare with")
    (found,) = [one for one in recorded_failures() if part in one.id]
    return found


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
