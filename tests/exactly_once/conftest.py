"""A store of each kind, used by many cases, and the scripts that are played over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dynamo_home import clients_of, made
from tests.emulator.embedded import Embedded
from tests.exactly_once.ground import Ground
from tests.exactly_once.scripts import Script
from tests.exactly_once.scripts import scripts as planned
from tests.local_home import LocalHome


@pytest.fixture(scope="session")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Script]:
    """One script for each kind of step."""
    return planned(tmp_path_factory.mktemp("planned") / "home")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for a store."""
    return tmp_path_factory.mktemp("ground")


@pytest.fixture(scope="session")
def files_ground(folder: Path) -> Ground:
    """A store in files."""
    return Ground(LocalHome(folder / "files"), folder)


@pytest.fixture(scope="session")
def table_ground(inside: Embedded, numbers: Iterator[int], folder: Path) -> Iterator[Ground]:
    """A store in a table of an embedded AWS in this very process."""
    clients = clients_of(inside.server.url, str(next(numbers)))
    yield Ground(made(clients, "exactly-once", folder / "table"), folder)
    clients.close()


@pytest.fixture
def ground(request: pytest.FixtureRequest) -> Ground:
    """A store of the kind that a test names."""
    found = request.getfixturevalue(f"{request.param}_ground")
    assert isinstance(found, Ground)
    return found
