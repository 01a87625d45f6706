"""What a process started and what that started in turn, so that none of it outlives its reason.

Without Linux's process table and its `prctl`, only process groups are ended together.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import time
from collections.abc import Container
from contextlib import suppress

from bunsui_core.adapters.emulator.patches import memory

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_ADOPT = 36  # PR_SET_CHILD_SUBREAPER
_LOOK_SECONDS = 0.005
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def adopt() -> None:
    """Become the parent of every descendant whose own parent ends, in place of the system."""
    if _LIBC:
        _LIBC.prctl(_ADOPT, 1, 0, 0, 0)


def die_with_parent() -> None:
    """End as soon as the thread that forked this process ends, however it ends."""
    if _LIBC:
        _LIBC.prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


def share_memory() -> None:
    """Give back what is free, and let what is there be shared with children for as long as it is.

    Collecting garbage writes into every object that it looks at; frozen ones it leaves alone.
    """
    gc.collect()
    gc.freeze()
    if _LIBC:
        with suppress(AttributeError):  # another C library has no such thing
            _LIBC.malloc_trim(0)


def end_strangers(known: Container[int]) -> None:
    """Kill every child of this process that is not a known one; it was adopted."""
    for child, parent in memory.parents().items():
        if parent == os.getpid() and child not in known:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def end_all(seconds: float) -> None:
    """Kill all descendants and wait for their end, at most so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        end_strangers(())
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
            time.sleep(_LOOK_SECONDS)
            continue
        return
