"""What a worker does on its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf
from bunsui_core.app.execute import LEASE, execute
from bunsui_core.domain.approval import EffectState
from bunsui_core.worker import REQUESTS, Worker
from tests.builders import later
from tests.fakes import Clock, Crash, CrashPoint
from tests.unit.desk_kit import Bench
from tests.unit.test_execute import dying, turn


def test_an_unfinished_request_is_finished_however_many_came_after_it(bench: Bench) -> None:
    request = bench.submit()
    bench.decide(request)
    with pytest.raises(Crash):
        execute(request, dying(bench.hands(), CrashPoint(2, after=True)), turn())
    for number in range(REQUESTS):
        bench.submit(request_id=f"later-{number}", created_at=later(seconds=1))
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))
    clock = Clock(turn().now + LEASE + timedelta(seconds=1))

    Worker(bench.hands(), shelf, "worker-2", clock).tick()

    effect = bench.store.requests.effect(request.id)
    assert effect
    assert effect.state is EffectState.DONE
    assert bench.world.effects == [f"redrive {request.id}-1"]
