"""Which of many requests are looked at: whoever asks without end hides nothing of others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

AHEAD = timedelta(minutes=5)
"""How far clocks may differ: what claims to be asked later than that is not looked at yet."""

FRESH = timedelta(hours=1)
"""For how long each asker has a share of what is looked at; no request waits longer."""

MOST_FRESH = 20_000
"""Fresh requests among which everybody's are looked for."""


class Asked(NamedTuple):
    """Where a request lies, as its place says it; when it was asked is its asker's claim."""

    at: str
    asker: str
    key: str


Newest: TypeAlias = Callable[[str, int], Sequence[Asked]]
"""Gives the requests that claim to be from before a moment, newest first, at most so many."""


class Window(NamedTuple):
    """The moments between which a request is fresh, as texts that sort by time."""

    since: str
    until: str


def window(now: datetime, text: Callable[[datetime], str]) -> Window:
    """Return the moments between which a request is fresh."""
    return Window(text(now - FRESH), text(now + AHEAD))


def looked_at(newest: Newest, limit: int, fresh: Window) -> tuple[str, ...]:
    """Return the keys of at most `limit` requests, newest first, none of them of a later time.

    Where more than these are fresh, each asker has as many of them as any other, if it asked so
    often.
    """
    found = newest(fresh.until, limit)
    if len(found) == limit and found[-1].at >= fresh.since:
        many = newest(fresh.until, MOST_FRESH)
        found = shared(tuple(one for one in many if one.at >= fresh.since), limit)
    return tuple(one.key for one in found)


def shared(asked: Sequence[Asked], limit: int) -> Sequence[Asked]:
    """Return at most so many, in their order: of everybody's newest, then everybody's second."""
    order = sorted(range(len(asked)), key=tuple(_turns(asked)).__getitem__)
    return [asked[place] for place in sorted(order[:limit])]


def _turns(asked: Iterable[Asked]) -> Iterable[int]:
    """How many of the same asker are in front of each."""
    before: Counter[str] = Counter()
    for one in asked:
        yield before[one.asker]
        before[one.asker] += 1
