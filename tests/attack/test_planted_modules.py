"""What lies in the current folder is never run: a repository may hold files of an assistant."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.python_files import SRC

PLANTED = "import pathlib\npathlib.Path('ran').touch()\nraise SystemExit(3)\n"
NAMES = ("getpass", "structlog", "secrets", "bunsui_core", "pipeline", "sitecustomize")
"""Modules that a program of bunsui imports, the pipeline of a user, and one of Python's own."""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder with a file under the name of each module."""
    folder = tmp_path / "repository"
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}.py").write_text(PLANTED)
    return folder


def run_in(folder: Path, *command: str) -> bool:
    """Run a command in a folder and return whether a file of that folder was run."""
    env = {**os.environ, "BUNSUI_HOME": str(folder / "home")}
    env.pop("PYTHONSAFEPATH", None)
    subprocess.run(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True)
    return (folder / "ran").exists()


def test_python_runs_what_lies_in_the_current_folder(repository: Path) -> None:
    assert run_in(repository, sys.executable, "-m", "bunsui_mcp", "--agent", "claude")


@pytest.mark.slow
def test_bunsui_runs_nothing_that_lies_in_the_current_folder(repository: Path) -> None:
    program = str(Path(sys.executable).with_name("bunsui"))

    assert not run_in(repository, program, "mcp", "--agent", "claude")


def test_every_process_that_bunsui_starts_is_started_like_that() -> None:
    """Also those that are not started here."""
    started = [
        (file.name, found.group())
        for file in SRC.rglob("*.py")
        for found in re.finditer(r'(sys\.executable|args=\[)[^\n]*"-m"', file.read_text("utf-8"))
    ]

    assert len(started) >= 7
    assert [one for one in started if '"-P"' not in one[1]] == []
