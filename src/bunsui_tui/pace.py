"""How often something may be asked for, however often a screen is painted."""

from __future__ import annotations

import time


class Pace:
    """Lets something happen at once, and then once in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0

    def is_due(self) -> bool:
        """Whether it may happen now; if so, the next time is as far away again."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True
