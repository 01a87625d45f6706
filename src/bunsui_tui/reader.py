"""Reads what the screen shows of the list of sessions, and no more than that."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bunsui_core.domain.answer import SessionFilter, SessionPage
from bunsui_core.domain.session import SessionSummary
from bunsui_tui.listing import PAGE, Listing, Page
from bunsui_tui.needs import Desk
from bunsui_tui.query import Query

LAST_RUNS = 20
"""Runs of a pipeline that say what is usual for it."""

RUNS_ANEW_S = 10.0

PINNED = 20
"""Sessions that wait for a human and stand above the list for it."""

Found: TypeAlias = tuple[int, SessionSummary]
"""A session and its place in the store's order."""


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
        """Return the pages that are wanted, and where the sessions are that are looked for."""
        found = {number: self._page(wish, number) for number in wish.pages}
        first = found[wish.pages[0]]
        pages = {number: page.items for number, page in found.items() if page.items}
        near = dict(_places(pages))
        return Listing(
            query=wish.query.text,
            total=first.total,
            everything=self._everything(wish, first),
            totals=first.totals,
            pages=pages,
            pinned=dict(self._pinned(wish)) if wish.waiting else {},
            sought=wish.sought,
            found_at=near[wish.sought] if wish.sought in near else self._sought(wish),
        )

    def runs(self, pipelines: Iterable[str]) -> Mapping[str, tuple[SessionSummary, ...]]:
        """Return the last runs of pipelines, newest first; read anew after a while."""
        names, now = tuple(pipelines), time.monotonic()
        for name in names:
            if name not in self._runs or now - self._runs[name][0] >= RUNS_ANEW_S:
                page = self._desk.sessions(SessionFilter(pipeline=name), LAST_RUNS)
                self._runs[name] = (now, page.items)
        return {name: self._runs[name][1] for name in names}

    def _page(self, wish: Wish, number: int) -> SessionPage:
        return self._desk.window(wish.query.wanted, number * PAGE, PAGE)

    def _everything(self, wish: Wish, first: SessionPage) -> int:
        whole = SessionFilter()
        return first.total if wish.query.wanted == whole else self._desk.window(whole, 0, 1).total

    def _pinned(self, wish: Wish) -> list[Found]:
        """The sessions that wait for a human, in the order of the list, which then skips them."""
        found = (self._find(wish.query, one) for one in wish.waiting[:PINNED])
        return sorted((one for one in found if one), key=lambda one: one[0])

    def _sought(self, wish: Wish) -> int | None:
        found = self._find(wish.query, wish.sought) if wish.sought else None
        return found[0] if found else None

    def _find(self, query: Query, session_id: str) -> Found | None:
        """Return where the list has a session."""
        placed = self._desk.place(query.wanted, session_id)
        return (placed.at, placed.line) if placed else None


def _places(pages: Mapping[int, Page]) -> Iterator[tuple[str, int]]:
    for number, page in pages.items():
        for line, one in enumerate(page):
            yield one.session_id, number * PAGE + line
