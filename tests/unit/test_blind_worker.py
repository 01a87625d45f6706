"""What desks say of the store's age while the worker cannot read AWS."""

from __future__ import annotations

from datetime import datetime

import pytest

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf
from bunsui_core.desk.listing import ListDesk
from bunsui_core.domain.answer import Beat, Freshness, stored_freshness
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.freshness import NEVER_WORKED, Blind
from bunsui_core.worker import Worker
from tests.builders import NOW, a_session, an_attempt, execution, later
from tests.fakes import FakeStepFunctions
from tests.unit.desk_kit import Bench

RUNNING = execution("extract", session_id="s-running")


class Interrupted(FakeStepFunctions):
    """A Step Functions that is away now and then."""

    is_away = False

    def describe(self, execution_arn: str) -> Observation:
        """Return the execution, or raise."""
        if self.is_away:
            raise Unavailable("AWS does not answer.", "Try again.")
        return super().describe(execution_arn)


class Rounds:
    """A worker with one session that runs, and the desk that lists it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.now = NOW
        self.world = Interrupted()
        self.world.start("arn:aws:states:ap-northeast-1:1:stateMachine:any", "any", "{}")
        bench.world = self.world
        running = an_attempt(
            status="RUNNING",
            stopped_at=None,
            output=None,
            execution_arn=next(iter(self.world.executions)),
        )
        session = a_session(id="s-running", status="RUNNING", stopped_at=None)
        first = session.runs[0].model_copy(update={"attempts": (running,)})
        bench.store.sessions.save(session.model_copy(update={"runs": (first, *session.runs[1:])}))
        self.worker = self.another()

    def another(self) -> Worker:
        """A worker that begins anew."""
        shelf = Shelf(
            LocalArchive(self.bench.connection), FileBlobs(self.bench.settings.blobs_path)
        )
        return Worker(self.bench.hands(), shelf, "worker-1", lambda: self.now)

    def round(self, at: datetime) -> Freshness:
        """Do a round at a moment, and return how old the list is then."""
        self.now = at
        self.worker.tick()
        return ListDesk(self.bench.store, lambda: self.now).freshness()


@pytest.fixture
def rounds(bench: Bench) -> Rounds:
    return Rounds(bench)


def test_a_list_is_as_old_as_the_last_look_that_was_not_in_vain(rounds: Rounds) -> None:
    well = rounds.round(NOW)
    rounds.world.is_away = True
    rounds.round(later(minutes=1))
    away = rounds.round(later(minutes=2))
    rounds.world.is_away = False
    again = rounds.round(later(minutes=3))

    assert (well.as_of, well.blind) == (NOW, None)
    assert (away.as_of, away.worker_seen_at) == (NOW, later(minutes=2))
    assert away.blind == Blind(since=NOW, why="AWS does not answer.")
    assert (again.as_of, again.blind) == (later(minutes=3), None)


def test_a_worker_that_begins_anew_knows_since_when_nothing_was_read(rounds: Rounds) -> None:
    rounds.round(NOW)
    rounds.world.is_away = True
    rounds.round(later(minutes=1))
    rounds.worker = rounds.another()

    assert rounds.round(later(minutes=9)).as_of == NOW


def test_a_worker_that_never_read_anything_says_so(rounds: Rounds) -> None:
    rounds.world.is_away = True

    assert rounds.round(NOW).is_unread
    assert rounds.round(later(minutes=1)).is_unread


def test_a_store_that_no_worker_ever_wrote_was_never_read(bench: Bench) -> None:
    fresh = ListDesk(bench.store, lambda: NOW).freshness()

    assert (fresh.blind, fresh.is_unread) == (NEVER_WORKED, True)


def test_what_was_read_longest_ago_decides_how_old_a_list_is() -> None:
    own = Blind(since=later(minutes=2), why="own")
    fresh = stored_freshness(Beat(at=later(minutes=5), blind=own), None, later(minutes=5))

    assert (fresh.as_of, fresh.blind, fresh.is_unread) == (later(minutes=2), own, False)
