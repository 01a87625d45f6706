"""Whether a session already shows what a step does, and whether it was this step that did it."""

from __future__ import annotations

from enum import StrEnum

from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.plan import ControlSession, EnterJob, MarkDone, RestartJob
from bunsui_core.domain.session import Attempt, Began, Session


class Trace(StrEnum):
    """Whose attempt stands where a step wants to put its own."""

    NONE = "none"
    OWN = "own"
    OTHER = "other"


def trace(step: RestartJob | EnterJob | MarkDone, session: Session) -> Trace:
    """Return whether the attempt that a step makes is there, and is the one that it would make."""
    run = session.run(step.job)
    attempts = run.attempts if run else ()
    if not attempts or attempts[-1].number < step.attempt:
        return Trace.NONE
    found = next((one for one in attempts if one.number == step.attempt), None)
    return Trace.OWN if found and _is_own(step, found) else Trace.OTHER


def _is_own(step: RestartJob | EnterJob | MarkDone, found: Attempt) -> bool:
    if isinstance(step, MarkDone):
        is_given = found.began is Began.MARKED and found.output is not None
        return is_given and json_digest(found.output or "null") == step.output_digest
    return found.execution_name == step.execution_name


def intended(step: object, token: str, session: Session | None) -> str:
    """Return what an intent says: its token, and who had a say before where that is known.

    Two intents of one step that are alike were written over one and the same state of a session.
    """
    if session is None or not isinstance(step, ControlSession):
        return token
    return f"{token} after {session.wished_by or 'nobody'}"
