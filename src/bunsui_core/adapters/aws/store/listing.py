"""Parts of the list of sessions: a page after a cursor, or a window anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice

from bunsui_core.adapters.aws.store.items import META, stored, text
from bunsui_core.adapters.aws.store.lines import (
    MOST_READ,
    Line,
    Lines,
    at_of,
    session_key,
    too_many,
)
from bunsui_core.adapters.aws.store.searching import Search
from bunsui_core.adapters.aws.store.table import Table
from bunsui_core.domain.answer import Placed, SessionFilter, SessionPage, Totals
from bunsui_core.domain.cursor import Position, cursor_of, position_of
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.matching import is_search
from bunsui_core.domain.session import ATTENTION, SessionStatus, SessionSummary
from bunsui_core.domain.store_template import SHOWN

MOST = 500
"""The longest page."""


def list_sessions(table: Table, wanted: SessionFilter, limit: int, cursor: str) -> SessionPage:
    """Return one page, newest first. Raises: BadInput for a cursor that does not fit the filter."""
    if not 1 <= limit <= MOST:
        raise BadInput(f"a page of {limit} lines cannot be listed.", f"Ask for 1 to {MOST}.")
    position = position_of(wanted, table.place, cursor) if cursor else None
    after = position.created_at if position else ""
    if is_search(wanted):
        search = Search(table, wanted)
        found: Iterable[Line] = (one for one in search.found if not after or one.at < after)
        page = _page((), search.totals, search.unsearched)
    else:
        lines = Lines(table, wanted)
        found, page = lines.newest(after, limit + 1), _page((), lines.totals)
    shown = list(islice(found, limit + 1))
    items = tuple(line.summary for line in shown[:limit])
    last = Position(created_at=shown[:limit][-1].at, session_id="") if items else None
    more = cursor_of(wanted, table.place, last) if last and len(shown) > limit else ""
    return page.model_copy(update={"items": items, "next_cursor": more})


def window(table: Table, wanted: SessionFilter, offset: int, limit: int) -> SessionPage:
    """Return lines in order of attention. Raises: BadInput for a window that cannot be."""
    if offset < 0 or not 1 <= limit <= MOST:
        raise BadInput(
            f"{limit} lines from line {offset} on cannot be listed.",
            f"Ask for 1 to {MOST} lines from 0 on.",
        )
    if is_search(wanted):
        search = Search(table, wanted)
        found = (one for status in ATTENTION for one in search.found if _is(one, status))
        return _page(islice(found, offset, offset + limit), search.totals, search.unsearched)
    lines = Lines(table, wanted)
    totals = lines.totals
    return _page(_attended(lines, totals, offset, limit), totals)


def placed(table: Table, wanted: SessionFilter, session_id: str) -> Placed | None:
    """Return where a session stands in order of attention, if it is wanted."""
    item = table.get((session_key(table, session_id), META))
    if item is None:
        return None
    summary = stored(SessionSummary, text(item, SHOWN), table.name)
    at, status = at_of(summary.created_at, session_id), summary.status
    if is_search(wanted):
        found = Search(table, wanted).found
        if session_id not in {one.session_id for one in found}:
            return None
        before = [one for one in found if _stands_before(one, status, at)]
        return Placed(at=len(before), line=summary)
    if not _is_listed(summary, wanted):
        return None
    lines = Lines(table, wanted)
    totals = lines.totals
    above = sum(totals.of(one) for one in ATTENTION[: ATTENTION.index(status)])
    newer = lines.newer(status, at)
    if newer > MOST_READ:
        raise too_many("stand before this one")
    return Placed(at=above + newer, line=summary)


def open_sessions(table: Table) -> tuple[str, ...]:
    """Return the ids of all sessions that are not over, oldest first."""
    lines = Lines(table, SessionFilter())
    streams = (lines.of(one, oldest_first=True) for one in SessionStatus if one.is_open)
    return tuple(line.session_id for line in merge(*streams, key=lambda line: line.at))


def _attended(lines: Lines, totals: Totals, offset: int, limit: int) -> Iterator[Line]:
    """Yield lines in order of attention, from one on."""
    for status in lines.statuses:
        size = totals.of(status)
        if offset < size and limit > 0:
            shown = min(limit, size - offset)
            yield from _of(lines, status, (offset, shown, size))
            limit -= shown
        offset = max(0, offset - size)


def _of(lines: Lines, status: SessionStatus, part: tuple[int, int, int]) -> list[Line]:
    """Return lines of one status, newest first, counted from whichever end is nearer."""
    offset, shown, size = part
    behind = size - offset - shown
    skipped = min(offset, behind)
    if skipped > MOST_READ:
        raise too_many("stand before that part of the list")
    if behind < offset:
        from_end = lines.of(status, limit=behind + shown, oldest_first=True)
        return list(islice(from_end, behind, None))[::-1]
    return list(islice(lines.of(status, limit=offset + shown), offset, None))


def _page(lines: Iterable[Line], totals: Totals, unsearched: int = 0) -> SessionPage:
    return SessionPage(
        items=tuple(line.summary for line in lines),
        total=totals.all,
        next_cursor="",
        totals=totals,
        unsearched=unsearched,
    )


def _is(line: Line, status: SessionStatus) -> bool:
    return line.summary.status is status


def _stands_before(line: Line, status: SessionStatus, at: str) -> bool:
    own, other = ATTENTION.index(status), ATTENTION.index(line.summary.status)
    return other < own or (other == own and line.at > at)


def _is_listed(line: SessionSummary, wanted: SessionFilter) -> bool:
    return (
        (not wanted.statuses or line.status in wanted.statuses)
        and wanted.pipeline in ("", line.pipeline)
        and not (wanted.after and line.created_at < wanted.after)
        and not (wanted.before and line.created_at >= wanted.before)
    )
