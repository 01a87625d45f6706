"""What somebody can do who looks through the record: list it, verify it, take evidence of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from bunsui_core.app.audit import Recorded, every_row, verify
from bunsui_core.app.evidence import evidence
from bunsui_core.app.reconcile import Reconciling
from bunsui_core.domain.audit import GENESIS, Anchor
from bunsui_core.domain.auditing import AuditPage, ShownEntry, line_of, shown
from bunsui_core.domain.chaining import Verification
from bunsui_core.domain.errors import NotFound, StoreDamaged
from bunsui_core.domain.plan import Place
from bunsui_core.ports.observe import Executions
from bunsui_core.ports.store import Store


class AuditDesk:
    """Looks through the record, and changes nothing."""

    def __init__(self, recorded: Recorded, store: Store, clock: Callable[[], datetime]) -> None:
        self._recorded = recorded
        self._store = store
        self._clock = clock

    @property
    def place(self) -> Place:
        """Whose record it is."""
        return self._recorded.place

    def entries(self, limit: int, before: int = 0) -> AuditPage:
        """Return the newest entries, newest first; with `before`, those in front of that place."""
        rows = self._recorded.audit.tail(limit + 1, before)
        is_more = len(rows) > limit
        return AuditPage(items=tuple(map(line_of, rows[:limit])), more=is_more)

    def entry(self, seq: int) -> ShownEntry:
        """Return one entry beside its neighbours. Raises: NotFound."""
        rows = {row.seq: row for row in self._recorded.audit.rows(max(seq - 2, 0), 3)}
        if seq not in rows:
            raise NotFound(f"the record has no entry {seq}.", "List it and choose one.", "audit")
        return shown(rows[seq], rows.get(seq - 1), rows.get(seq + 1))

    def verify(
        self, anchor: Anchor | None = None, executions: Executions | None = None
    ) -> Verification:
        """Verify the whole record, with an anchor also its end, and against what AWS shows.

        Raises: StoreDamaged, NotAuthorised, Unavailable.
        """
        aws = Reconciling(executions, self._store.sessions) if executions else None
        return verify(self._recorded, anchor, aws)

    def anchor(self) -> Anchor:
        """Return an anchor of the newest entry. Raises: StoreDamaged when it cannot be read."""
        newest = next(iter(self._recorded.audit.tail(1)), None)
        line = line_of(newest) if newest else None
        if line and not line.digest:
            raise _unreadable(line.seq)
        return Anchor(
            place=self.place,
            seq=line.seq if line else 0,
            digest=line.digest if line else GENESIS,
            at=self._clock(),
        )

    def lines(self, until: Anchor) -> Iterator[bytes]:
        """Give the record up to an anchor, each entry the canonical bytes that its digest is of.

        Raises: StoreDamaged for one that cannot be read.
        """
        for row in every_row(self._recorded.audit):
            if row.seq > until.seq:
                return
            if (entry := row.entry) is None:
                raise _unreadable(row.seq)
            yield entry.message.partition(b"\0")[2] + b"\n"

    def evidence(self, request_id: str, until: Anchor | None = None) -> Mapping[str, bytes]:
        """Return the files of a request's evidence. Raises: NotFound, StoreDamaged."""
        return evidence(request_id, self._recorded, self._store, until)


def _unreadable(seq: int) -> StoreDamaged:
    return StoreDamaged(
        f"entry {seq} of the record does not read as one.", "Verify it: bunsui audit verify"
    )
