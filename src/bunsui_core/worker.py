"""What runs without a person: observe, advance, execute what was decided, in a loop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple, TypeAlias

from bunsui_core.app.archive import Shelf
from bunsui_core.app.conduct import Conductor
from bunsui_core.app.execute import execute
from bunsui_core.app.explain import explain
from bunsui_core.app.explained import Explained
from bunsui_core.app.learn import learn
from bunsui_core.app.lease import Turn
from bunsui_core.app.measure import Pulse
from bunsui_core.app.perform import Hands, means_of
from bunsui_core.app.punctual import seen_at
from bunsui_core.app.request import approval
from bunsui_core.app.retain import Tidying
from bunsui_core.app.witness import Witness
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.approval import ApprovalStatus, Request
from bunsui_core.domain.audit import Export
from bunsui_core.domain.errors import BunsuiError, Conflict, NotFound, Unavailable
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.freshness import Blind
from bunsui_core.domain.session import Session, SessionStatus
from bunsui_core.domain.throttling import Guessed
from bunsui_core.log import Troubles
from bunsui_core.watcher import Watcher

RECENT = 100
"""How many failed sessions, and how many others that are over, a new worker looks through."""

CAUGHT_UP = ((SessionStatus.FAILED,), (SessionStatus.SUCCEEDED, SessionStatus.CANCELLED))
"""Whose failures may be unexplained, and whose executions not archived, when a worker died."""


class Pauses(NamedTuple):
    """Seconds between two rounds: while something moves, while nothing does, without AWS."""

    busy: float
    idle: float
    blind: float


PAUSES = Pauses(busy=0.1, idle=0.5, blind=3.0)

REQUESTS = 200
"""How many of the newest requests one round looks at."""

QUEUE, SELDOM = 1_000, 20
"""How many a round looks at now and then, the first one too, and which: each twentieth."""

AT_ONCE = 4
"""How many sessions are brought forward at the same time: most of it is waiting for AWS."""

MADE_KNOWN = 200
"""How many sessions of an older bunsui one round makes known to searches."""

Each: TypeAlias = Callable[[Callable[[str], bool], Iterable[str]], Iterable[bool]]
"""Calls a function for each id and gives the results in their order."""


class Beside(NamedTuple):
    """What watches beside the rounds of a worker, and what is told there: passphrases, exports."""

    pulse: Pulse
    watcher: Watcher | None = None
    guesses: Callable[[], tuple[Guessed, ...]] = tuple
    exports: Callable[[], tuple[Export, ...]] = tuple


ALONE = Beside(Pulse(1.0, has_queue=False))
"""A worker of bunsui's own sessions alone."""


