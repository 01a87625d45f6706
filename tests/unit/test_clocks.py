"""A clock that is set back or jumps lets nothing run that has expired."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf
from bunsui_core.domain.approval import EffectState
from bunsui_core.domain.throttling import Moment
from bunsui_core.wiring.clock import Steady
from bunsui_core.worker import Worker
from tests.builders import NOW, later
from tests.fakes import Clock
from tests.unit.desk_kit import Bench

MINUTE = 60.0


def worker(bench: Bench, clock: Clock) -> Worker:
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))
    return Worker(bench.hands(), shelf, "worker-1", clock)


def test_what_expired_is_not_executed_after_the_clock_was_set_back(bench: Bench) -> None:
    request = bench.submit()
    bench.decide(request)
    worker(bench, Clock(later(hours=2))).tick()

    with capture_logs() as logged:
        worker(bench, Clock(later(minutes=5))).tick()

    assert bench.world.effects == []
    assert bench.store.requests.effect(request.id) is None
    (told,) = [one for one in logged if one["event"] == "clock_behind"]
    assert "nothing is executed" in told["error"]


def test_the_moment_of_the_last_worker_outlives_one_with_a_clock_behind_it(bench: Bench) -> None:
    request = bench.submit()
    bench.decide(request)
    worker(bench, Clock(later(hours=2))).tick()

    for _ in range(2):
        worker(bench, Clock(later(minutes=5))).tick()

    assert bench.world.effects == []


def test_a_clock_that_went_back_a_little_stops_nothing(bench: Bench) -> None:
    request = bench.submit()
    worker(bench, Clock(later(minutes=5))).tick()
    bench.decide(request)

    worker(bench, Clock(later(minutes=5) - timedelta(seconds=30))).tick()

    effect = bench.store.requests.effect(request.id)
    assert effect
    assert effect.state is EffectState.DONE


class Wall:
    """The wall's clock of a machine, and one that nobody sets."""

    def __init__(self) -> None:
        self.at, self.ticks = NOW, 0.0

    def __call__(self) -> Moment:
        return Moment(at=self.at, ticks=self.ticks, boot="b")

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.ticks += seconds


def test_a_steady_clock_goes_on_when_the_walls_is_set_back() -> None:
    wall = Wall()
    steady = Steady(wall)
    wall.passes(MINUTE)
    wall.at -= timedelta(hours=3)
    wall.passes(MINUTE)

    assert steady() == NOW + timedelta(seconds=2 * MINUTE)


@pytest.mark.parametrize("seconds", [0.0, MINUTE, 24 * 60 * MINUTE])
def test_a_steady_clock_follows_the_walls_forward(seconds: float) -> None:
    wall = Wall()
    steady = Steady(wall)
    wall.at += timedelta(seconds=seconds)

    assert steady() == wall.at


def test_a_steady_clock_never_tells_an_earlier_moment_than_before() -> None:
    wall = Wall()
    steady = Steady(wall)
    told = []
    for step in (5.0, -3600.0, 1.0, 7200.0, -7200.0, 0.5):
        wall.at += timedelta(seconds=step)
        wall.ticks += 0.25
        told.append(steady())

    assert told == sorted(told)
