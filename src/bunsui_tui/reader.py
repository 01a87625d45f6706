"""Reads what the screen shows of the list of sessions, and no more than that."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bunsui_core.domain.answer import SessionFilter, SessionPage
from bunsui_core.domain.session import SessionSummary
from bunsui_tui.listing import PAGE, Listing, Page
from bunsui_tui.needs import Lists
from bunsui_tui.query import Query

REST = 9
"""Reading again and again takes at most a tenth of the time, however long a search takes."""
LONGEST_REST_S = 5.0

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
    """Reads windows of the list."""

    def __init__(self, lists: Lists, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lists = lists
        self._rest = ("", 0.0)

    def read(self, wish: Wish) -> Listing:
        """Return the pages that are wanted, and where the sessions are that are looked for."""
        began = self._monotonic()
        listing = self._listing(wish)
        now = self._monotonic()
        self._rest = (wish.query.text, now + min(LONGEST_REST_S, REST * (now - began)))
        return listing

    def is_resting(self, query: str) -> bool:
        """Whether a query that takes long was read just now, and is not read again yet."""
        text, until = self._rest
        return text == query and self._monotonic() < until

    def _listing(self, wish: Wish) -> Listing:
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
            unsearched=first.unsearched,
            found_at=near[wish.sought] if wish.sought in near else self._sought(wish),
        )

    def _page(self, wish: Wish, number: int) -> SessionPage:
        return self._lists.window(wish.query.wanted, number * PAGE, PAGE)

    def _everything(self, wish: Wish, first: SessionPage) -> int:
        whole = SessionFilter()
        return first.total if wish.query.wanted == whole else self._lists.window(whole, 0, 1).total

    def _pinned(self, wish: Wish) -> list[Found]:
        """The sessions that wait for a human, in the order of the list, which then skips them."""
        found = (self._find(wish.query, one) for one in wish.waiting[:PINNED])
        return sorted((one for one in found if one), key=lambda one: one[0])

    def _sought(self, wish: Wish) -> int | None:
        found = self._find(wish.query, wish.sought) if wish.sought else None
        return found[0] if found else None

    def _find(self, query: Query, session_id: str) -> Found | None:
        """Return where the list has a session."""
        placed = self._lists.place(query.wanted, session_id)
        return (placed.at, placed.line) if placed else None


def _places(pages: Mapping[int, Page]) -> Iterator[tuple[str, int]]:
    for number, page in pages.items():
        for line, one in enumerate(page):
            yield one.session_id, number * PAGE + line
