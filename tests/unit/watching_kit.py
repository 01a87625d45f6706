"""A watcher over an account in memory, under a clock that only waiting for AWS moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bunsui_core.adapters.aws.quota import Bucket
from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf
from bunsui_core.app.measure import Pulse
from bunsui_core.app.sweep import Watching
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.failure import Definition, HistoryEvent, Observation
from bunsui_core.domain.freshness import Watch
from bunsui_core.domain.machine import ExecutionRow, Sighting
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_core.domain.plan import Place
from bunsui_core.domain.quota import Allowance
from bunsui_core.domain.selection import Selection
from bunsui_core.domain.session import JobRun, JobStatus, Session, SessionSummary
from bunsui_core.ports.observe import Seeing
from bunsui_core.settings import Settings
from bunsui_core.watcher import Watcher
from bunsui_core.wiring.store import store
from tests.builders import ACCOUNT, NOW, REGION, a_session, an_attempt
from tests.fakes import FakeInventory, SilentLogs
from tests.watched import (
    FakeAccount,
    FakeQueue,
    MemorySightings,
    MemoryWatches,
    a_row,
    machine_arn,
)

PLENTY = Allowance(rate=1000.0, burst=1.0)
EVERYTHING = Selection()


class Noting(MemorySightings):
    """Sightings that remember when each execution was first met."""

    def __init__(self, time: Time) -> None:
        super().__init__()
        self._time = time
        self.first: dict[str, datetime] = {}

    def put(self, sightings: tuple[Sighting, ...]) -> None:
        """Store sightings."""
        super().put(sightings)
        for one in sightings:
            self.first.setdefault(one.execution_arn, self._time())


class HeldExecutions:
    """`Executions` that a test arranges; every look is counted."""

    def __init__(self) -> None:
        self.observations: dict[str, Observation] = {}
        self.histories: dict[str, tuple[HistoryEvent, ...]] = {}
        self.denied: dict[str, Exception] = {}
        self.looks: list[tuple[str, str]] = []

    def hold(self, row: ExecutionRow, text: str = "{}", **changes: object) -> None:
        """Let an execution be as a list names it, with an input."""
        seen = Observation(
            execution_arn=row.execution_arn,
            status=row.status,
            input=text,
            started_at=row.started_at,
            redrive_count=row.redrive_count,
            stopped_at=row.stopped_at,
            output="{}" if row.status is JobStatus.SUCCEEDED else None,
            error="NoFile" if row.status.is_failure else "",
        )
        self.observations[row.execution_arn] = seen.model_copy(update=changes)

    def describe(self, execution_arn: str) -> Observation:
        """Return an execution."""
        return self._found("describe", execution_arn)

    def history(self, execution_arn: str) -> tuple[HistoryEvent, ...]:
        """Return the arranged events, or those of an execution that failed at once."""
        seen = self._found("history", execution_arn)
        if execution_arn in self.histories:
            return self.histories[execution_arn]
        begun = HistoryEvent(id=1, previous_id=0, type="ExecutionStarted", at=seen.started_at)
        if not seen.status.is_failure:
            return (begun,)
        failed = HistoryEvent(
            id=2, previous_id=1, type="ExecutionFailed", at=seen.started_at, error=seen.error
        )
        return (begun, failed)

    def definition(self, execution_arn: str) -> Definition:
        """Return the definition of any execution."""
        self._found("definition", execution_arn)
        machine = execution_arn.rpartition(":")[0].replace(":execution:", ":stateMachine:")
        return Definition(machine=machine, definition="{}", revision="rev-1", updated_at=NOW)

    def _found(self, look: str, arn: str) -> Observation:
        self.looks.append((look, arn))
        for about in (look, arn):
            if about in self.denied:
                raise self.denied[about]
        if arn not in self.observations:
            raise NotFound(f"{arn} does not exist.", "Look at the list.")
        return self.observations[arn]


class Time:
    """A clock in the two forms in which clocks are read."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> datetime:
        """Return the moment."""
        return NOW + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """Return the seconds."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds


class Watched:
    """One account, its watcher and what that remembers."""

    def __init__(
        self,
        home: Path,
        account: FakeAccount,
        allowed: Allowance = PLENTY,
        has_queue: bool = False,
        selection: Selection = EVERYTHING,
    ) -> None:
        settings = Settings(home=home)
        create(settings.store_path, settings.inbox_path)
        self.connection = StoreWriter(settings.store_path, ACCOUNT, REGION)
        self.time = Time()
        self.account = account
        self.listed_at: list[float] = []
        self.executions = HeldExecutions()
        self.sightings = Noting(self.time)
        self.queue = FakeQueue(self.time) if has_queue else None
        self.store = replace(store(settings, self.connection), watches=MemoryWatches())
        self._bucket = Bucket(allowed, self.time.monotonic, self.time.sleep)
        account.before = self._turn
        self.watching = Watching(
            store=self.store,
            sightings=self.sightings,
            machines=account,
            seeing=Seeing(self.executions, SilentLogs(), FakeInventory()),
            place=Place(environment="shop", account=ACCOUNT, region=REGION),
            selection=selection,
        )
        self.shelf = Shelf(LocalArchive(self.connection), FileBlobs(home / "blobs"))
        self.pulse = Pulse(allowed.rate, has_queue)
        self.watcher = Watcher(self.watching, self.shelf, self.pulse, self.time, self.queue)

    def _turn(self) -> None:
        assert self._bucket.take(patience=1e9)
        self.listed_at.append(self.time.seconds)

    def step(self) -> None:
        """Move on: one machine is listed, and what the queue holds is taken in."""
        if not self.watcher.list_once():
            self.time.sleep(0.5)
        while self.queue and self.watcher.listen_once():
            pass

    def run(self, row: ExecutionRow, text: str = "{}") -> ExecutionRow:
        """Let an execution be in the account, with an input."""
        self.executions.hold(row, text)
        return self.account.run(row)

    def settle(self, seconds: float = 0.0) -> None:
        """Let time pass, list every machine, and read all that is to be read."""
        self.time.sleep(seconds)
        for _ in range(200):
            listed = self.watcher.list_once()
            if not (self.watcher.read_once() or listed):
                return
        raise AssertionError("it does not come to rest")

    def session(self, row: ExecutionRow) -> Session:
        """The session that an execution belongs to."""
        return self.store.sessions.get(self.sightings.kept[row.execution_arn].session_id)

    @property
    def sessions(self) -> list[SessionSummary]:
        """Every session, newest first."""
        return list(self.store.sessions.page(SessionFilter(), 100, "").items)

    def age(self, row: ExecutionRow) -> timedelta | None:
        """How long after its start an execution was met, if it was."""
        met = self.sightings.first.get(row.execution_arn)
        return met - row.started_at if met else None

    @property
    def report(self) -> Watch:
        """What was last measured."""
        found = self.store.watches.report()
        assert found
        return found


def failed(name: str = "e-1", machine: str = "orders") -> ExecutionRow:
    """An execution that failed."""
    return a_row(machine, name, status=JobStatus.FAILED)


def fine(name: str = "e-1", machine: str = "orders") -> ExecutionRow:
    """An execution that succeeded."""
    return a_row(machine, name, status=JobStatus.SUCCEEDED)


def own_session(world: Watched, **attempt: object) -> str:
    """Store a session that bunsui started, with one attempt of the job `orders`."""
    machine = machine_arn("orders")
    pipeline = Pipeline(name="shop", jobs=(Job(name="orders", machine=machine),))
    made = an_attempt("orders", number=1, execution_name="run-7-orders-a1", **attempt)
    run = JobRun(job="orders", attempts=(made,))
    world.store.sessions.save(a_session(id="run-7", pipeline=pipeline, runs=(run,)))
    return "run-7"
