"""The reducer over random graphs, durations, failures and lossy observations."""

from __future__ import annotations

import heapq
import json
import random
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bunsui_core.domain.advance import advance
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.intents import StartJob, owed
from bunsui_core.domain.performed import started
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_core.domain.session import JobRun, JobStatus, Session, SessionStatus
from tests.builders import ACCOUNT, NOW, REGION, a_session, machine

CASES = 100


def a_random_pipeline(rng: random.Random, size: int) -> Pipeline:
    jobs = []
    for number in range(size):
        before = [f"j{k}" for k in range(number) if rng.random() < min(0.9, 2.4 / size)]
        jobs.append(Job(name=f"j{number}", machine=machine(f"j{number}"), after=tuple(before)))
    rng.shuffle(jobs)
    return Pipeline(name="random", jobs=tuple(jobs))


def a_new_session(pipeline: Pipeline) -> Session:
    return a_session(
        pipeline=pipeline,
        runs=tuple(JobRun(job=name) for name in pipeline.order),
        status="RUNNING",
        stopped_at=None,
    )


class World:
    """Step Functions as far as the reducer is concerned, with a clock of its own."""

    def __init__(self, rng: random.Random, failing: float) -> None:
        self.rng = rng
        self.failing = failing
        self.now = NOW
        self.begun: dict[str, datetime] = {}
        self.ends: dict[str, datetime] = {}
        self.closing: list[tuple[datetime, str]] = []
        self.fails: set[str] = set()
        self.jobs: dict[str, str] = {}

    def start(self, job: str, name: str) -> str:
        arn = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:{job}:{name}"
        assert arn not in self.begun, f"{name} was started twice"
        self.begun[arn] = self.now
        self.jobs[arn] = job
        self.ends[arn] = self.now + timedelta(seconds=self.rng.randint(1, 50))
        heapq.heappush(self.closing, (self.ends[arn], arn))
        if self.rng.random() < self.failing:
            self.fails.add(arn)
        return arn

    def see(self, arn: str) -> Observation:
        closed = self.ends[arn] <= self.now
        ended = JobStatus.FAILED if arn in self.fails else JobStatus.SUCCEEDED
        status = ended if closed else JobStatus.RUNNING
        return Observation(
            execution_arn=arn,
            status=status,
            input=None,
            started_at=self.begun[arn],
            stopped_at=self.ends[arn] if closed else None,
            output=json.dumps({"job": self.jobs[arn]}) if status is JobStatus.SUCCEEDED else None,
        )


def perform(session: Session, world: World) -> Session:
    for intent in owed(session):
        assert isinstance(intent, StartJob)
        arn = world.start(intent.job, intent.attempt.execution_name)
        session = started(session, intent, arn, world.now)
    return session


def play(session: Session, world: World, lossy: bool = False) -> Session:
    while True:
        seen = [world.see(arn) for arn in world.begun]
        if lossy:
            seen = [o for o in seen if world.rng.random() < 0.7] * 2
            world.rng.shuffle(seen)
        session = perform(advance(session, tuple(seen), world.now).session, world)
        if session.status is not SessionStatus.RUNNING:
            return session
        if world.closing:
            world.now = max(world.now, heapq.heappop(world.closing)[0])


def critical_path(session: Session, world: World) -> float:
    finish: dict[str, float] = {}
    spans = {world.jobs[a]: (world.ends[a] - world.begun[a]).total_seconds() for a in world.begun}
    for name in session.pipeline.order:
        job = session.pipeline.find(name)
        assert job is not None
        finish[name] = spans[name] + max((finish[b] for b in job.after), default=0)
    return max(finish.values())


@settings(max_examples=CASES, deadline=None)
@given(seed=st.integers(0, 10**9), size=st.integers(1, 30))
def test_without_failures_the_makespan_is_the_critical_path(seed: int, size: int) -> None:
    rng = random.Random(seed)
    world = World(rng, failing=0)

    end = play(a_new_session(a_random_pipeline(rng, size)), world)

    assert end.status is SessionStatus.SUCCEEDED
    assert (max(world.ends.values()) - NOW).total_seconds() == critical_path(end, world)


@settings(max_examples=CASES, deadline=None)
@given(seed=st.integers(0, 10**9), size=st.integers(1, 30))
def test_no_job_starts_before_its_dependencies_ended(seed: int, size: int) -> None:
    rng = random.Random(seed)
    world = World(rng, failing=0.15)

    end = play(a_new_session(a_random_pipeline(rng, size)), world, lossy=True)

    begun = {world.jobs[arn]: at for arn, at in world.begun.items()}
    ended = {world.jobs[arn]: world.ends[arn] for arn in world.begun if arn not in world.fails}
    for job in end.pipeline.jobs:
        if job.name in begun:
            assert all(ended[before] <= begun[job.name] for before in job.after)


@settings(max_examples=CASES, deadline=None)
@given(seed=st.integers(0, 10**9), size=st.integers(1, 30))
def test_a_failed_job_blocks_its_descendants_and_nothing_else(seed: int, size: int) -> None:
    rng = random.Random(seed)
    world = World(rng, failing=0.2)

    end = play(a_new_session(a_random_pipeline(rng, size)), world, lossy=True)

    failed = {world.jobs[arn] for arn in world.fails}
    blocked = {below for job in failed for below in end.pipeline.descendants(job)}
    ran = {run.job for run in end.runs if run.attempts}
    assert ran == set(end.pipeline.order) - blocked
    assert (end.status is SessionStatus.FAILED) == bool(failed)


def test_the_same_observations_again_change_nothing() -> None:
    rng = random.Random(5)
    world = World(rng, failing=0)
    session = perform(advance(a_new_session(a_random_pipeline(rng, 8)), (), NOW).session, world)
    seen = tuple(world.see(arn) for arn in world.begun)

    rounds = [advance(session, seen, NOW).session]
    rounds += [advance(rounds[0], (*seen, *seen), NOW).session]

    assert all(a == b for a, b in pairwise(rounds))


def test_an_answer_that_lags_behind_does_not_reopen_a_closed_attempt() -> None:
    world = World(random.Random(1), failing=0)
    fresh = a_new_session(Pipeline(name="one", jobs=(Job(name="j0", machine=machine("j0")),)))
    session = perform(advance(fresh, (), NOW).session, world)
    (arn,) = world.begun
    running = world.see(arn)
    world.now = world.ends[arn]
    closed = advance(session, (world.see(arn),), world.now).session

    assert advance(closed, (running,), world.now).session == closed


def test_a_job_receives_the_outputs_of_its_dependencies_by_name() -> None:
    two = Pipeline(
        name="two",
        jobs=(
            Job(name="first", machine=machine("first")),
            Job(name="second", machine=machine("second"), after=("first",)),
        ),
    )
    end = play(a_new_session(two), World(random.Random(2), failing=0))

    second = end.run("second")
    assert second
    assert second.last
    assert json.loads(second.last.input) == {
        "input": json.loads(end.input),
        "outputs": {"first": {"job": "first"}},
    }
