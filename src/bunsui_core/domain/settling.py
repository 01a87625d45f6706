"""What the jobs of a session together mean for it."""

from __future__ import annotations

from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.session import JobRun, JobStatus, Session, SessionStatus, Wish
from bunsui_core.domain.value import Instant


def settled(session: Session, runs: tuple[JobRun, ...], now: Instant) -> Session:
    """Return the session with these runs, and the status and the end that follow from them.

    A pause ends with the session, and so does a cancellation that came too late: what is run
    again afterwards runs.
    """
    status = status_of(runs, session.wish, session.pipeline)
    is_as_wished = status.is_open or status is SessionStatus.CANCELLED
    wish = session.wish if is_as_wished else Wish.RUN
    stopped_at = None if status.is_open else _end(session, runs, now)
    before = (session.runs, session.status, session.stopped_at, session.wish)
    if (runs, status, stopped_at, wish) == before:
        return session
    update = {"runs": runs, "status": status, "stopped_at": stopped_at, "wish": wish}
    return session.model_copy(update=update)


def status_of(
    runs: tuple[JobRun, ...], wish: Wish = Wish.RUN, pipeline: Pipeline | None = None
) -> SessionStatus:
    """Return what the jobs, and what a human wants, mean for a session.

    Without its pipeline none of the jobs that wait counts as one that could start.
    """
    statuses = {run.status for run in runs}
    is_running = any(status.is_open for status in statuses)
    if all(status.is_done for status in statuses):
        return SessionStatus.SUCCEEDED
    if wish is Wish.CANCEL:
        return SessionStatus.CANCELLING if is_running else SessionStatus.CANCELLED
    if not (is_running or (pipeline and _can_go_on(pipeline, runs))):
        return SessionStatus.FAILED
    return SessionStatus.PAUSED if wish is Wish.PAUSE else SessionStatus.RUNNING


def _can_go_on(pipeline: Pipeline, runs: tuple[JobRun, ...]) -> bool:
    """Whether a job waits for nothing but its turn, its time, or somebody to let it go on."""
    done = {run.job for run in runs if run.status.is_done}
    return any(
        run.status is JobStatus.WAITING and done.issuperset(pipeline.after(run.job)) for run in runs
    )


def _end(session: Session, runs: tuple[JobRun, ...], now: Instant) -> Instant:
    ends = [run.last.stopped_at for run in runs if run.last and run.last.stopped_at]
    return max(ends, default=session.stopped_at or now)
