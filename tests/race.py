"""Acts of several threads that begin at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from bunsui_core.domain.errors import BunsuiError

T = TypeVar("T")


def together(*acts: Callable[[], T]) -> list[T | BunsuiError]:
    """Run each act in a thread of its own, all at once; what it returned or how it was refused."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T | BunsuiError:
        barrier.wait(timeout=10)
        try:
            return act()
        except BunsuiError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
