"""What holds for every test."""

from __future__ import annotations

import itertools
import signal
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

import pytest

from bunsui_core import log

if TYPE_CHECKING:
    from tests.emulator.embedded import Embedded

# A shell makes what it starts in the background ignore Ctrl-C, and so would all that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """Each test ends the log that it began, so that no later one writes to it."""
    yield
    streams: list[TextIO | None] = [*log._pending]
    log._pending.clear()
    if structlog := sys.modules.get("structlog"):
        streams.append(getattr(structlog.get_config()["logger_factory"], "_file", None))
        structlog.reset_defaults()
    for stream in streams:
        if stream and str(getattr(stream, "name", "")).endswith(".log"):
            stream.close()


@pytest.fixture(scope="session")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """An embedded AWS in this very process, started when a test first asks for it."""
    from tests.emulator.embedded import Embedded
    from tests.emulator.inside import serving

    home = tmp_path_factory.mktemp("inside")
    with serving(home) as server:
        embedded = Embedded(server, home)
        with embedded.open:
            yield embedded


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    """Account numbers, each taken once."""
    from tests.emulator.inside import FIRST_ACCOUNT

    return itertools.count(FIRST_ACCOUNT)
