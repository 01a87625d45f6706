"""What sessions are found by, as an attribute of their items, and the search through it."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from pydantic import ValidationError

from bunsui_core.adapters.aws.store.items import META, Item, Key, raw
from bunsui_core.adapters.aws.store.lines import Line, Lines, session_key, too_many
from bunsui_core.adapters.aws.store.table import Table
from bunsui_core.domain.answer import SessionFilter, Totals
from bunsui_core.domain.group import totals_of
from bunsui_core.domain.matching import Findable, matches
from bunsui_core.domain.session import SessionStatus

MOST_SEARCHED = 5_000
"""Sessions that are looked into for one search; a hundred come in a request."""

LONGEST = 96 * 1024
"""Bytes that what a session is found by may have in its item."""

FOUND_BY = "found_by"


def packed(found: Findable) -> bytes:
    """Return what a session is found by as bytes; of what is too long for an item, less."""
    content = _compressed(found)
    while len(content) > LONGEST and (found.held or found.names or found.said):
        found = _less(found)
        content = _compressed(found)
    return content


def _compressed(found: Findable) -> bytes:
    return zlib.compress(found.model_dump_json().encode())


def _less(found: Findable) -> Findable:
    """Return half the values; without values half the names, and of what was said."""
    names, said, held = found.names, found.said, found.held
    if held:
        held = held[: len(held) // 2]
    else:
        names, said = names[: len(names) // 2], said[: len(said) // 2]
    return Findable(names=names, said=said, held=held, is_whole=False)


def unpacked(item: Item) -> Findable | None:
    """Return what a session is found by, if that can be read."""
    try:
        return Findable.model_validate_json(zlib.decompress(raw(item, FOUND_BY)))
    except (zlib.error, ValidationError):
        return None


class Search:
    """The sessions that a filter seeks, newest first, and how many are not wholly searched.

    Raises: Refused when more would have to be looked into than one answer is worth.
    """

    def __init__(self, table: Table, wanted: SessionFilter) -> None:
        self._table = table
        self._wanted = wanted
        self.unsearched = 0
        self.found = tuple(self._matching(self._candidates()))

    @property
    def totals(self) -> Totals:
        """How many were found, by status."""
        found = Counter(line.summary.status for line in self.found)
        return totals_of({status: found[status] for status in SessionStatus})

    def _candidates(self) -> Sequence[Line]:
        lines = tuple(islice(Lines(self._table, self._wanted).newest(), MOST_SEARCHED + 1))
        if len(lines) > MOST_SEARCHED:
            raise too_many("would have to be looked into", MOST_SEARCHED)
        return lines

    def _matching(self, lines: Sequence[Line]) -> Iterator[Line]:
        keys: list[Key] = [(session_key(self._table, one.session_id), META) for one in lines]
        found = self._table.many(keys, (FOUND_BY,))
        for line, key in zip(lines, keys, strict=True):
            by = unpacked(found.get(key, {}))
            self.unsearched += not (by and by.is_whole)
            if by and matches(self._wanted, by):
                yield line
