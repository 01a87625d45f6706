"""One store and one world of scripts for all cases of a module."""

from __future__ import annotations

import pytest

from tests.exactly_once.ground import Ground
from tests.exactly_once.scripts import Script
from tests.exactly_once.scripts import scripts as planned
from tests.local_home import LocalHome


@pytest.fixture(scope="session")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Script]:
    """One script for each kind of step."""
    return planned(tmp_path_factory.mktemp("planned") / "home")


@pytest.fixture(scope="session")
def files_ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A store in files, for many cases."""
    folder = tmp_path_factory.mktemp("ground")
    return Ground(LocalHome(folder / "home"), folder)
