"""What the archive has of an execution that is over, for when AWS does not answer or forgot it."""

from __future__ import annotations

from bunsui_core.app.recalled import opened
from bunsui_core.domain.answer import OperationLogs
from bunsui_core.domain.archived import ArchivedExecution
from bunsui_core.domain.history import read_failure
from bunsui_core.domain.operation import function_name, named
from bunsui_core.domain.session import Session
from bunsui_core.ports.store import Archived, Store

ONLY_FAILED = "only the log of what failed is archived"


def remembered(session: Session, job: str, store: Store) -> ArchivedExecution | None:
    """Return the newest execution of a job as it was archived, if it is over and was.

    Raises: NotFound, StoreDamaged.
    """
    return opened(_entry(session, job, store), store.documents)


def remembered_logs(session: Session, job: str, store: Store, limit: int) -> OperationLogs | None:
    """Return the log of a job's failing operation as it was archived, if it was.

    Raises: NotFound, StoreDamaged.
    """
    entry = _entry(session, job, store)
    kept = opened(entry, store.documents)
    if entry is None or kept is None:
        return None
    failure = read_failure(job, kept.execution, kept.history)
    resource, task = (failure.resource, failure.task) if failure else ("", None)
    note = kept.logs_note if failure else ONLY_FAILED
    return OperationLogs(
        session_id=session.id,
        job=job,
        operation=named(resource, task),
        function=function_name(resource),
        request_id=failure.request_id if failure else "",
        lines=kept.logs[:limit],
        truncated=len(kept.logs) > limit,
        note="; ".join(part for part in ("from the archive", note) if part),
        archived_at=entry.at,
    )


def _entry(session: Session, job: str, store: Store) -> Archived | None:
    run = session.run(job)
    last = run.last if run else None
    if last is None or last.stopped_at is None:
        return None
    return store.archive.get(last.execution_arn, last.redrive_count)
