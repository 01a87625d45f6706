"""The list of sessions as a window on the store: how long it is, and the pages that were read."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from bunsui_core.domain.answer import Totals
from bunsui_core.domain.session import SessionSummary

PAGE = 100
"""Rows that are read together."""

KEPT = 40
"""Pages that are kept; those that were not read for the longest time go first."""

Page = tuple[SessionSummary, ...]


@dataclass(frozen=True)
class Listing:
    """The sessions that a query wants: pinned ones first, the others in the store's order.

    `pages` have the store's order; `pinned` are sessions that wait for a human, each under its
    place in that order. `sought` was looked for; `found_at` is its place there, if it has one.
    `unsearched` sessions may have more values than a search for values knows of.
    """

    query: str
    total: int
    everything: int
    totals: Totals
    pages: Mapping[int, Page]
    pinned: Mapping[int, SessionSummary] = field(default_factory=dict)
    sought: str = ""
    found_at: int | None = None
    unsearched: int = 0

    @property
    def pipelines(self) -> frozenset[str]:
        """The pipelines of the sessions that were read."""
        return frozenset(one.pipeline for page in self.pages.values() for one in page)

    def one(self, at: int) -> SessionSummary | None:
        """Return the session at a place of the list, or nothing when it was not read yet."""
        if at < len(self.pinned):
            return list(self.pinned.values())[at]
        number, line = divmod(self.stored_at(at), PAGE)
        page = self.pages.get(number, ())
        return page[line] if line < len(page) else None

    def place(self, session_id: str) -> int | None:
        """Return where a session is, or nothing when it is not among what was read."""
        pinned = [one.session_id for one in self.pinned.values()]
        if session_id in pinned:
            return pinned.index(session_id)
        stored = self._places.get(session_id)
        if stored is None and session_id == self.sought:
            stored = self.found_at
        return None if stored is None else self.shown_at(stored)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        """Where every session that was read stands in the store's order."""
        return {
            one.session_id: number * PAGE + line
            for number, page in self.pages.items()
            for line, one in enumerate(page)
        }

    def is_gone(self, session_id: str) -> bool:
        """Whether a session was looked for and is not in the list."""
        return session_id == self.sought and self.found_at is None

    def summary(self, session_id: str) -> SessionSummary | None:
        """Return the line of a session, if it was read."""
        at = self.place(session_id)
        return None if at is None else self.one(at)

    def stored_at(self, at: int) -> int:
        """Return the place in the store's order of what is shown at a place below the pinned."""
        place = at - len(self.pinned)
        for pinned in sorted(self.pinned):
            place += pinned <= place
        return place

    def shown_at(self, stored: int) -> int:
        """Return where something is shown that is not pinned."""
        return stored + len(self.pinned) - bisect_left(sorted(self.pinned), stored)

    def numbers(self, first: int, last: int) -> tuple[int, ...]:
        """Return the numbers of the pages that hold the rows between two places."""
        low, high = (self.stored_at(max(at, len(self.pinned))) for at in (first, last))
        return tuple(range(max(0, low) // PAGE, max(0, min(high, self.total - 1)) // PAGE + 1))


def with_reading(known: Listing | None, reading: Listing) -> Listing:
    """Return what was read last with the pages known before; those of another query go."""
    before = known.pages if known and known.query == reading.query else {}
    others = {number: page for number, page in before.items() if number not in reading.pages}
    return replace(reading, pages=newest({**others, **reading.pages}))


def newest(pages: Mapping[int, Page]) -> Mapping[int, Page]:
    """Return the pages that were read last."""
    return dict(list(pages.items())[-KEPT:])


def pages_around(numbers: Sequence[int]) -> tuple[int, ...]:
    """Return some pages and their neighbours, those themselves first."""
    around = (*numbers, *(n + 1 for n in numbers), *(n - 1 for n in numbers))
    return tuple(dict.fromkeys(n for n in around if n >= 0))
