"""When a worker looks again: at failed sessions, at planned retries; and at what it does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.aftercare import AT_ONCE, EVERY, Aftercare
from bunsui_core.app.archive import Shelf
from bunsui_core.domain.looking import REDRIVABLE, is_in_turn, next_look
from bunsui_core.domain.session import JobRun, SessionStatus
from bunsui_core.worker import Worker
from tests.builders import NOW, a_pipeline, a_session, execution, later
from tests.fakes import Clock
from tests.unit.desk_kit import Bench

FAILED_AT = later(minutes=1)


def a_worker(bench: Bench, clock: Clock) -> Worker:
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))
    return Worker(bench.hands(), shelf, "worker-1", clock)


def test_a_session_that_somebody_redrove_in_the_console_goes_on_by_itself(bench: Bench) -> None:
    clock = Clock(later(minutes=2))
    worker = a_worker(bench, clock)
    worker.tick()
    bench.world.redrive(execution("extract"), "somebody")

    clock.now += EVERY * 2
    worker.tick()

    assert bench.store.sessions.get(bench.session.id).status is SessionStatus.RUNNING
    run = bench.store.sessions.get(bench.session.id).runs[0]
    assert run.last
    assert run.last.external == "redriven outside bunsui"


def test_a_planned_retry_starts_when_its_time_has_come_and_not_before(bench: Bench) -> None:
    retries = {"most": 1, "first_s": 30}
    jobs = [job.model_dump() for job in a_pipeline().jobs]
    pipeline = a_pipeline(jobs=[{**jobs[0], "retries": retries}])
    fresh = {"pipeline": pipeline, "runs": (JobRun(job="extract"),)}
    bench.store.sessions.save(a_session(id="s-1", status="RUNNING", stopped_at=None, **fresh))
    clock = Clock(later(minutes=2))
    worker = a_worker(bench, clock)
    worker.tick()
    bench.world.fail_again(execution("extract", session_id="s-1"))
    started: list[tuple[datetime, tuple[str, ...]]] = []

    clock.now = NOW  # the fake closes what failed at this moment
    for _ in range(4):
        worker.tick()
        started.append((clock.now, tuple(bench.world.effects)))
        clock.now += timedelta(seconds=10)

    counts = [(at - NOW, len(effects)) for at, effects in started]
    assert counts == [(timedelta(seconds=10 * n), 1 if n < 3 else 2) for n in range(4)]


def test_a_paused_session_does_not_keep_the_worker_busy(bench: Bench) -> None:
    runs = tuple(JobRun(job=job) for job in a_pipeline().order)
    fresh = {"runs": runs, "wish": "pause", "status": "PAUSED", "stopped_at": None}
    bench.store.sessions.save(a_session(id="s-1", **fresh))
    worker = a_worker(bench, Clock(later(minutes=2)))
    worker.tick()

    assert worker.tick() is False
    assert bench.world.effects == []


def test_the_longer_ago_something_failed_the_rarer_it_is_looked_at() -> None:
    looks = [FAILED_AT]
    while looks[-1] - FAILED_AT < timedelta(days=1):
        looks.append(next_look(FAILED_AT, looks[-1]))

    waits = [after - before for before, after in pairwise(looks)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=5)
    assert len(waits) < 300


def test_many_failed_sessions_take_turns(bench: Bench) -> None:
    ids = [f"s-{number:02}" for number in range(3 * AT_ONCE)]
    for one in ids:
        bench.store.sessions.save(a_session(id=one))
    aftercare, sessions = Aftercare(), bench.store.sessions
    now = FAILED_AT + timedelta(minutes=1)

    turns = [aftercare.due(sessions, now) for _ in range(5)]

    assert [len(turn) for turn in turns] == [AT_ONCE, AT_ONCE, AT_ONCE, 1, 0]
    assert sorted(one for turn in turns for one in turn) == sorted([*ids, bench.session.id])


def test_what_nobody_can_redrive_any_more_is_not_looked_at(bench: Bench) -> None:
    late = FAILED_AT + REDRIVABLE + timedelta(seconds=1)

    assert Aftercare().due(bench.store.sessions, FAILED_AT + EVERY) == (bench.session.id,)
    assert Aftercare().due(bench.store.sessions, late) == ()


@pytest.mark.parametrize(("ago", "sweeps"), [(0, 30), (600, 2), (60 * 24 * 15, 0)])
def test_sweeps_look_again_as_often_as_a_worker_would(ago: int, sweeps: int) -> None:
    minute = timedelta(minutes=1)
    first = FAILED_AT + ago * minute

    seen = sum(is_in_turn("s-1", FAILED_AT, first + n * minute, minute) for n in range(30))

    assert seen == sweeps
