"""Timelines of recorded executions: nothing is lost, nothing stays open, nothing ends early."""

from __future__ import annotations

import pytest

from bunsui_core.domain.failure import HistoryEvent
from bunsui_core.domain.timeline import StateEnd, is_over, tracks
from tests.unit.corpus.recordings import events_of, recordings

HISTORIES = [pytest.param(events_of(one), id=str(n)) for n, one in enumerate(recordings())]


@pytest.mark.parametrize("events", HISTORIES)
def test_every_entered_state_of_a_recording_has_its_runs(events: tuple[HistoryEvent, ...]) -> None:
    entered = [event.name for event in events if event.type.endswith("StateEntered")]
    redriven = any(event.type == "ExecutionRedriven" for event in events)

    runs = [track.path[-1] for track in tracks(events) for _ in track.runs]

    assert set(runs) == set(entered)
    assert redriven or sorted(runs) == sorted(entered)


@pytest.mark.parametrize("events", HISTORIES)
def test_the_runs_of_a_recording_lie_within_it(events: tuple[HistoryEvent, ...]) -> None:
    for track in tracks(events):
        for run in track.runs:
            assert events[0].at <= run.began
            assert run.ended is None or run.began <= run.ended <= events[-1].at
            assert (run.ended is None) is (run.end is StateEnd.RUNNING)
            assert not (is_over(events) and run.ended is None)
