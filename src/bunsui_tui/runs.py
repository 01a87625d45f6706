"""Reads the last runs of the pipelines that are on the screen, and not too often."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.session import SessionSummary
from bunsui_tui.needs import Desk

LAST_RUNS = 20
"""Runs of a pipeline that say what is usual for it."""

ANEW_S = 10.0

Runs = Mapping[str, tuple[SessionSummary, ...]]


class RunsReader:
    """Reads the last runs of pipelines, newest first."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, tuple[SessionSummary, ...]]] = {}

    def read(self, pipelines: Iterable[str], desk: Desk) -> Runs:
        """Return the runs of the pipelines that were not read for a while."""
        now = time.monotonic()
        old = [name for name in pipelines if now - self._read_at(name) >= ANEW_S]
        for name in old:
            page = desk.sessions(SessionFilter(pipeline=name), LAST_RUNS)
            self._known[name] = (now, page.items)
        return {name: self._known[name][1] for name in old}

    def _read_at(self, name: str) -> float:
        return self._known[name][0] if name in self._known else float("-inf")
