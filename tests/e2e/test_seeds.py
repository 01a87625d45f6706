"""The demo from nothing, with other jobs failing for other reasons each time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bunsui_core.adapters.emulator.launcher import down
from bunsui_core.domain.approval import ApprovalStatus
from bunsui_core.domain.session import SessionStatus
from bunsui_core.settings import Settings
from bunsui_core.wiring.demo import Programme, set_stage
from bunsui_core.wiring.operator import operator_desk
from tests.e2e.headless import SECONDS, play_demo


def left_running(home: Path) -> list[str]:
    """The processes that still know the home."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(home).encode() in line:
            found.append(line.replace(b"\0", b" ").decode(errors="replace"))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 3, 4, 5])
def test_every_seed_recovers_what_can_be_recovered(seed: int, tmp_path: Path) -> None:
    report = play_demo(tmp_path, seed)

    totals = report.totals
    ends = {scene.scene: scene.final_status for scene in report.scenes}
    assert (totals.healthy, totals.recovered, totals.rejected) == (1, 2, 1)
    assert ends == {
        "healthy": "SUCCEEDED",
        "throttled": "SUCCEEDED",
        "malformed-row": "SUCCEEDED",
        "rejected": "FAILED",
    }
    assert left_running(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_scene_ends_as_its_story_says(seed: int, tmp_path: Path) -> None:
    report = play_demo(tmp_path, seed, "--scene", "all")

    told = {scene.scene: scene.difference for scene in report.scenes}
    assert len(told) >= 18
    assert set(told.values()) == {""}
    assert report.totals.as_told == report.totals.scenes == len(told)
    assert left_running(tmp_path) == []


@pytest.mark.slow
def test_a_scene_is_played_again_in_the_same_home(tmp_path: Path) -> None:
    first = play_demo(tmp_path, 1, "--scene", "missing-permission")
    second = play_demo(tmp_path, 1, "--scene", "missing-permission")

    assert [one.scene for one in (*first.scenes, *second.scenes)] == ["missing-permission"] * 2
    assert first.scenes[0].session_id != second.scenes[0].session_id
    assert left_running(tmp_path) == []


@pytest.mark.slow
def test_one_scene_can_be_left_waiting_for_a_person(tmp_path: Path) -> None:
    settings, told = Settings(home=tmp_path), list[str]()
    try:
        left = set_stage(settings, Programme(scene="double-write"), told.append)
        desk = operator_desk(settings)
        (session_id,) = left.session_ids
        view = desk.session(session_id)
        waiting = [one for one in desk.approvals() if one.status is ApprovalStatus.REQUESTED]
    finally:
        down(tmp_path)

    assert view.session.status is SessionStatus.FAILED
    assert [one.request.id for one in waiting] == list(view.open_requests)
    assert [one.request.plan.session_id for one in waiting] == [session_id]
    assert max(map(len, told)) < 80 or "\n" in max(told, key=len)


@pytest.mark.slow
def test_a_demo_that_is_interrupted_leaves_nothing_running(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bunsui_cli", "demo", "--headless", "--scene", "storm"],
        env={**os.environ, "BUNSUI_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as playing:
        assert playing.stderr
        for line in playing.stderr:
            if "deployed" in line:
                break
        playing.send_signal(signal.SIGINT)
        playing.communicate(timeout=SECONDS)

    assert playing.returncode == 130
    assert left_running(tmp_path) == []
