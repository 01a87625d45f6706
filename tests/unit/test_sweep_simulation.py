"""A thousand machines and more, watched at the pace that AWS allows, under a clock."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest

from bunsui_core.domain.environment import EnvironmentClass
from bunsui_core.domain.freshness import Feed
from bunsui_core.domain.machine import ExecutionRow
from bunsui_core.domain.quota import SHARES, allowance, quota_of
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.sweep import HEARD_WITHIN
from tests.builders import NOW
from tests.unit.watching_kit import Watched
from tests.watched import FakeAccount, a_machine, a_row

REGION_OF_TWO = "eu-central-1"
"""A region where ListExecutions is refilled twice a second, as in most."""

BUSY = 40
"""Machines in which something happens all the time."""


def an_account(machines: int) -> FakeAccount:
    """An account of so many machines."""
    return FakeAccount(*(a_machine(f"m-{number:04}") for number in range(machines)))


def watched(home: Path, machines: int, has_queue: bool = False) -> Watched:
    """That account, watched with the share of a class that leaves little."""
    quota = quota_of("sfn", "ListExecutions", REGION_OF_TWO)
    assert quota
    allowed = allowance(quota, SHARES[EnvironmentClass.DEV])
    return Watched(home, an_account(machines), allowed, has_queue)


class Traffic:
    """Executions that begin at random: most in a few machines, some anywhere."""

    def __init__(self, world: Watched, machines: int, seed: int) -> None:
        self._world = world
        self._machines = machines
        self._random = random.Random(seed)
        self._next = 0.0
        self.rows: list[ExecutionRow] = []
        self.lost: list[ExecutionRow] = []

    def catch_up(self) -> None:
        """Let happen what happens until now; one event in twenty is lost."""
        while self._next <= self._world.time.seconds:
            self._begin(self._next)
            self._next += self._random.expovariate(1 / 4)

    def _begin(self, seconds: float) -> None:
        busy = self._random.random() < 0.8
        number = self._random.randrange(BUSY if busy else self._machines)
        at = self._world.time() - timedelta(seconds=self._world.time.seconds - seconds)
        status = self._random.choice([JobStatus.RUNNING, JobStatus.SUCCEEDED, JobStatus.FAILED])
        row = self._world.account.run(a_row(f"m-{number:04}", f"e-{len(self.rows)}", at, status))
        self.rows.append(row)
        if self._world.queue is None:
            return
        if self._random.random() < 0.05:
            self.lost.append(row)
        else:
            self._world.queue.send(row, at + timedelta(seconds=self._random.uniform(0.2, 20)))


def most_in(moments: list[float], seconds: float) -> int:
    """The most calls within any such span of time."""
    first, most = 0, 0
    for last, at in enumerate(moments):
        while at - moments[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.parametrize(
    "machines", [pytest.param(many, marks=pytest.mark.slow) for many in (1_000, 2_000)]
)
def test_by_listing_alone_everything_is_found_within_the_promise_and_within_the_quota(
    machines: int, tmp_path: Path
) -> None:
    world = watched(tmp_path, machines)
    traffic = Traffic(world, machines, seed=machines)
    world.step()
    promised = world.report.swept.promised_s
    assert promised <= 2 * machines / 1.6 + 15

    while world.time.seconds < 1.6 * promised:
        traffic.catch_up()
        world.step()

    due = [row for row in traffic.rows if world.time() - row.started_at > promised_time(promised)]
    ages = [world.age(row) for row in due]
    assert len(due) > 100
    assert all(age is not None and age <= promised_time(promised) for age in ages)
    assert most_in(world.listed_at, 1.0) <= 2
    assert most_in(world.listed_at, 60.0) <= 120
    assert world.report.swept.is_kept
    assert world.report.swept.measured_s is not None
    known = [row for row in traffic.rows if row.started_at > NOW + promised_time(promised // 2)]
    busy = sorted(age for row in known if row_is_busy(row) and (age := world.age(row)))
    assert busy[len(busy) // 2] <= promised_time(promised) / 10, "the busy ones wait far less"


def test_with_events_what_happens_shows_within_a_minute_and_what_got_lost_within_its_bound(
    tmp_path: Path,
) -> None:
    machines = 1_000
    world = watched(tmp_path, machines, has_queue=True)
    traffic = Traffic(world, machines, seed=3)
    world.step()
    promised = world.report.swept.promised_s

    while world.time.seconds < 1.6 * promised:
        traffic.catch_up()
        world.step()

    lost = {row.execution_arn for row in traffic.lost}
    due = [row for row in traffic.rows if world.time() - row.started_at > promised_time(promised)]
    heard = [world.age(row) for row in due if row.execution_arn not in lost]
    missed = [world.age(row) for row in due if row.execution_arn in lost]
    assert heard
    assert missed
    assert all(age is not None and age <= HEARD_WITHIN for age in heard)
    assert all(age is not None and age <= promised_time(promised) for age in missed)
    assert world.report.feed is Feed.EVENTS
    assert world.report.found.promised_s == 60
    assert world.report.found.is_kept
    assert most_in(world.listed_at, 1.0) <= 2


def test_one_machine_is_looked_at_often_and_still_within_the_quota(tmp_path: Path) -> None:
    world = watched(tmp_path, 1)
    world.step()
    while world.time.seconds < 600:
        world.step()

    assert world.report.swept.promised_s <= 45
    assert world.report.swept.is_kept
    assert len(world.listed_at) <= 21, "a machine in which nothing happens needs no more"


def promised_time(seconds: int) -> timedelta:
    """A promise as a span of time."""
    return timedelta(seconds=seconds)


def row_is_busy(row: ExecutionRow) -> bool:
    """Whether an execution is of a machine in which something happens all the time."""
    return int(row.machine.rsplit("-", 1)[1]) < BUSY
