"""The words behind `/`, which are the words of the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.query import parse_query


@dataclass(frozen=True)
class Query:
    """Which sessions are wanted, as it was said and as it is meant at this moment."""

    text: str = ""
    wanted: SessionFilter = field(default_factory=SessionFilter)


EVERYTHING = Query()


def parse(text: str, now: datetime) -> Query:
    """Return the query that a text says. Raises: BadInput for a word it cannot use."""
    return Query(text.strip(), parse_query(text, now))
