"""A Step Functions that several executors and strangers use at once, and that forgets tokens."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bunsui_core.domain.errors import NotAuthorised, NotFound
from bunsui_core.domain.plan import ControlSession, MarkDone, Step
from bunsui_core.domain.session import Session
from bunsui_core.domain.traces import Trace, trace
from bunsui_core.domain.value import Instant
from bunsui_core.ports.control import Started
from bunsui_core.ports.store import Sessions
from tests.fakes import Clock, FakeStepFunctions

SIGNED = timedelta(minutes=5)
"""How long a signed request may be under way (Signature Version 4)."""

REMEMBERED = timedelta(minutes=15)
"""How long RedriveExecution remembers a client token, and of an execution the last ten."""


def _yes() -> None:
    return None


class World(FakeStepFunctions):
    """Counts what executors of ours did; what strangers do is not counted."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._clock = clock
        self._seen: dict[str, Instant] = {}

    def start(self, machine: str, name: str, text: str) -> Started:
        """Start once per name, whoever asks at the same moment."""
        with self._lock:
            return super().start(machine, name, text)

    def redrive(
        self, execution_arn: str, client_token: str, may_leave: Callable[[], None] = _yes
    ) -> None:
        """Redrive once per client token, as long as that is remembered."""
        signed_at = self._clock.now
        may_leave()
        with self._lock:
            if self._clock.now - signed_at > SIGNED:
                raise NotAuthorised("the signature is too old.", "Sign anew.")
            self._forget(execution_arn)
            super().redrive(execution_arn, client_token)
            self._seen.setdefault(client_token, self._clock.now)

    def _forget(self, arn: str) -> None:
        found = self._find(arn)
        fresh = (t for t in found.tokens if self._clock.now - self._seen[t] <= REMEMBERED)
        self.executions[arn] = replace(found, tokens=tuple(fresh)[-10:])

    def stranger_redrives(self, arn: str) -> None:
        """Let somebody redrive an execution that failed; nothing happens to one that runs."""
        found = self.executions[arn]
        if found.status.is_failure:
            self.redrive(arn, f"stranger-{found.redrive_count}")
            self.effects.pop()

    def stranger_starts(self, arn: str, text: str) -> None:
        """Let somebody start an execution under a name that was free."""
        if arn not in self.executions:
            machine, _, name = arn.rpartition(":")
            self.start(machine.replace(":execution:", ":stateMachine:"), name, text)
            self.effects.pop()

    def fails(self, arn: str) -> None:
        """Let an execution fail if it runs."""
        if arn in self.executions and self.executions[arn].status.is_open:
            self.fail_again(arn)


class WatchedSessions:
    """The sessions of a store; counts how often a step of ours made its mark in one."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._lock = threading.Lock()
        self.watched: dict[str, tuple[str, Step]] = {}
        self.marks: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._sessions, name)

    def save(self, session: Session) -> Session:
        """Store a session, and count what that did for the step that is about it."""
        before = self._known(session.id) if session.id in self.watched else None
        saved = self._sessions.save(session)
        if session.id in self.watched:
            token, step = self.watched[session.id]
            if _shows(step, token, saved) and not (before and _shows(step, token, before)):
                with self._lock:
                    self.marks.append(token)
        return saved

    def _known(self, session_id: str) -> Session | None:
        try:
            return self._sessions.get(session_id)
        except NotFound:
            return None


def _shows(step: Step, token: str, session: Session) -> bool:
    """Whether a session shows what this step alone does."""
    if isinstance(step, ControlSession):
        return session.wished_by == token
    if isinstance(step, MarkDone):
        return trace(step, session) is Trace.OWN
    return session.request_id == token.rpartition("-")[0]


def is_of_session(step: Step) -> bool:
    """Whether what a step does is done in the store alone."""
    return isinstance(step, ControlSession | MarkDone) or step.kind == "start"
