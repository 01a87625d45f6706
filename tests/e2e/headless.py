"""`bunsui demo --headless` as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bunsui_core.domain.demo import DemoReport

SECONDS = 300


def play_demo(home: Path, seed: int, *words: str) -> DemoReport:
    """What the demo reports that was played in a home."""
    done = subprocess.run(
        [sys.executable, "-m", "bunsui_cli", "demo", "--headless", "--seed", str(seed), *words],
        env={**os.environ, "BUNSUI_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return DemoReport.model_validate(json.loads(done.stdout)["data"])
