"""Group what failed by its root cause."""

from __future__ import annotations

from collections.abc import Iterator

from bunsui_core.app.propose import is_about
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.rerun import last_attempt
from bunsui_core.domain.session import Session, SessionOrigin, SessionStatus, SessionSummary
from bunsui_core.domain.storm import Storm, Storms, casualty, storms
from bunsui_core.ports.store import Store

MOST = 1_000
"""Failed sessions looked at, the newest ones: as many as one plan may have steps."""

PAGE = 200
"""Sessions listed at a time."""


def group(store: Store, most: int = MOST) -> Storms:
    """Return the failed sessions of bunsui's own by root cause; the store alone is read."""
    found, unexplained = [], 0
    lines, total = _failed(store, most)
    for line in lines:
        if line.origin is not SessionOrigin.STARTED:
            continue
        session = store.sessions.get(line.session_id)
        known = list(known_failures(session, store))
        found += [casualty(session, diagnosis) for diagnosis in known]
        unexplained += len(known) < len(session.failed_jobs)
    return Storms(items=storms(found), looked_at=len(lines), failed=total, unexplained=unexplained)


def _failed(store: Store, most: int) -> tuple[list[SessionSummary], int]:
    """The newest failed sessions, and how many there are."""
    wanted = SessionFilter(statuses=(SessionStatus.FAILED,))
    found: list[SessionSummary] = []
    while True:
        page = store.sessions.window(wanted, len(found), min(PAGE, most - len(found)))
        found += page.items
        if not page.items or len(found) >= min(most, page.total):
            return found, page.total


def find_storm(storm_id: str, store: Store) -> Storm:
    """Return one storm as it is now. Raises: NotFound."""
    found = next((one for one in group(store).items if one.storm_id == storm_id), None)
    if found is None:
        raise NotFound(
            f"there is no storm {storm_id[:64]!r}: its sessions are recovered, or it never was.",
            "List the storms and choose one.",
        )
    return found


def known_failures(session: Session, store: Store) -> Iterator[Diagnosis]:
    """Yield the stored diagnoses that speak of how the session's failed jobs stand now."""
    for job in session.failed_jobs:
        known, attempt = store.diagnoses.get(session.id, job), last_attempt(session, job)
        if known and attempt and is_about(known, attempt.number, attempt.redrive_count):
            yield known
