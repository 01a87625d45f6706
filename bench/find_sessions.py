"""Claims about a store of a hundred thousand sessions, as a desk asks it: windows and searches.

A window is 50 lines with exact totals by status, at the beginning, in the middle and at the end of
the list. A search for a value is measured for one that a single session holds, for the beginning
of a thousand, for what stands inside of some, and for one that every session holds. Beside it
stand searches for texts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from statistics import median

from bench.result import Result
from bench.seed import seeded
from bunsui_core.domain.answer import SessionPage
from bunsui_core.domain.query import parse_query
from bunsui_core.ports.store import Sessions
from bunsui_core.settings import Settings
from bunsui_core.wiring.store import reader, store

SESSIONS = 100_000
LINES = 50
TIMES = 25
GOAL_WINDOW_MS = 20.0
GOAL_VALUE_MS = 100.0
WINDOWS = {"first": 0, "middle": SESSIONS // 2, "last": SESSIONS - LINES}
VALUES = {
    "one": "input:order_id=77777",
    "thousand": "input:order_id=77*",
    "inside": "input:order_id=*7777*",
    "of_failed": "output:status=ok status:failed",
    "every": "input:region=eu-west-1",
}
TEXTS = {"error": "error:ValueError", "name": "name:orders-077", "anything": "77777"}


def measure_windows() -> Result:
    """The slowest part of the list, each as the median of many windows."""
    sessions = stored()
    asked = {
        name: partial(sessions.window, parse_query("", now()), at, LINES)
        for name, at in WINDOWS.items()
    }
    numbers = usual(asked)
    return Result(
        claim="session_window",
        goal=f"median of {TIMES} <= {GOAL_WINDOW_MS} ms with {SESSIONS:,} sessions",
        held=max(numbers.values()) <= GOAL_WINDOW_MS,
        numbers={**numbers, "sessions": float(SESSIONS)},
    )


def measure_values() -> Result:
    """The slowest kind of value, each as the median of many searches."""
    sessions = stored()
    numbers = usual(searches(sessions, VALUES))
    texts = usual(searches(sessions, TEXTS))
    return Result(
        claim="find_value",
        goal=f"median of {TIMES} <= {GOAL_VALUE_MS} ms with {SESSIONS:,} sessions",
        held=max(numbers.values()) <= GOAL_VALUE_MS,
        numbers={
            **numbers,
            **{f"text_{name}": value for name, value in texts.items()},
            "sessions": float(SESSIONS),
        },
    )


def stored() -> Sessions:
    """The sessions of a home as an agent's process reads them."""
    settings = Settings(home=seeded(SESSIONS))
    return store(settings, reader(settings)).sessions


def searches(
    sessions: Sessions, queries: Mapping[str, str]
) -> Mapping[str, Callable[[], SessionPage]]:
    """The first lines that each query finds."""
    return {
        name: partial(sessions.window, parse_query(query, now()), 0, LINES)
        for name, query in queries.items()
    }


def usual(asked: Mapping[str, Callable[[], SessionPage]]) -> dict[str, float]:
    """The median time of each call in milliseconds, once it was made before."""
    return {f"{name}_ms": round(median(times(call)) * 1000, 2) for name, call in asked.items()}


def times(call: Callable[[], SessionPage]) -> Sequence[float]:
    """The seconds of some calls after the first; a call that finds nothing measures nothing."""
    if not call().items:
        raise RuntimeError("this finds nothing")
    seconds = []
    for _ in range(TIMES):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return seconds


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)
