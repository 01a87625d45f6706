"""One embedded AWS for the whole test session; it ends with the session however that ends."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bunsui_core.adapters.emulator.launcher import down, up
from tests.emulator.embedded import Embedded
from tests.emulator.iam_world import World, world

USER_SECRET = "the-users-own-secret"
USER_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAUSERSOWNKEY00000",
    "AWS_SECRET_ACCESS_KEY": USER_SECRET,
    "AWS_PROFILE": "the-users-own-profile",
    "OPENAI_API_KEY": USER_SECRET,
}


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """An embedded AWS whose state machines do not wait, started by a user with credentials."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in USER_ENVIRONMENT.items():
            patch.setenv(name, value)
        server = up(home, watch_pid=os.getpid(), wait_scale=0)
    embedded = Embedded(server, home)
    with embedded.open:
        yield embedded
    down(home)


@pytest.fixture(scope="session")
def estate(aws: Embedded) -> Iterator[World]:
    """The store, the machines and the principals of one estate, in the embedded AWS."""
    made = world(aws)
    with made.open:
        yield made


@pytest.fixture
def account(inside: Embedded, numbers: Iterator[int]) -> Iterator[Embedded]:
    """An empty account for one test, with nothing that waits; not for tests about security."""
    own = Embedded(inside.server, inside.home, account=str(next(numbers)))
    with own.open:
        yield own


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A name for what one test makes, taken by no other test."""
    words = request.node.originalname.removeprefix("test_").replace("_", "-")[:40].strip("-")
    return f"{words}-{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:8]}"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of its own, with nothing left running in it."""
    yield tmp_path
    down(tmp_path)
