"""The embedded AWS, for the front ends."""

from __future__ import annotations

from collections.abc import Callable

from bunsui_core.adapters.emulator.launcher import down, status, up
from bunsui_core.adapters.emulator.record import LocalServer
from bunsui_core.settings import Settings


def local_up(
    settings: Settings, port: int = 0, progress: Callable[[str], None] | None = None
) -> LocalServer:
    """Start the embedded AWS of this home, or return the one that runs. Raises: Unavailable."""
    return up(settings.home, port, progress=progress)


def local_down(settings: Settings) -> bool:
    """Stop the embedded AWS of this home; whether one was running."""
    return down(settings.home)


def local_status(settings: Settings) -> LocalServer | None:
    """Return the embedded AWS of this home, if it runs. Raises: Unavailable."""
    return status(settings.home)
