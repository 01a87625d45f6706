"""The adapters that every contract test runs against."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local_home import LocalHome


@pytest.fixture
def home(tmp_path: Path) -> LocalHome:
    return LocalHome(tmp_path / "home")
