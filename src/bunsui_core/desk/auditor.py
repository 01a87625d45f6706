"""What somebody can do who looks through the record: list it, show it, verify it."""

from __future__ import annotations

from bunsui_core.app.audit import Recorded, verify
from bunsui_core.domain.audit import Anchor
from bunsui_core.domain.auditing import AuditPage, ShownEntry, line_of, shown
from bunsui_core.domain.chaining import Verification
from bunsui_core.domain.errors import NotFound


class AuditDesk:
    """Looks through the record, and changes nothing."""

    def __init__(self, recorded: Recorded) -> None:
        self._recorded = recorded

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

    def verify(self, anchor: Anchor | None = None) -> Verification:
        """Verify the whole record, with an anchor also that its end is there."""
        return verify(self._recorded, anchor)
