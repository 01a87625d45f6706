"""Pausing a session, letting it go on, cancelling it."""

from __future__ import annotations

from bunsui_core.domain.advance import advance
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.plan import Control, ControlSession
from bunsui_core.domain.session import JobStatus, Session, SessionOrigin, SessionStatus, Wish
from bunsui_core.domain.value import Instant

WISHES = {Control.PAUSE: Wish.PAUSE, Control.UNPAUSE: Wish.RUN, Control.CANCEL: Wish.CANCEL}
"""What a human wants of a session when one of these is done."""

_INSTEAD = {
    SessionStatus.SUCCEEDED: "Run a job of it again, or start a new session.",
    SessionStatus.FAILED: "Run a failed job of it again, or start a new session.",
    SessionStatus.CANCELLED: "Start a new session.",
}
"""What is possible with a session that is over."""


def require_control(session: Session, action: Control) -> None:
    """Refuse what makes no sense for a session as it is. Raises: Refused."""
    if session.origin is SessionOrigin.FOUND:
        raise Refused(
            f"nobody started session {session.id} through bunsui, so bunsui does not conduct it.",
            "Stop its execution where it was started.",
        )
    status = session.status
    if not status.is_open:
        raise Refused(
            f"session {session.id} is {status}; nothing of it runs or waits.",
            _INSTEAD[status],
        )
    if status is SessionStatus.CANCELLING:
        raise Refused(f"session {session.id} is being cancelled.", "Wait until it has settled.")
    if action is Control.PAUSE and session.wish is Wish.PAUSE:
        raise Refused(f"session {session.id} is paused already.", "Unpause it to let it go on.")
    if action is Control.UNPAUSE and session.wish is not Wish.PAUSE:
        raise Refused(f"session {session.id} is not paused.", "There is nothing to do.")


def open_jobs(session: Session) -> tuple[str, ...]:
    """Return the jobs that run or are about to, in graph order."""
    runs = {run.job: run.status for run in session.runs}
    return tuple(name for name in session.pipeline.order if runs[name].is_open)


def waiting_jobs(session: Session) -> tuple[str, ...]:
    """Return the jobs that did not start yet, in graph order."""
    runs = {run.job: run.status for run in session.runs}
    return tuple(name for name in session.pipeline.order if runs[name] is JobStatus.WAITING)


def controlled(session: Session, step: ControlSession, now: Instant) -> Session:
    """Return the session with what is wanted of it, and what follows from that at once.

    What was cancelled meanwhile stays so.
    """
    if session.wish is Wish.CANCEL or not session.status.is_open:
        return session
    wished = session.model_copy(update={"wish": WISHES[step.action]})
    return advance(wished, (), now).session


def is_as_expected(session: Session, step: ControlSession) -> bool:
    """Whether a session still is as the plan saw it; a cancellation is about any open one."""
    is_brake = step.action is Control.CANCEL and session.status.is_open
    return is_brake or session.status is step.expect_status
