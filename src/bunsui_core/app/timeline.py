"""Read when the states of a job ran."""

from __future__ import annotations

from bunsui_core.app.remembered import remembered
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.session import Attempt, Session
from bunsui_core.domain.timeline import JobTimeline, is_over, tracks
from bunsui_core.ports.observe import Executions
from bunsui_core.ports.store import Store


def timeline(session: Session, job: str, store: Store, executions: Executions) -> JobTimeline:
    """Return the states of a job's newest execution: from the archive when it is over and there.

    Raises: NotFound when the job has none, StoreDamaged, Unavailable.
    """
    attempt = _started(session, job)
    kept = remembered(session, job, store)
    events = kept.history if kept else executions.history(attempt.execution_arn)
    return JobTimeline(
        session_id=session.id,
        job=job,
        attempt=attempt.number,
        execution_arn=attempt.execution_arn,
        redrive_count=attempt.redrive_count,
        tracks=tracks(events),
        is_over=is_over(events),
    )


def _started(session: Session, job: str) -> Attempt:
    run = session.run(job)
    if run is None or run.last is None or not run.last.execution_arn:
        raise NotFound(
            f"job {job} of session {session.id} has no execution.",
            "It has not started yet; look at the session.",
        )
    return run.last
