"""What holds for every test."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from typing import TextIO

import pytest

from bunsui_core import log

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
