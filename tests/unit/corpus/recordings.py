"""Recorded histories and error texts of `../shared/corpus`, as the domain's values."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from bunsui_core.adapters.aws.executions import event_of
from bunsui_core.domain.failure import HistoryEvent, Observation
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.value import Json

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"


def recordings() -> list[dict[str, Json]]:
    """Every recorded execution, in the order of its file name."""
    return [json.loads(p.read_text("utf-8")) for p in sorted(CORPUS.glob("histories/*.json"))]


def events_of(recording: dict[str, Json]) -> tuple[HistoryEvent, ...]:
    """The events of a recording, as the adapter reads them from AWS."""
    rows = recording["events"]
    assert isinstance(rows, list)
    return tuple(event_of(_dated(row)) for row in rows if isinstance(row, dict))


def observation_of(recording: dict[str, Json]) -> Observation:
    """What DescribeExecution said of a recorded execution."""
    labels = recording["labels"]
    assert isinstance(labels, dict)
    return Observation(
        execution_arn="arn:aws:states:us-east-1:111111111111:execution:recorded:one",
        status=JobStatus(str(labels["terminal_status"])),
        input=None,
        started_at=datetime(2024, 1, 1, tzinfo=UTC),
        redrive_status="REDRIVABLE",
    )


def _dated(row: dict[str, Json]) -> dict[str, object]:
    return {**row, "timestamp": datetime.fromisoformat(str(row["timestamp"]))}
