"""Reads what the screen shows of the list of sessions, and no more than that."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bunsui_core.domain.answer import SessionFilter, SessionPage
from bunsui_core.domain.session import SessionSummary
from bunsui_tui.listing import PAGE, Listing
from bunsui_tui.needs import Desk
from bunsui_tui.query import Query

LAST_RUNS = 20
"""Runs of a pipeline that say what is usual for it."""

RUNS_ANEW_S = 10.0


@dataclass(frozen=True)
class Wish:
    """What the screen wants of the list: a query, pages of it, and a session to be found."""

    query: Query
    pages: tuple[int, ...] = (0,)
    sought: str = ""
    waiting: tuple[str, ...] = ()


class ListReader:
    """Reads windows of the list, and the last runs of the pipelines that are in them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._runs: dict[str, tuple[float, tuple[SessionSummary, ...]]] = {}

    def read(self, wish: Wish) -> Listing:
        """Return the pages that are wanted, with exact totals."""
        found = {number: self._page(wish, number) for number in wish.pages}
        first = next(iter(found.values()))
        pages = {number: page.items for number, page in found.items() if page.items}
        return Listing(
            query=wish.query.text,
            total=first.total,
            everything=self._desk.window(SessionFilter(), 0, 1).total,
            totals=first.totals,
            pages=pages,
            sought=wish.sought,
            found_at=_place(pages, wish.sought),
        )

    def runs(self, pipelines: Sequence[str]) -> Mapping[str, tuple[SessionSummary, ...]]:
        """Return the last runs of pipelines, newest first; read anew after a while."""
        now = time.monotonic()
        for name in pipelines:
            if name not in self._runs or now - self._runs[name][0] >= RUNS_ANEW_S:
                page = self._desk.sessions(SessionFilter(pipeline=name), LAST_RUNS)
                self._runs[name] = (now, page.items)
        return {name: self._runs[name][1] for name in pipelines}

    def _page(self, wish: Wish, number: int) -> SessionPage:
        return self._desk.window(wish.query.wanted, number * PAGE, PAGE)


def _place(pages: Mapping[int, Sequence[SessionSummary]], session_id: str) -> int | None:
    for number, page in pages.items():
        for line, one in enumerate(page):
            if one.session_id == session_id:
                return number * PAGE + line
    return None
