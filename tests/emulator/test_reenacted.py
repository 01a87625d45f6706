"""What failed when AWS recorded it fails here in the same way. Floors are what was reached."""

from __future__ import annotations

import os
import sys

import pytest

from bunsui_core.adapters.emulator.launcher import down, up
from tests.emulator.embedded import Embedded
from tests.emulator.recording import CANNOT, recorded_failures
from tests.emulator.reenactment import Played, play_all, share
from tests.unit.corpus.recordings import CORPUS

SAME = 58
IN_DETAIL = 58

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
    assert len(same) >= SAME, share(played)


def test_a_recorded_failure_has_the_same_fields_and_cause(played: list[Played]) -> None:
    same = [one for one in played if one.is_same_in_detail]

    assert len(same) >= IN_DETAIL, share(played)


def test_each_recording_is_played_or_says_why_it_cannot_be(played: list[Played]) -> None:
    known = {one.id for one in recorded_failures()}

    assert {one.recording.id for one in played} == known - set(CANNOT)
    assert set(CANNOT) <= known
    assert all(one.recording.definition for one in played)
