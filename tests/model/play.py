"""A session, its workers and everything that happens to them, until it has settled.

What runs is the conductor itself (`advance_session`). At each of its calls it may die, another
worker may do a whole round, a human or a stranger may act, and time may pass.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime

from bunsui_core.app.advance import advance_session
from bunsui_core.app.fulfil import Means
from bunsui_core.domain.advance import advance
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.looking import AGAIN, OPEN
from bunsui_core.domain.performed import SURE_AFTER
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.plan import Control
from bunsui_core.domain.session import JobStatus, Session, SessionStatus, Wish
from tests.fakes import Crash
from tests.model.graphs import a_new_session
from tests.model.keeping import Keeping, is_ready, must_have_stood_by
from tests.model.people import People
from tests.model.world import CALM, Chances, World


class Play:
    """One session in one world."""

    def __init__(self, rng: random.Random, pipeline: Pipeline, chances: Chances = CALM) -> None:
        self.rng = rng
        self.world = World(rng, chances)
        self.keeping = Keeping(self.world.clock)
        self._id = self.keeping.save(a_new_session(pipeline)).id
        self.people = People(self.world, self.keeping, self._id)
        self.rounds = 0
        self.calls = 0
        self.at: dict[int, Callable[[], object]] = {}
        self._depth = 0
        self._acting: set[int] = set()
        self.world.is_asked = lambda name, text: (name, text) in self.keeping.asked
        self.world.disturb = self.keeping.disturb = self._disturb
        self._means = Means(self.keeping, self.world, self.world, self.world, self.world.clock)

    @property
    def session(self) -> Session:
        """The session as it is stored."""
        return self.keeping.get(self._id)

    def round(self, again: bool = False) -> bool:
        """One round of a worker; whether it came to its end."""
        self.rounds += 1
        try:
            found = advance_session(self._id, self._means, AGAIN if again else OPEN)
        except (BunsuiError, Crash):
            return False
        return found.trouble is None

    def die(self) -> None:
        """The process that makes this call dies."""
        raise Crash("here")

    def turmoil(self, turns: int) -> None:
        """Let workers come by while things go wrong."""
        for _ in range(turns):
            self.world.pass_time(self.rng.choice((0, 0, 1, 5, 20)))
            chances = self.world.chances
            if self.rng.random() < chances.human:
                self._act(self.people.act)
            if self.rng.random() < chances.stranger:
                self._act(self.people.meddle)
            self.round(again=self.rng.random() < 0.3)

    def settle(self) -> Session:
        """Let nothing more go wrong, and give time until nothing more happens."""
        self.world.chances = CALM
        for _ in range(40 + 20 * len(self.session.runs)):
            if self.session.status is SessionStatus.PAUSED:
                self.people.control(Control.UNPAUSE)
            left = len(self.at)
            if not self.round(again=True) or len(self.at) < left:
                continue
            self._must_be_busy()
            at = self._next()
            if at is None:
                self._must_be_settled()
                return self.session
            self.world.pass_time(max(0.0, (at - self.world.now).total_seconds()))
        raise AssertionError(f"{self.session.status} after {self.rounds} rounds")

    def _next(self) -> datetime | None:
        """When something happens next by itself."""
        session = self.session
        last = [run.last for run in session.runs if run.last]
        if session.wish is Wish.CANCEL and any(one.status is JobStatus.STARTING for one in last):
            return self.world.now + SURE_AFTER
        planned = [
            run.last.not_before
            for run in session.runs
            if is_ready(session, run) and run.last and run.last.not_before
        ]
        waits = [at for at in planned if at > self.world.now and session.status.is_open]
        closes = self.world.next_close()
        return min([*waits, *([closes] if closes else [])], default=None)

    def _must_be_busy(self) -> None:
        """After a whole round no slot is idle while a job is ready, and a repetition is idle."""
        session = self.session
        again = advance(session, (), self.world.now)
        assert again.session == session
        most = session.pipeline.max_concurrency
        is_full = most and sum(run.status.is_open for run in session.runs) >= most
        if session.wish is Wish.RUN and not is_full:
            ready = [run for run in session.runs if is_ready(session, run)]
            assert all(
                run.last and run.last.not_before and run.last.not_before > self.world.now
                for run in ready
            ), f"{[run.job for run in ready]} are idle"

    def _must_be_settled(self) -> None:
        session = self.session
        assert not session.status.is_open
        must_have_stood_by(session)
        known = {a.execution_arn: a for run in session.runs for a in run.attempts}
        for arn, one in self.world.executions.items():
            assert arn in known, f"nobody knows of {arn}"
            # A cancelled session is over: what a stranger redrives of it is theirs.
            is_over = session.status is SessionStatus.CANCELLED
            is_followed = known[arn] is self._newest(session, arn) and not is_over
            if is_followed or arn not in self.people.strange:
                said = (known[arn].status, known[arn].redrive_count, known[arn].output)
                assert said == (one.now.status, one.now.redrive_count, one.now.output)

    def _newest(self, session: Session, arn: str) -> object:
        run = next(r for r in session.runs if any(a.execution_arn == arn for a in r.attempts))
        return [a for a in run.attempts if a.execution_arn][-1]

    def _disturb(self) -> None:
        chances = self.world.chances
        self.calls += 1
        if deed := self.at.pop(self.calls, None):
            self._beside(deed)
        # No call takes longer than it may: a start within SURE_AFTER is the protocol's premise.
        if self._depth == 0 and self.rng.random() < chances.passing:
            self.world.pass_time(self.rng.randint(1, 3))
        if self._depth == 0 and self.rng.random() < chances.other_worker:
            self._beside(lambda: self.round())
        # One executor a home: no two humans' plans are performed at the same moment.
        is_free = self._depth == 0 and not self._acting
        if is_free and self.rng.random() < chances.human / 10:
            self._beside(lambda: self._act(self.people.act))
        if self._depth not in self._acting and self.rng.random() < chances.crash:
            self.die()

    def _act(self, deed: Callable[[random.Random], None]) -> None:
        """Somebody acts, in a process that does not die."""
        self._acting.add(self._depth)
        try:
            deed(self.rng)
        finally:
            self._acting.discard(self._depth)

    def _beside(self, happens: Callable[[], object]) -> None:
        self._depth += 1
        try:
            happens()
        finally:
            self._depth -= 1
