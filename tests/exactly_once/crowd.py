"""Executors in processes of their own, over one store in files and a world in a folder."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.synchronize import Barrier
from pathlib import Path

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.app.execute import execute
from bunsui_core.app.lease import Turn
from bunsui_core.app.perform import Hands
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.failure import HistoryEvent, Observation
from bunsui_core.ports.control import Control
from bunsui_core.ports.observe import Seeing
from tests.builders import INPUT
from tests.exactly_once.ground import store_over
from tests.exactly_once.play import BEGIN, HOME, entered_inventory
from tests.exactly_once.world import World
from tests.fakes import Clock, FakePayloads, SilentLogs
from tests.local_home import LocalHome
from tests.unit.rerun_kit import HISTORY

THREADS = 2
"""Executors in each process."""


class SharedWorld(World):
    """Executions that failed, whose redrives are files of a folder: a token makes one only once."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Clock(BEGIN))
        self._folder = folder

    def redrive(
        self, execution_arn: str, client_token: str, may_leave: Callable[[], None] = lambda: None
    ) -> None:
        """Redrive once per client token."""
        may_leave()
        with suppress(FileExistsError):
            (self._redrives(execution_arn) / client_token).touch(exist_ok=False)

    def describe(self, execution_arn: str) -> Observation:
        """Return the execution, which failed with this input."""
        if execution_arn not in self.executions:
            self.add_failed(execution_arn, INPUT)
        count = len(tuple(self._redrives(execution_arn).iterdir()))
        return super().describe(execution_arn).model_copy(update={"redrive_count": count})

    def history(self, execution_arn: str) -> tuple[HistoryEvent, ...]:
        """Return how it failed."""
        del execution_arn
        return HISTORY

    def _redrives(self, arn: str) -> Path:
        folder = self._folder / arn.rsplit(":", 1)[-1]
        folder.mkdir(exist_ok=True)
        return folder


def work(name: str, home: Path, world: Path, requests: tuple[str, ...], gate: Barrier) -> None:
    """Execute requests in a process: all executors of all processes begin each at one moment."""
    with ThreadPoolExecutor(THREADS) as pool:
        for number in range(THREADS):
            pool.submit(_execute_all, f"{name}-{number}", home, world, requests, gate)


def _execute_all(
    name: str, home: Path, world: Path, requests: tuple[str, ...], gate: Barrier
) -> None:
    hands = _hands(LocalHome(home), world)
    for request_id in requests:
        request = hands.store.requests.get(request_id)
        gate.wait(timeout=60)
        with suppress(BunsuiError):
            execute(request, hands, Turn(name, BEGIN))


def _hands(home: LocalHome, world: Path) -> Hands:
    shared = SharedWorld(world)
    control = Control(
        effects=home.effects,
        runner=shared,
        payloads=FakePayloads(),
        keys=home.keys,
        audit=home.audit,
    )
    seeing = Seeing(shared, SilentLogs(), entered_inventory())
    store = store_over(home, home.sessions, FileBlobs(home.folder / "blobs"))
    return Hands(store, seeing, control, HOME)
