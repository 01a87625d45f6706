"""Notices the end of another process."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable

_LOOK_SECONDS = 0.2


def watch(pid: int, gone: Callable[[], object]) -> None:
    """Call `gone`, from another thread, when the process ends or when it is gone already."""

    def wait() -> None:
        wait_for_end(pid)
        gone()

    threading.Thread(target=wait, name="watchdog", daemon=True).start()


def wait_for_end(pid: int, seconds: float | None = None) -> bool:
    """Wait until the process has ended, at most so long; whether it has."""
    deadline = None if seconds is None else time.monotonic() + seconds
    if not hasattr(os, "pidfd_open"):
        while _exists(pid):
            if deadline is not None and time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_SECONDS)
        return True
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        # Readable from its end on, also while nobody has reaped it.
        ended, _, _ = select.select([handle], [], [], seconds)
    finally:
        os.close(handle)
    return bool(ended)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