class Worker:
    """The only actor that changes AWS and the only one that writes observations."""

    def __init__(
        self,
        hands: Hands,
        shelf: Shelf,
        executor: str,
        clock: Callable[[], datetime],
        executes: bool = True,
        beside: Beside = ALONE,
    ) -> None:
        self._hands = hands
        self._executes = executes
        self._shelf = shelf
        self._executor = executor
        self._clock = clock
        self._witness = Witness(hands.control.audit, hands.store.requests)
        self._settled: set[str] = set()
        self._beside = beside
        self._troubles = Troubles("worker")
        self._blind = ""
        self._read_at: datetime | None = None
        self._is_known = False
        self._rounds_done = 0
        self._is_behind = False
        self._each: Each = map
        self._tidying = Tidying(shelf, hands.store)
        self._conductor = Conductor(means_of(hands, clock))
        self._explained = Explained()

    def tick(self) -> bool:
        """Do one round; whether something is still moving."""
        self._blind = ""
        began = self._clock()
        heartbeat = self._hands.store.heartbeat
        if self._read_at is None and (last := heartbeat.last()):
            self._read_at = last.blind.since if last.blind else last.at
        self._distrust(seen_at(began, heartbeat))
        self._witness_trust(began)
        executed = [self._execute(request) for request in self._waiting()]
        moving = list(self._each(self._advance, self._conductor.of_this_round(began)))
        self._beside.pulse.round_took(self._clock() - began)
        self._tell_sight(began)
        self._make_known()
        self._tidy(began)
        return any(executed) or any(moving) or not self._is_known

    def _distrust(self, why: str) -> None:
        """Execute nothing as long as the clock stands before a moment that has been."""
        self._is_behind = bool(why)
        if why:
            self._troubles.tell("clock_behind", "", "clock", why)
        else:
            self._troubles.over("clock_behind", "")

    def _tell_sight(self, began: datetime) -> None:
        """Let desks know since when AWS is out of sight; another worker may have said so too."""
        heartbeat = self._hands.store.heartbeat
        if self._blind:
            heartbeat.looked(Blind(since=self._read_at, why=self._blind))
            return
        self._read_at = began
        self._troubles.over("not_reached", "", "reached_again")
        if (last := heartbeat.last()) and last.blind:
            heartbeat.looked(None)

    def run(self, stop: threading.Event, pauses: Pauses = PAUSES) -> None:
        """Do rounds until told to stop. What goes wrong is logged, never raised."""
        watcher = self._beside.watcher
        watching = threading.Thread(target=watcher.run, args=(stop,)) if watcher else None
        if watching:
            watching.start()
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="advance") as pool:
            self._each = pool.map
            self._rounds(stop, pauses)
        self._each = map
        if watching:
            watching.join()

    def _rounds(self, stop: threading.Event, pauses: Pauses) -> None:
        caught_up = False
        while not stop.is_set():
            try:
                if not caught_up:
                    self._catch_up()
                    caught_up = True
                moving = self.tick()
                self._troubles.over("round_failed", "")
                self._troubles.over("round_broken", "")
            except BunsuiError as error:
                moving = False
                self._troubles.tell("round_failed", "", error.code, error.message)
            except Exception as error:
                # One session that cannot be explained must not keep all others waiting.
                caught_up, moving = True, False
                self._troubles.broken("round_broken", "", error)
            stop.wait(self._pause(moving, pauses))

    def _waiting(self) -> tuple[Request, ...]:
        """Return the newest requests, and older ones that a dead executor left unfinished."""
        requests = self._hands.store.requests
        most = REQUESTS if self._rounds_done % SELDOM else QUEUE
        self._rounds_done += 1
        newest = requests.newest(most, now=self._clock())
        found = {request.id: request for request in reversed(newest)}
        for left in self._hands.control.effects.expired(self._clock()):
            try:
                found[left] = requests.get(left)
            except NotFound as error:
                self._trouble("unfinished_request_lost", left, error)
        return tuple(r for r in found.values() if r.id not in self._settled)

    def _execute(self, request: Request) -> bool:
        try:
            self._witness.see(request, self._clock())
            if not self._executes or self._is_behind:
                return False
            began = self._clock()
            turn = Turn(self._executor, began, lambda: self._clock() - began)
            state = execute(request, self._hands, turn)
            self._troubles.over("not_executed", request.id)
            return self._follow(request) or state is not None
        except BunsuiError as error:
            self._trouble("not_executed", request.id, error)
            return False

    def _witness_trust(self, now: datetime) -> None:
        try:
            self._witness.see_trust(self._hands.control.keys, now)
            self._witness.see_guesses(self._beside.guesses(), self._hands.control.keys, now)
            self._witness.see_exports(self._beside.exports())
            self._troubles.over("trust_not_recorded", "")
        except BunsuiError as error:
            self._trouble("trust_not_recorded", "", error)

    def _follow(self, request: Request) -> bool:
        """Learn from what came of a request; settled requests are not looked at again."""
        store, now = self._hands.store, self._clock()
        status = approval(request, store.requests, now).status
        if status.is_open:
            return False
        executions = self._hands.seeing.executions
        has_run = status in {ApprovalStatus.DONE, ApprovalStatus.FAILED}
        if has_run and not learn(request, store, executions, now):
            return True
        self._settled.add(request.id)
        return False

    def _advance(self, session_id: str) -> bool:
        try:
            done = self._conductor.advance(session_id)
            session = done.session
            self._explain(session, done.seen)
            if done.trouble:
                raise done.trouble
            self._troubles.over("not_advanced", session_id)
        except Conflict:
            return True
        except BunsuiError as error:
            self._trouble("not_advanced", session_id, error)
            return False
        return session.status.is_open and session.status is not SessionStatus.PAUSED

    def _explain(self, session: Session, seen: tuple[Observation, ...] = ()) -> None:
        """Diagnose every failed job once, and archive what closed."""
        if self._explained.is_known(session):
            return
        hands = self._hands
        explain(session, hands.store, hands.seeing, self._shelf, self._clock(), seen)
        self._explained.put(session)

    def _catch_up(self) -> None:
        """Explain and archive what an earlier worker stored and died before it did so."""
        for statuses in CAUGHT_UP:
            page = self._hands.store.sessions.page(SessionFilter(statuses=statuses), RECENT, "")
            for line in page.items:
                try:
                    self._explain(self._hands.store.sessions.get(line.session_id))
                except NotFound as error:
                    if line.status is SessionStatus.FAILED:  # of others nothing is missed
                        self._trouble("not_explained", line.session_id, error)
                except BunsuiError as error:
                    self._trouble("not_explained", line.session_id, error)

    def _make_known(self) -> None:
        """Let searches find what an older bunsui stored, some of it in each round."""
        if self._is_known:
            return
        try:
            self._is_known = not self._hands.store.index.fill(MADE_KNOWN)
            self._troubles.over("not_made_known", "store")
        except BunsuiError as error:
            self._trouble("not_made_known", "store", error)

    def _tidy(self, now: datetime) -> None:
        """Drop archives that are older than they are kept here, some of them in each round."""
        try:
            self._tidying.step(now)
            self._troubles.over("not_tidied", "archive")
        except BunsuiError as error:
            self._trouble("not_tidied", "archive", error)

    def _trouble(self, event: str, subject: str, error: BunsuiError) -> None:
        """Log a trouble once for as long as it lasts; without AWS the rounds become rarer."""
        if isinstance(error, Unavailable):
            self._blind = self._blind or error.message
            event, subject = "not_reached", ""
        self._troubles.tell(event, subject, error.code, error.message)

    def _pause(self, moving: bool, pauses: Pauses) -> float:
        if self._blind:
            return pauses.blind
        return pauses.busy if moving else pauses.idle
