"""The conductor: store what the reducer decided, then do it. A crash is repaired by repetition."""

from __future__ import annotations

from typing import NamedTuple

from bunsui_core.app.fulfil import Fulfilled, Means, fulfil
from bunsui_core.app.watch import Seen, observe
from bunsui_core.domain.advance import Advanced, advance
from bunsui_core.domain.errors import BunsuiError, Conflict, NotFound
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.intents import StartJob
from bunsui_core.domain.joining import address
from bunsui_core.domain.looking import OPEN, Look, is_unwanted
from bunsui_core.domain.performed import started
from bunsui_core.domain.session import Session, SessionStatus

TURNS = 4
"""How often a session is decided on in one round: a kept payload lets a job start, a refused start
lets another one have its slot, what was stopped has closed."""


class Round(NamedTuple):
    """A session as it is stored after one round, and what Step Functions said in it.

    `news` is what of it had closed since the session was last looked at. `trouble` is the first
    thing that could not be seen or done; all else was.
    """

    session: Session
    seen: tuple[Observation, ...]
    news: tuple[Observation, ...] = ()
    trouble: BunsuiError | None = None


def advance_session(session_id: str, means: Means, look: Look = OPEN) -> Round:
    """Bring one session forward until it owes nothing more now, and return it as stored.

    The session is stored with its intents before any of them is performed, so the same round can
    be repeated after a crash. Raises: Conflict when another worker was faster; NotFound;
    Unavailable when AWS or the store does not answer, after what was done is stored.
    """
    session = means.sessions.get(session_id)
    if session.status is SessionStatus.CANCELLED:
        return Round(session, ())  # it is over: what becomes of its executions is somebody else's
    told = _look(session, means, look)
    seen, news, trouble = told.found, _news(session, told), told.trouble
    for _ in range(TURNS):
        decided = advance(session, told.found, means.clock())
        session = _stored(session, decided.session, means)
        done = _fulfilled(decided, session, means)
        trouble = trouble or done.trouble
        if done.session == session and not done.touched:
            break
        session = _confirmed(decided, session, done.session, means)
        told = _look(session, means, Look(only=done.touched))
        seen, trouble = (*seen, *told.found), trouble or told.trouble
    return Round(session, seen, news, trouble)


def _news(session: Session, told: Seen) -> tuple[Observation, ...]:
    known = {
        attempt.execution_arn
        for run in session.runs
        for attempt in run.attempts
        if attempt.stopped_at
    }
    return tuple(o for o in told.found if o.stopped_at and o.execution_arn not in known)


def _look(session: Session, means: Means, look: Look) -> Seen:
    return observe(session, means.executions, means.clock(), look)


def _stored(before: Session, after: Session, means: Means) -> Session:
    return before if after == before else means.sessions.save(after)


def _fulfilled(decided: Advanced, session: Session, means: Means) -> Fulfilled:
    try:
        return fulfil(session, decided.intents, means)
    except Conflict:
        _disown(decided, session.id, means)
        raise


def _confirmed(decided: Advanced, before: Session, after: Session, means: Means) -> Session:
    try:
        return _stored(before, after, means)
    except Conflict:
        _disown(decided, before.id, means)
        raise


def _disown(decided: Advanced, session_id: str, means: Means) -> None:
    """Stop what was started although another worker had settled meanwhile that it never would."""
    now = means.sessions.get(session_id)
    for intent in decided.intents:
        if not isinstance(intent, StartJob):
            continue
        if is_unwanted(now, intent.job, intent.attempt.number):
            arn = address(intent.machine, intent.attempt.execution_name)
            try:
                means.runner.stop(arn, f"session {session_id} was cancelled")
            except NotFound:
                continue  # it was not started either
            now = _told(now, intent, arn, means)


def _told(session: Session, intent: StartJob, arn: str, means: Means) -> Session:
    """Let a session know of an execution after all; the next round sees how it ended."""
    try:
        return _stored(session, started(session, intent, arn, means.clock()), means)
    except Conflict:
        return means.sessions.get(session.id)
