"""`python -m bunsui_tui` as a shell sees it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_without_a_terminal_it_ends_with_a_sentence_and_its_code(tmp_path: Path) -> None:
    environ = {**os.environ, "BUNSUI_HOME": str(tmp_path / "home")}

    done = subprocess.run(
        [sys.executable, "-m", "bunsui_tui"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=environ,
    )

    assert done.returncode == 8
    assert done.stderr.startswith("bunsui tui: the terminal UI needs a terminal")
    assert done.stdout == ""
    assert not (tmp_path / "home").exists()
