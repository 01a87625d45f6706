"""Claim: a worker keeps up with two thousand machines, and never calls above the refill.

One full lap over the account under a clock that waiting for AWS moves, with a real store: how old
the oldest machine gets beside what is promised, how many calls the busiest second and minute see,
and how much of a turn's time the worker itself needs.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.measure import percentiles
from bench.result import Result
from bunsui_core.adapters.local.watching import LocalSightings, LocalWatches
from bunsui_core.domain.environment import EnvironmentClass
from bunsui_core.domain.quota import SHARES, allowance, quota_of
from bunsui_core.watcher import Watcher
from tests.unit.test_sweep_simulation import REGION_OF_TWO, Traffic, most_in
from tests.unit.watching_kit import Watched
from tests.watched import FakeAccount, a_machine

MACHINES = 2_000
REFILL = 2
"""ListExecutions a second, in most regions."""


def measure() -> Result:
    """The age of the oldest machine, the calls, and the time of a turn."""
    quota = quota_of("sfn", "ListExecutions", REGION_OF_TWO)
    assert quota
    allowed = allowance(quota, SHARES[EnvironmentClass.DEV])
    with tempfile.TemporaryDirectory() as folder:
        account = FakeAccount(*(a_machine(f"m-{number:04}") for number in range(MACHINES)))
        world = Watched(Path(folder), account, allowed)
        turns = lap(world)
        report = world.store.watches.report()
    assert report
    numbers = {
        "promised_s": report.swept.promised_s,
        "oldest_s": report.swept.measured_s or -1,
        "calls_in_busiest_second": most_in(world.listed_at, 1.0),
        "calls_in_busiest_minute": most_in(world.listed_at, 60.0),
        **{f"turn_{name}": value for name, value in percentiles(turns).items()},
    }
    held = (
        report.swept.is_kept
        and numbers["calls_in_busiest_second"] <= REFILL
        and numbers["calls_in_busiest_minute"] <= 60 * REFILL
        and numbers["turn_p50_ms"] <= 100
    )
    goal = "promise kept; ≤ 2 calls in any second, ≤ 120 in any minute; a turn p50 ≤ 100 ms"
    claim = f"{MACHINES:,} machines at {REFILL} ListExecutions a second, by listing alone"
    return Result(claim, goal, held, numbers)


def lap(world: Watched) -> list[float]:
    """Watch for as long as is promised, over a real store; the seconds of each turn."""
    kept = replace(world.store, watches=LocalWatches(world.connection))
    world.store = kept
    world.watching = replace(world.watching, store=kept, sightings=LocalSightings(world.connection))
    world.watcher = Watcher(world.watching, world.shelf, world.pulse, world.time)
    traffic = Traffic(world, MACHINES, seed=1)
    turns = []
    promised = 2 * MACHINES / (REFILL * SHARES[EnvironmentClass.DEV])
    while world.time.seconds < promised:
        traffic.catch_up()
        began = time.perf_counter()
        world.step()
        turns.append(time.perf_counter() - began)
    return turns
