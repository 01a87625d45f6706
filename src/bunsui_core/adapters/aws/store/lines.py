"""The lines of the list of sessions: an index by status, another by pipeline, kept counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice
from typing import Literal, NamedTuple

from bunsui_core.adapters.aws.store.items import (
    Item,
    joined,
    moment,
    number,
    stored,
    text,
)
from bunsui_core.adapters.aws.store.table import Ask, Table, Write
from bunsui_core.domain.answer import SessionFilter, Totals
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.group import totals_of
from bunsui_core.domain.session import ATTENTION, Session, SessionStatus, SessionSummary, summarize
from bunsui_core.domain.store_template import SHOWN
from bunsui_core.domain.value import Instant

MOST_READ = 20_000
"""Lines that are read for one answer; about two thousand come in a request."""

SHARDS = 4
"""Over so many items each count is spread, so that writers do not wait for one another."""


class Line(NamedTuple):
    """One session of a list; `at` sorts by when it began, then by its id."""

    at: str
    session_id: str
    summary: SessionSummary


def at_of(created_at: Instant, session_id: str) -> str:
    """Return what orders a session in a list."""
    return joined(moment(created_at), session_id)


def session_key(table: Table, session_id: str) -> str:
    """Return the partition of a session."""
    return joined("SES", *table.place, session_id)


def line_of(table: Table, session: Session) -> Item:
    """Return the attributes by which a session is listed."""
    at = at_of(session.created_at, session.id)
    status, pipeline = session.status.value, session.pipeline.name
    return {
        "pk1": joined("SES", *table.place, status),
        "sk1": at,
        "pk2": joined("SES", *table.place, pipeline, status),
        "sk2": at,
        SHOWN: summarize(session).model_dump_json(),
        "status": status,
        "pipeline": pipeline,
    }


def recounted(table: Table, old: Item | None, new: Item) -> list[Write]:
    """Return what keeps the counts exact when a line becomes another one."""
    if old and (old["status"], old["pipeline"]) == (new["status"], new["pipeline"]):
        return []
    changes = [(new, 1)] + ([(old, -1)] if old else [])
    return [_counted(table, text(new, "pk"), line, by) for line, by in changes]


def _counted(table: Table, session: str, line: Item, by: int) -> Write:
    shard = str(sum(session.encode()) % SHARDS)
    pk = joined("CNT", *table.place)
    sk = joined(text(line, "pipeline"), text(line, "status"), shard)
    names = {"pipeline": text(line, "pipeline"), "status": text(line, "status")}
    change = "SET #pipeline = :pipeline, #status = :status ADD #n :by"
    return Write({"pk": pk, "sk": sk}, "", {**names, "by": by}, change)


class Lines:
    """The lines that status, pipeline and time of a filter decide, in one account and region."""

    def __init__(self, table: Table, wanted: SessionFilter) -> None:
        self._table = table
        self._wanted = wanted
        self.statuses = tuple(one for one in ATTENTION if one in (wanted.statuses or ATTENTION))

    @property
    def totals(self) -> Totals:
        """How many there are; within a time they are counted one by one. Raises: Refused."""
        if not (self._wanted.after or self._wanted.before):
            return totals_of(counts(self._table, self._wanted))
        found = dict.fromkeys(SessionStatus, 0)
        for status in self.statuses:
            found[status] = self._table.count(self._ask(status), MOST_READ)
            if sum(found.values()) > MOST_READ:
                raise too_many("fit the time of this filter")
        return totals_of(found)

    def newest(self, before: str = "", limit: int = 0) -> Iterator[Line]:
        """Yield lines newest first, those before another one if it is named."""
        streams = (self.of(status, before, limit) for status in self.statuses)
        merged = merge(*streams, key=lambda line: line.at, reverse=True)
        return islice(merged, limit or None)

    def of(
        self, status: SessionStatus, before: str = "", limit: int = 0, oldest_first: bool = False
    ) -> Iterator[Line]:
        """Yield the lines of one status."""
        ask = self._ask(status, before, limit, newest_first=not oldest_first)
        return (self._line(item) for item in self._table.query(ask))

    def newer(self, status: SessionStatus, at: str) -> int:
        """Return how many of a status stand before one, at most a few more than are read."""
        return self._table.count(self._ask(status, start=f"{at}\0"), MOST_READ)

    def _line(self, item: Item) -> Line:
        at = text(item, "sk2" if self._wanted.pipeline else "sk1")
        summary = stored(SessionSummary, text(item, SHOWN), self._table.name)
        return Line(at, summary.session_id, summary)

    def _ask(
        self,
        status: SessionStatus,
        before: str = "",
        limit: int = 0,
        start: str = "",
        newest_first: bool = True,
    ) -> Ask:
        wanted = self._wanted
        index: Literal["one", "two"] = "two" if wanted.pipeline else "one"
        named = (wanted.pipeline,) if wanted.pipeline else ()
        partition = joined("SES", *self._table.place, *named, status.value)
        ends = [one for one in (before, moment(wanted.before) if wanted.before else "") if one]
        first = max(start, moment(wanted.after) if wanted.after else "")
        return Ask(partition, index, first, min(ends, default=""), newest_first, limit)


def counts(table: Table, wanted: SessionFilter) -> dict[SessionStatus, int]:
    """Return the kept counts by status, of one pipeline if the filter names it."""
    found = dict.fromkeys(SessionStatus, 0)
    for pipeline, status, n in counted(table):
        in_it = wanted.pipeline in ("", pipeline)
        if in_it and (not wanted.statuses or status in wanted.statuses):
            found[status] += n
    return found


def counted(table: Table) -> Iterable[tuple[str, SessionStatus, int]]:
    """Yield a pipeline, a status and a part of how many there are."""
    for item in table.query(Ask(joined("CNT", *table.place))):
        yield text(item, "pipeline"), SessionStatus(text(item, "status")), number(item, "n")


def too_many(what: str, most: int = MOST_READ) -> Refused:
    """Return the refusal of an answer for which too much would have to be read."""
    return Refused(
        f"more than {most:,} sessions {what}, and DynamoDB would have to read them all.",
        "Narrow it by status, pipeline or time, as in `--after 2026-11-23`.",
    )
