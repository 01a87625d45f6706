"""An import that is killed leaves the store as it was, or one that says that it is not whole."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import store
from tests.builders import a_diagnosis, a_pipeline, a_session, later
from tests.cli.shell import bunsui, environment

pytestmark = pytest.mark.slow

SESSIONS = 300
KILLS = 8
LONGEST_S = 120.0


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of a store that takes a while to import."""
    folder = tmp_path_factory.mktemp("full")
    settings = Settings(home=folder / "home")
    kept = store(settings, writer(settings))
    kept.pipelines.put(a_pipeline())
    for number in range(SESSIONS):
        name = f"s-{number:04}"
        kept.sessions.save(a_session(id=name, created_at=later(seconds=number)))
        kept.diagnoses.put(a_diagnosis(session_id=name))
    assert bunsui(settings.home, "store", "export", str(folder / "full.tar")).code == 0
    return folder / "full.tar"


def sessions(home: Path) -> int:
    """How many sessions a home lists; none where nothing can be read, which is said."""
    done = bunsui(home, "sessions", "list", "--limit", "1")
    if done.code == 6:
        assert "import" in str(done.error["message"])
        return 0
    return int(json.loads(done.stdout)["data"]["total"])


def killed(home: Path, export: Path, after: float) -> bool:
    """Import, and kill that after a while; whether it had ended by itself."""
    command = (sys.executable, "-m", "bunsui_cli", "store", "import", str(export), "--replace")
    process = subprocess.Popen(
        command, env=environment(home), stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(LONGEST_S)
    return process.returncode == 0


def test_a_killed_import_leaves_nothing_half_said(export: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = Settings(home=home)
    store(settings, writer(settings)).sessions.save(a_session(id="s-mine"))
    began = time.monotonic()
    assert killed(tmp_path / "other", export, LONGEST_S)
    whole = time.monotonic() - began

    for number in range(KILLS):
        ended = killed(home, export, random.Random(number).uniform(0.2, 1.0) * whole)
        assert sessions(home) in ((SESSIONS,) if ended else (0, 1, SESSIONS)), number

    assert killed(home, export, LONGEST_S)
    assert sessions(home) == SESSIONS
    status = bunsui(home, "store", "status").document["data"]
    assert isinstance(status, dict)
    assert status["unfinished"] == ""
