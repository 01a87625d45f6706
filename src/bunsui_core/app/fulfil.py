"""Do what a session owes to the world, and say what became of it. Every deed may be repeated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, assert_never

from bunsui_core.domain.errors import BadInput, BunsuiError, Conflict, NotFound, Unavailable
from bunsui_core.domain.intents import Intent, KeepPayload, StartJob, StopJob
from bunsui_core.domain.performed import kept, missing, refused, started, stopped
from bunsui_core.domain.references import Reference, references
from bunsui_core.domain.session import Session
from bunsui_core.ports.control import Payloads, Runner
from bunsui_core.ports.observe import Executions
from bunsui_core.ports.store import Sessions

FRESH = timedelta(seconds=10)
"""How long what was read of a session is acted upon; a worker that slept longer looks again."""


@dataclass(frozen=True)
class Means:
    """What a conductor works with."""

    sessions: Sessions
    executions: Executions
    runner: Runner
    payloads: Payloads
    clock: Callable[[], datetime]


class Fulfilled(NamedTuple):
    """A session after what it owed was done, not stored yet.

    `touched` are executions that may have closed by now; `trouble` is the first thing that failed.
    """

    session: Session
    touched: frozenset[str]
    trouble: BunsuiError | None


def fulfil(session: Session, intents: tuple[Intent, ...], means: Means) -> Fulfilled:
    """Do each intent of a session as it is stored; one that fails keeps no other waiting.

    Where AWS does not answer, nothing more is tried.
    Raises: Conflict when another worker stored the session meanwhile: then nothing more is done.
    """
    watch = _Watch(session, means)
    trouble: BunsuiError | None = None
    done = _Done(session)
    for intent in intents:
        watch.must_be_newest(isinstance(intent, StopJob))
        try:
            done = _do(done, intent, means)
        except Unavailable as error:
            trouble = trouble or error
            break
        except BunsuiError as error:
            trouble = trouble or error
    return Fulfilled(done.session, done.touched, trouble)


class _Done(NamedTuple):
    session: Session
    touched: frozenset[str] = frozenset()


class _Watch:
    """Knows when a session was last known to be as it was read."""

    def __init__(self, session: Session, means: Means) -> None:
        self._session = session
        self._means = means
        self._known_at = means.clock()

    def must_be_newest(self, now: bool) -> None:
        """Look, at once or when the last look is old, whether nobody stored the session since."""
        if not now and self._means.clock() - self._known_at < FRESH:
            return
        if self._means.sessions.get(self._session.id).version != self._session.version:
            raise Conflict(
                f"session {self._session.id} was changed by another worker.",
                "It goes on there.",
            )
        self._known_at = self._means.clock()


def _do(done: _Done, intent: Intent, means: Means) -> _Done:
    match intent:
        case StartJob():
            return _start(done, intent, means)
        case StopJob():
            return _stop(done, intent, means)
        case KeepPayload():
            uri = means.payloads.keep(intent.text)
            return _Done(kept(done.session, intent, uri, means.clock()), done.touched)
    assert_never(intent)


def _start(done: _Done, intent: StartJob, means: Means) -> _Done:
    attempt = intent.attempt
    try:
        if wrong := wrong_reference(attempt.input, means.payloads):
            return _Done(refused(done.session, intent, wrong, means.clock()), done.touched)
        receipt = means.runner.start(intent.machine, attempt.execution_name, attempt.input)
    except (NotFound, Conflict, BadInput) as error:
        return _Done(refused(done.session, intent, error.message, means.clock()), done.touched)
    after = started(done.session, intent, receipt.execution_arn, means.clock())
    # Started by a worker that died: it may have run and closed long ago.
    return _Done(after, done.touched | {receipt.execution_arn} if receipt.existed else done.touched)


def _stop(done: _Done, intent: StopJob, means: Means) -> _Done:
    try:
        means.runner.stop(intent.execution_arn, f"session {done.session.id} was cancelled")
    except NotFound:
        return _Done(missing(done.session, intent, means.clock()), done.touched)
    after = stopped(done.session, intent, means.clock())
    return _Done(after, done.touched | {intent.execution_arn})


def wrong_reference(text: str, payloads: Payloads) -> str:
    """Say what is wrong with a reference in an input; nothing when each leads to its payload."""
    return next(filter(None, (_wrong(one, payloads) for one in references(text))), "")


def _wrong(one: Reference, payloads: Payloads) -> str:
    if not (one.uri and one.sha256):
        return "the input holds a bunsui_reference without its uri or its sha256"
    try:
        found = payloads.digest(one.uri)
    except NotFound:
        return f"the input refers to {one.uri}, and nothing is there any more"
    if found == one.sha256:
        return ""
    return (
        f"the input refers to {one.uri} with the sha256 {one.sha256[:12]}…, and what lies there "
        f"has {found[:12]}…: it was changed since; restart with an input that names the new one"
    )
