"""What failed when AWS recorded it fails here in the same way. Floors are what was reached."""

from __future__ import annotations

import copy
import os
import re
import sys
from collections.abc import Callable

import pytest

from bunsui_core.adapters.emulator.launcher import down, up
from tests.emulator.embedded import Embedded
from tests.emulator.outcome import Document, Outcome, details_of, outcome
from tests.emulator.recording import CANNOT, recorded_failures
from tests.emulator.reenactment import Played, play_all, share
from tests.unit.corpus.recordings import CORPUS

SAME = 60
IN_DETAIL = 59
AGAIN = 50

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"recorded histories are not at {CORPUS}: nothing is played again"
)


@pytest.fixture(scope="module")
def played(aws: Embedded, tmp_path_factory: pytest.TempPathFactory) -> list[Played]:
    """Every recording that can be played, played once."""
    home = tmp_path_factory.mktemp("patient")
    patient = Embedded(up(home, watch_pid=os.getpid()), home)
    try:
        with patient.open:
            return play_all(aws, patient)
    finally:
        down(home)


def test_a_recorded_failure_tells_the_same_when_it_is_played_again(
    played: list[Played], capsys: pytest.CaptureFixture[str]
) -> None:
    same = [one for one in played if one.is_same]
    told = [one.differences for one in played if not one.is_same]

    with capsys.disabled():
        sys.stdout.write("\n".join(["", *told, share(played), ""]))
    assert len(same) >= SAME, "\n".join([share(played), *told])


def test_a_recorded_failure_has_the_same_values_in_all_its_events(played: list[Played]) -> None:
    same = [one for one in played if one.is_same_in_detail]

    assert len(same) >= IN_DETAIL, share(played)


def test_a_recorded_failure_fails_again_in_the_same_state_when_it_is_redriven(
    played: list[Played],
) -> None:
    again = [one for one in played if one.again]

    assert len(again) >= AGAIN
    for one in again:
        assert one.outcome
        assert one.again
        first = (one.outcome.path, one.outcome.status, one.outcome.error, one.outcome.cause)
        then = (one.again.path, one.again.status, one.again.error, one.again.cause)
        assert without_ids(then) == without_ids(first), one.recording.id
        assert one.again.types[len(one.outcome.types)] == "ExecutionRedriven"


def without_ids(told: tuple[object, ...]) -> str:
    """A text without times in milliseconds, and without ids of events, which go on counting."""
    return re.sub(r"event id #\d+|\b\d{13}\b", "<n>", str(told))


def test_each_recording_is_played_or_says_why_it_cannot_be(played: list[Played]) -> None:
    known = {one.id for one in recorded_failures()}

    assert {one.recording.id for one in played} == known - set(CANNOT)
    assert set(CANNOT) <= known
    assert all(one.recording.definition for one in played)


def _without_an_event(events: list[Document]) -> None:
    del events[-2]


def _with_another_state(events: list[Document]) -> None:
    details_of(events[1])["name"] = "Another"


def _with_another_error(events: list[Document]) -> None:
    details_of(events[-1])["error"] = "Another"


def _of_another_type(events: list[Document]) -> None:
    events[-2]["type"] = "TaskTimedOut"


@pytest.mark.parametrize(
    "change",
    [_without_an_event, _with_another_state, _with_another_error, _of_another_type],
)
def test_a_history_that_differs_is_told_apart(change: Callable[[list[Document]], None]) -> None:
    recording = next(one for one in recorded_failures() if one.details("TaskFailed"))
    events = copy.deepcopy(list(recording.events))
    same = _outcome_of(events, recording.outcome.status)

    change(events)

    assert same == recording.outcome
    assert _outcome_of(events, recording.outcome.status).told != recording.outcome.told


def _outcome_of(events: list[Document], status: str) -> Outcome:
    row: Document = {"events": [*events], "labels": {"terminal_status": status}}
    return outcome(row, "REDRIVABLE", {})
