"""Groups of the sessions in the table."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from bunsui_core.adapters.aws.store.lines import Lines, counted
from bunsui_core.adapters.aws.store.searching import Search
from bunsui_core.adapters.aws.store.table import Table
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.group import (
    GroupBy,
    SessionGroup,
    SessionGroups,
    grouped,
    in_order,
    totals_of,
)
from bunsui_core.domain.matching import is_search
from bunsui_core.domain.session import ATTENTION, SessionStatus, SessionSummary

MOST = 5_000
"""Sessions that are read to be grouped, where no count is kept of them."""


class DynamoGroups:
    """`Groups` in the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, wanted: SessionFilter, by: GroupBy) -> SessionGroups:
        """Return wanted sessions by what they have in common; only failed ones by error."""
        failed = SessionStatus.FAILED
        if by is GroupBy.ERROR:
            if wanted.statuses and failed not in wanted.statuses:
                return SessionGroups(by=by, groups=(), counted=0, total=0)
            wanted = wanted.model_copy(update={"statuses": (failed,)})
        is_kept = not (is_search(wanted) or wanted.after or wanted.before)
        if is_search(wanted):
            search = Search(self._table, wanted)
            newest, total = [one.summary for one in search.found[:MOST]], search.totals.all
        else:
            lines = Lines(self._table, wanted)
            newest = [one.summary for one in islice(lines.newest(), MOST)]
            total = lines.totals.all
        if by is GroupBy.PIPELINE and is_kept:
            groups = self._by_pipeline(wanted, newest)
            return SessionGroups(by=by, groups=groups, counted=total, total=total)
        groups = grouped(by, newest)
        return SessionGroups(by=by, groups=groups, counted=len(newest), total=total)

    def _by_pipeline(
        self, wanted: SessionFilter, newest: list[SessionSummary]
    ) -> tuple[SessionGroup, ...]:
        """Return every pipeline with the counts that are kept of it, exact whatever there is."""
        firsts = {(one.pipeline, one.status): one for one in reversed(newest)}
        found = self._counts(wanted)
        heads = {name: min(by_status, key=ATTENTION.index) for name, by_status in found.items()}
        groups = (
            (name, firsts.get((name, status)) or self._newest(name, status))
            for name, status in heads.items()
        )
        return in_order(
            SessionGroup(key=name, totals=totals_of(dict(found[name])), first=first)
            for name, first in groups
            if first
        )

    def _counts(self, wanted: SessionFilter) -> Mapping[str, Mapping[SessionStatus, int]]:
        found: dict[str, dict[SessionStatus, int]] = {}
        for pipeline, status, n in counted(self._table):
            if wanted.pipeline in ("", pipeline) and status in (wanted.statuses or ATTENTION):
                by_status = found.setdefault(pipeline, {})
                by_status[status] = by_status.get(status, 0) + n
        some = {name: {s: n for s, n in one.items() if n} for name, one in found.items()}
        return {name: one for name, one in some.items() if one}

    def _newest(self, pipeline: str, status: SessionStatus) -> SessionSummary | None:
        wanted = SessionFilter(pipeline=pipeline)
        found = Lines(self._table, wanted).of(status, limit=1)
        return next((line.summary for line in found), None)
