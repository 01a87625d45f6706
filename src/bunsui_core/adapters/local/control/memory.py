"""The memory of a process that holds a private key, closed to the user's other processes."""

from __future__ import annotations

import ctypes
import resource
import sys
from functools import cache

_PR_SET_DUMPABLE = 4
"""See prctl(2): not dumpable means no core file, no ptrace and no reading of /proc/PID/mem."""


@cache
def close_memory() -> None:
    """Let no core file hold what this process knows, and on Linux nobody but root read it.

    Where the system does not know how, nothing happens: it is a second lock, not the first.
    """
    _most, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
