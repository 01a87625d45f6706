"""The demo over a table: an agent asks, a human decides and a worker executes, each as itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bunsui_core.adapters.emulator.launcher import down

PATIENCE = 300.0


@pytest.mark.slow
def test_the_demo_goes_as_told_where_each_actor_may_write_only_what_is_its_own(
    tmp_path: Path,
) -> None:
    own = {"BUNSUI_HOME": str(tmp_path), "BUNSUI_STORE": "dynamodb"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bunsui_cli", "demo", "--headless", "--json"],
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    finally:
        down(tmp_path)

    assert done.returncode == 0, done.stderr[-2000:]
    totals = json.loads(done.stdout)["data"]["totals"]
    assert (totals["as_told"], totals["recovered"], totals["rejected"]) == (4, 2, 1)
    assert not (tmp_path / "store.db").exists()
    assert not (tmp_path / "inbox.db").exists()
