"""Explain every failed job of a session once, and archive what closed."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.app.archive import Shelf, archive_closed
from bunsui_core.app.diagnose import diagnose_job
from bunsui_core.app.propose import is_about
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.rerun import last_attempt
from bunsui_core.domain.session import Session
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store


def explain(
    session: Session,
    store: Store,
    seeing: Seeing,
    shelf: Shelf,
    now: datetime,
    seen: tuple[Observation, ...] = (),
) -> None:
    """Diagnose every failed job once, and archive what closed.

    Raises: NotFound, NotAuthorised, Unavailable; what was found out before stays.
    """
    for job in session.failed_jobs:
        attempt = last_attempt(session, job)
        known = store.diagnoses.get(session.id, job)
        if attempt is None or not attempt.execution_arn:
            continue
        if known and is_about(known, attempt.number, attempt.redrive_count):
            continue
        store.diagnoses.put(diagnose_job(session, job, seeing.executions, seeing.logs, now))
    archive_closed(session, shelf, seeing, now, seen)
