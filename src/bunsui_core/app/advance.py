"""The conductor: store what the reducer decided, then do it. A crash is repaired by repetition."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bunsui_core.app.watch import observe
from bunsui_core.domain.advance import advance
from bunsui_core.domain.errors import BadInput, Conflict, NotFound
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.intents import StartJob
from bunsui_core.domain.performed import refused, started
from bunsui_core.domain.session import Session
from bunsui_core.ports.control import Runner
from bunsui_core.ports.observe import Executions
from bunsui_core.ports.store import Sessions


class Round(NamedTuple):
    """A session as it is stored after one round, and what Step Functions said in it."""

    session: Session
    seen: tuple[Observation, ...]


def advance_session(
    session_id: str, sessions: Sessions, executions: Executions, runner: Runner, now: datetime
) -> Round:
    """Bring one session forward by one round and return it as stored.

    The session is stored with its intents before any of them is performed, so the same round can
    be repeated after a crash. Raises: Conflict when another worker was faster.
    """
    before = sessions.get(session_id)
    seen = observe(before, executions)
    decided = advance(before, seen, now)
    stored = before if decided.session == before else sessions.save(decided.session)
    if not decided.intents:
        return Round(stored, seen)
    after = stored
    for intent in decided.intents:
        if isinstance(intent, StartJob):
            after = _start(after, intent, runner, now)
    return Round(sessions.save(after), seen)


def _start(session: Session, intent: StartJob, runner: Runner, now: datetime) -> Session:
    attempt = intent.attempt
    try:
        receipt = runner.start(intent.machine, attempt.execution_name, attempt.input)
    except (NotFound, Conflict, BadInput) as error:
        return refused(session, intent, error.message, now)
    return started(session, intent, receipt.execution_arn, now)
