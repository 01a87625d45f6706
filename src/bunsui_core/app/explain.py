"""Explain every failed job of a session once, and archive what closed."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.app.archive import Shelf, archive_closed, recall
from bunsui_core.app.diagnose import diagnose_job
from bunsui_core.app.propose import is_about
from bunsui_core.app.recalled import Recalled
from bunsui_core.domain.errors import BunsuiError, Unavailable
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
    """Archive what closed, and diagnose every failed job once from what was archived.

    Raises: NotFound, NotAuthorised, Unavailable; what was found out before stays.
    """
    trouble = _archived(session, seeing, shelf, now, seen)
    executions = Recalled(seeing.executions, shelf.archive, shelf.blobs)
    for job in session.failed_jobs:
        attempt = last_attempt(session, job)
        if attempt is None or not attempt.execution_arn:
            continue
        key = f"explained {session.id} {job} {attempt.number} {attempt.redrive_count}"
        if key in shelf.done:
            continue
        known = store.diagnoses.get(session.id, job)
        if not (known and is_about(known, attempt.number, attempt.redrive_count)):
            kept = recall(attempt.execution_arn, attempt.redrive_count, shelf)
            store.diagnoses.put(diagnose_job(session, job, executions, seeing.logs, now, kept))
        shelf.remember(key)
    if trouble:
        raise trouble


def _archived(
    session: Session, seeing: Seeing, shelf: Shelf, now: datetime, seen: tuple[Observation, ...]
) -> BunsuiError | None:
    """Archive what closed; what keeps an execution from it does not keep it unexplained."""
    try:
        archive_closed(session, shelf, seeing, now, seen)
    except Unavailable:
        raise
    except BunsuiError as error:
        return error
    return None
