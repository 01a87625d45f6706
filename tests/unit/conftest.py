"""A home with an approver for each test, copied from one that was made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.unit.desk_kit import Bench, make_home
from tests.unit.recording import recorded as recorded
from tests.unit.recording import recorded_home as recorded_home


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home that every test copies."""
    home = tmp_path_factory.mktemp("made")
    make_home(home)
    return home


@pytest.fixture
def bench(made_home: Path, tmp_path: Path) -> Bench:
    """One home with an approver and a failed session."""
    home = tmp_path / "home"
    shutil.copytree(made_home, home)
    return Bench(home)
