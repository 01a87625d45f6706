"""The demo from nothing, with other jobs failing for other reasons each time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bunsui_core.domain.demo import DemoReport

SECONDS = 300


def play(home: Path, seed: int) -> DemoReport:
    """What `bunsui demo` reports that starts and stops everything itself."""
    done = subprocess.run(
        [sys.executable, "-m", "bunsui_cli", "demo", "--headless", "--seed", str(seed)],
        env={**os.environ, "BUNSUI_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return DemoReport.model_validate(json.loads(done.stdout)["data"])


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
    report = play(tmp_path, seed)

    totals = report.totals
    ends = {scene.scene: scene.final_status for scene in report.scenes}
    assert (totals.healthy, totals.recovered, totals.rejected) == (1, 2, 1)
    assert ends == {
        "healthy": "SUCCEEDED",
        "throttled": "SUCCEEDED",
        "malformed_row": "SUCCEEDED",
        "rejected": "FAILED",
    }
    assert left_running(tmp_path) == []
