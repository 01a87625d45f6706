"""Waiting for something that another thread does, without a pause that is longer than needed."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

# How late a change is seen at the latest that nobody announced.
_UNANNOUNCED_SECONDS = 0.25
_lock = threading.Lock()
_waiting: dict[Hashable, set[threading.Event]] = defaultdict(set)


def announce(topic: Hashable = None) -> None:
    """Wake those who wait for news of a topic; None is the topic of those who named none."""
    with _lock:
        woken = list(_waiting.get(topic, ()))
    for one in woken:
        one.set()


def wait_until(
    claim: Callable[[], bool], deadline: float | None = None, topics: tuple[Hashable, ...] = (None,)
) -> bool:
    """Wait until a claim is true or the deadline (of the monotonic clock) has passed.

    Returns whether the claim is true.
    """
    with _woken_by(topics) as news:
        while not claim():
            pause = _UNANNOUNCED_SECONDS
            if deadline is not None:
                pause = min(pause, deadline - time.monotonic())
            if pause <= 0:
                return False
            news.wait(pause)
            news.clear()
    return True


@contextmanager
def _woken_by(topics: tuple[Hashable, ...]) -> Iterator[threading.Event]:
    news = threading.Event()
    with _lock:
        for topic in topics:
            _waiting[topic].add(news)
    try:
        yield news
    finally:
        with _lock:
            for topic in topics:
                _waiting[topic].discard(news)
                if not _waiting[topic]:
                    del _waiting[topic]
