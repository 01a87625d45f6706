"""The keys that change a session: what each would do now, or why it cannot be done."""

from __future__ import annotations

from dataclasses import replace

from bunsui_core.domain.plan import Control
from bunsui_core.domain.session import JobStatus, SessionOrigin, SessionStatus, SessionSummary
from bunsui_tui.actions import CANCEL, PAUSE, RERUN, Key
from bunsui_tui.asks import ControlOpened, RerunOpened
from bunsui_tui.wishes import ControlWish

FOREIGN = "nobody started it through bunsui, which starts and stops nothing in it"


def rerun_key(job: str, status: JobStatus) -> Key:
    """Return the key that runs a job again."""
    if not job:
        return RERUN.unless("no job is selected")
    if status.is_open:
        return RERUN.unless(f"{job} still runs")
    waits = status is JobStatus.WAITING
    return RERUN.unless(f"{job} has not run; it starts when what it waits for is done" * waits)


def control_keys(status: SessionStatus, origin: SessionOrigin) -> tuple[Key, Key]:
    """Return the keys that pause, or end a pause, and that cancel."""
    over = "" if status.is_open else f"the session is {status.value} already"
    foreign = FOREIGN if origin is SessionOrigin.FOUND else ""
    ending = "it is being cancelled" if status is SessionStatus.CANCELLING else ""
    why_not = over or foreign or ending
    pause = replace(PAUSE, label="unpause…") if status is SessionStatus.PAUSED else PAUSE
    return pause.unless(why_not), CANCEL.unless(why_not)


def action_of(name: str, status: SessionStatus) -> Control:
    """Return what a key does to a session."""
    if name == CANCEL.name:
        return Control.CANCEL
    return Control.UNPAUSE if status is SessionStatus.PAUSED else Control.PAUSE


def opened(name: str, one: SessionSummary) -> RerunOpened | ControlOpened:
    """Return what a key of a list wants to be seen: the reruns of what failed, or a change."""
    if name == RERUN.name:
        return RerunOpened(one.session_id, one.failed_job)
    return ControlOpened(ControlWish(one.session_id, action_of(name, one.status)))
