"""Waiting for something that another thread does, without a pause that is longer than needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

# How late a change is seen at the latest that nobody announced.
_UNANNOUNCED_SECONDS = 0.25
_changed = threading.Condition()


def announce() -> None:
    """Wake everyone who waits, because something that they may wait for has changed."""
    with _changed:
        _changed.notify_all()


def wait_until(claim: Callable[[], bool], deadline: float | None = None) -> bool:
    """Wait until a claim is true or the deadline (of the monotonic clock) has passed.

    Returns whether the claim is true.
    """
    with _changed:
        while not claim():
            pause = _UNANNOUNCED_SECONDS
            if deadline is not None:
                pause = min(pause, deadline - time.monotonic())
            if pause <= 0:
                return False
            _changed.wait(pause)
    return True
