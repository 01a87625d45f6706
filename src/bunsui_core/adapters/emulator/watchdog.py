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
        _wait_for_end(pid)
        gone()

    threading.Thread(target=wait, name="watchdog", daemon=True).start()


def _wait_for_end(pid: int) -> None:
    if not hasattr(os, "pidfd_open"):
        while _exists(pid):
            time.sleep(_LOOK_SECONDS)
        return
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        select.select([handle], [], [])
    finally:
        os.close(handle)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
