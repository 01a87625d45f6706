"""The stores that every contract test runs against: files, and a table of an embedded AWS."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from bunsui_core.adapters.aws.client import Clients
from tests.dynamo_home import DynamoHome, clients_of, made
from tests.emulator.embedded import Embedded
from tests.local_home import LocalHome

Home: TypeAlias = LocalHome | DynamoHome
NUMBERS = itertools.count(1)


@pytest.fixture(params=["files", "table"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A store that was just made, of each kind."""
    if request.param == "files":
        return LocalHome(tmp_path / "home")
    return made(request.getfixturevalue("clients"), f"bunsui-{next(NUMBERS)}", tmp_path / "home")


@pytest.fixture
def files(tmp_path: Path) -> LocalHome:
    """A store in files."""
    return LocalHome(tmp_path / "home")


@pytest.fixture
def table(clients: Clients, tmp_path: Path) -> DynamoHome:
    """A store in a table."""
    return made(clients, f"bunsui-{next(NUMBERS)}", tmp_path / "home")


@pytest.fixture(scope="session")
def clients(inside: Embedded, numbers: Iterator[int]) -> Iterator[Clients]:
    """Clients of an account of their own in an embedded AWS in this very process."""
    found = clients_of(inside.server.url, str(next(numbers)))
    yield found
    found.close()
