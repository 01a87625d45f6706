"""A worker of an account that is only read: it sees and records, and executes nothing."""

from __future__ import annotations

import pytest

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf
from bunsui_core.domain.answer import Beat
from bunsui_core.worker import Worker
from tests.fakes import Clock
from tests.unit.desk_kit import Bench
from tests.unit.test_execute import turn


@pytest.mark.parametrize("executes", [True, False])
def test_what_was_approved_runs_only_where_the_worker_executes(
    bench: Bench, executes: bool
) -> None:
    request = bench.submit()
    bench.decide(request)
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))

    Worker(bench.hands(), shelf, "worker-1", Clock(turn().now), executes).tick()

    assert bool(bench.world.effects) is executes
    assert (bench.store.requests.effect(request.id) is not None) is executes


def test_a_worker_that_only_observes_still_records_what_was_asked(bench: Bench) -> None:
    bench.submit()
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))
    hands = bench.hands()

    Worker(hands, shelf, "worker-1", Clock(turn().now), executes=False).tick()

    assert hands.control.audit.head()
    assert hands.store.heartbeat.last() == Beat(at=turn().now)
