"""A home with one request, one trusted approver and her decision: what attacks are after."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.builders import NOW, a_pipeline, a_request
from tests.local_home import LocalHome
from tests.unit.desk_kit import Bench, make_home
from tests.withdrawals import a_withdrawal


@pytest.fixture
def home(tmp_path: Path) -> LocalHome:
    made = LocalHome(tmp_path / "home")
    hanako = made.trust()
    request = made.requests.submit(a_request())
    made.decisions.append(made.signed(request, hanako))
    made.requests.withdraw(a_withdrawal())
    made.audit.append("requested", request.id, "agent:claude", request.plan_digest, NOW)
    return made


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an approver, which each bench copies."""
    home = tmp_path_factory.mktemp("made")
    make_home(home)
    return home


@pytest.fixture
def bench(made_home: Path, tmp_path: Path) -> Bench:
    """A failed session of a known pipeline, an approver, and a worker's hands."""
    shutil.copytree(made_home, tmp_path / "bench")
    made = Bench(tmp_path / "bench")
    made.store.pipelines.put(a_pipeline())
    return made
