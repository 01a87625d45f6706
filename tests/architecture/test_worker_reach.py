"""The worker verifies and cannot sign: nothing in its process could make a decision's signature."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.import_rule import SRC, Source
from tests.architecture.python_files import ROOT
from tests.architecture.worker_walk import SIGNS


def walked(actor: str, home: Path) -> dict[str, set[str]]:
    """What a fresh process reports that built the actor and followed every reference."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.architecture.worker_walk", actor, str(home)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return {key: set(names) for key, names in json.loads(done.stdout).items()}


@pytest.mark.parametrize("actor", ["worker", "deployed"])
def test_nothing_that_a_worker_imports_signs(actor: str) -> None:
    source = Source(SRC)

    assert not source.reachable_from(f"bunsui_core.wiring.{actor}") & set(SIGNS)
    assert set(SIGNS) <= source.reachable_from("bunsui_core.wiring.operator")


@pytest.mark.slow
def test_a_workers_process_has_nothing_that_signs(tmp_path: Path) -> None:
    assert walked("worker", tmp_path) == {"loaded": set(), "reached": set()}


@pytest.mark.slow
def test_the_walk_finds_what_signs_where_it_is(tmp_path: Path) -> None:
    human = walked("operator", tmp_path)

    assert {"FileKeys", "Signers"} <= human["reached"]
    assert "bunsui_core.adapters.local.control.keyfile" in human["loaded"]
