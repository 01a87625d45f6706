"""Tries, at run time, to get something that decides or changes AWS out of an `AgentDesk`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.python_files import ROOT

DECIDING = {
    "decide",
    "approve",
    "reject",
    "execute",
    "advance",
    "sign",
    "unlock",
    "redrive",
    "start",
}


def walked(actor: str, home: Path) -> dict[str, set[str]]:
    """What a fresh process reports that built the actor's desk and followed every reference."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.architecture.object_walk", actor, str(home)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return {key: set(names) for key, names in json.loads(done.stdout).items()}


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The report on an agent's desk."""
    return walked("agent", tmp_path_factory.mktemp("agent"))


def test_an_agents_process_loads_no_module_that_decides(agent: dict[str, set[str]]) -> None:
    assert agent["loaded"] == set()


def test_no_reference_leads_from_an_agents_desk_to_what_decides(
    agent: dict[str, set[str]],
) -> None:
    assert agent["reached"] == set()


def test_an_agents_desk_offers_no_deciding_verb(agent: dict[str, set[str]]) -> None:
    assert not agent["public"] & DECIDING


def test_the_walk_finds_what_decides_where_it_is(tmp_path: Path) -> None:
    operator = walked("operator", tmp_path)

    assert "bunsui_core.desk.operator" in operator["reached"]
    assert "bunsui_core.app.decide" in operator["reached"]
    assert "decide" in operator["public"]
