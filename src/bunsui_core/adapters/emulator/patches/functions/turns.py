"""Who may have another environment: first those at hand are used again and again.

AWS gives each concurrent invocation an environment of its own. Here an environment costs as much as
dozens of invocations, so a burst of short ones takes turns; where none becomes free for a moment,
the function is a slow one and gets more.
"""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field

from ministack.core import lambda_runtime

AT_ONCE = 2 * (os.cpu_count() or 1)
"""Environments that a function gets without waiting."""

_PATIENCE_SECONDS = 0.15


@dataclass
class _Turn:
    """When an environment of a function last became free, or when another one was allowed."""

    change: threading.Condition = field(default_factory=threading.Condition)
    at: float = field(default_factory=time.monotonic)


_turns: defaultdict[str, _Turn] = defaultdict(_Turn)


def wait_for_turn(key: str) -> None:
    """Return when an environment of this function is free, or when another one shall be made."""
    turn = _turns[key]
    with turn.change:
        while _is_crowded(key):
            patience = turn.at + _PATIENCE_SECONDS - time.monotonic()
            if patience <= 0:
                turn.at = time.monotonic()
                return
            turn.change.wait(patience)


def pass_turn(key: str) -> None:
    """Tell whoever waits that an environment became free."""
    turn = _turns[key]
    with turn.change:
        turn.at = time.monotonic()
        turn.change.notify()


def _is_crowded(key: str) -> bool:
    with lambda_runtime._lock:
        entries = lambda_runtime._workers.get(key, [])
        return len(entries) >= AT_ONCE and all(entry.in_use for entry in entries)
