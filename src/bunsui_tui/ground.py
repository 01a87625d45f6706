"""What the screens stand on: a list, a desk, AWS and a worker, each there when it is needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bunsui_tui.needs import Desk, Groups, Lists, Work
from bunsui_tui.ringing import Announce

T = TypeVar("T")


@dataclass(frozen=True)
class Ground:
    """What an app needs of one environment; the list comes first, for it is seen first."""

    lists: Lists
    open_desk: Callable[[], Desk]
    open_groups: Callable[[], Groups]
    check: Callable[[], None]
    make_worker: Callable[[], Work] | None = None
    announce: Announce | None = None


class Opened(Generic[T]):
    """Something that is opened by the first who asks for it, once."""

    def __init__(self, open_it: Callable[[], T]) -> None:
        self._open = open_it
        self._found: list[T] = []
        self._lock = threading.Lock()

    def __call__(self) -> T:
        """Return it."""
        with self._lock:
            if not self._found:
                self._found.append(self._open())
            return self._found[0]
