"""A home for each test of the terminal UI."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """One failed session that is explained, one that went well, and an approver."""
    return Home(tmp_path)
