"""A home with one failed session, and a client of the server over it, in both eras."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mcp.home import Home


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The event loop of the server's process."""
    return "asyncio"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A store with a failed, diagnosed session."""
    return Home(tmp_path)


@pytest.fixture(params=["auto", "legacy"])
def mode(request: pytest.FixtureRequest) -> str:
    """The era in which the client speaks."""
    return str(request.param)
