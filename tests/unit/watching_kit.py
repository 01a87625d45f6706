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
from bunsui_core.domain.freshness import Watch
from bunsui_core.domain.machine import ExecutionRow, Sighting
from bunsui_core.domain.plan import Place
from bunsui_core.domain.quota import Allowance
from bunsui_core.domain.selection import Selection
from bunsui_core.ports.observe import Seeing
from bunsui_core.settings import Settings
from bunsui_core.watcher import Watcher
from bunsui_core.wiring.store import store
from tests.builders import ACCOUNT, NOW, REGION
from tests.fakes import FakeInventory, FakeStepFunctions, SilentLogs
from tests.watched import FakeAccount, FakeQueue, MemorySightings, MemoryWatches

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
        self.executions = FakeStepFunctions()
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
        shelf = Shelf(LocalArchive(self.connection), FileBlobs(home / "blobs"))
        pulse = Pulse(allowed.rate, has_queue)
        self.watcher = Watcher(self.watching, shelf, pulse, self.time, self.queue)

    def _turn(self) -> None:
        assert self._bucket.take(patience=1e9)
        self.listed_at.append(self.time.seconds)

    def step(self) -> None:
        """Move on: one machine is listed, and what the queue holds is taken in."""
        if not self.watcher.list_once():
            self.time.sleep(0.5)
        while self.queue and self.watcher.listen_once():
            pass

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
