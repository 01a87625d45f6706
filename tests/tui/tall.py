"""A list of very many sessions that a test can change; everything else is as a desk has it."""

from __future__ import annotations

from datetime import timedelta

from bunsui_core.domain.answer import Placed, SessionFilter, SessionPage, Totals
from bunsui_core.domain.session import ATTENTION, SessionStatus, SessionSummary
from tests.builders import NOW


class TallLists:
    """Lists `length` sessions: one of a hundred failed, the others went well.

    It counts which windows were read.
    """

    def __init__(self, length: int) -> None:
        every = [a_line(number) for number in range(length)]
        self.lines = sorted(every, key=lambda one: ATTENTION.index(one.status))
        self.read: list[tuple[int, int]] = []

    def window(self, wanted: SessionFilter, offset: int, limit: int) -> SessionPage:
        """Return lines in order of attention."""
        self.read.append((offset, limit))
        found = self._wanted(wanted)
        counts = {status: sum(one.status is status for one in found) for status in SessionStatus}
        totals = Totals(**{status.value.lower(): n for status, n in counts.items()})
        page = tuple(found[offset : offset + limit])
        return SessionPage(items=page, total=len(found), next_cursor="", totals=totals)

    def place(self, wanted: SessionFilter, session_id: str) -> Placed | None:
        """Return where a session stands."""
        for at, one in enumerate(self._wanted(wanted)):
            if one.session_id == session_id:
                return Placed(at=at, line=one)
        return None

    def _wanted(self, wanted: SessionFilter) -> list[SessionSummary]:
        return [one for one in self.lines if one.status in (wanted.statuses or ATTENTION)]

    def finish(self, session_id: str) -> None:
        """Let a failed session be well, which moves it behind all failed ones."""
        at = next(at for at, one in enumerate(self.lines) if one.session_id == session_id)
        well = self.lines.pop(at).model_copy(update={"status": SessionStatus.SUCCEEDED})
        self.lines.append(well)


def a_line(number: int) -> SessionSummary:
    """A line of the list; the higher its number, the older it is."""
    is_failed = number % 100 == 0
    return SessionSummary(
        session_id=f"s-{number:06}",
        pipeline="orders",
        environment="local",
        status=SessionStatus.FAILED if is_failed else SessionStatus.SUCCEEDED,
        created_at=NOW - timedelta(minutes=number),
        stopped_at=NOW,
        jobs_done=0,
        jobs_total=1,
        failed_job="extract" if is_failed else "",
        error="NoSuchKey" if is_failed else "",
    )
