"""Claims: a decision over ten thousand jobs takes a moment, and none of a thousand waits for one.

The first is one call of the reducer in the middle of a session. The second is a whole session,
brought forward by the conductor itself against a runner without latency: its clock moves by the
time that jobs take, by the pauses between rounds, and by what the conductor really took.
"""

from __future__ import annotations

import heapq
import math
import random
import time
from datetime import datetime, timedelta

from bench.measure import percentiles
from bench.result import Result
from bunsui_core.app.advance import advance_session
from bunsui_core.app.fulfil import Means
from bunsui_core.domain.advance import advance
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_core.domain.session import JobRun, JobStatus, Session
from bunsui_core.ports.control import Started
from bunsui_core.worker import PAUSES
from tests.builders import NOW, an_attempt, machine
from tests.model.graphs import a_new_session
from tests.model.keeping import Keeping
from tests.model.world import World

DECISIONS = 40
LARGE = 10_000
MOST_MS = 50.0
JOBS = 1_000
MOST_RATIO = 1.05


def measure() -> Result:
    """The processor time of a decision over ten thousand jobs; a decision waits for nothing."""
    session = half_done(a_wide_pipeline(random.Random(1), LARGE))
    decided = advance(session, (), NOW).session
    spans = {"begins": session, "idle": decided}
    numbers: dict[str, float] = {}
    for name, one in spans.items():
        found = percentiles([seconds_of(one) for _ in range(DECISIONS)])
        numbers |= {f"{name}_{key}": value for key, value in found.items()}
    fan = Pipeline(name="fan", jobs=tuple(a_lone_job(number) for number in range(LARGE)))
    numbers["all_begin_at_once_ms"] = round(seconds_of(a_new_session(fan)) * 1000, 2)
    held = all(numbers[f"{name}_p50_ms"] <= MOST_MS for name in spans)
    claim = f"one decision of the reducer over {LARGE:,} jobs, half of them done"
    return Result(claim, f"p50 ≤ {MOST_MS:.0f} ms of processor time", held, numbers)


def a_lone_job(number: int) -> Job:
    """A job that waits for none."""
    return Job(name=f"j{number}", machine=machine(f"j{number}"))


def seconds_of(session: Session) -> float:
    """How long one decision takes."""
    began = time.process_time()
    advance(session, (), NOW)
    return time.process_time() - began


def a_wide_pipeline(rng: random.Random, size: int) -> Pipeline:
    """Jobs that each wait for up to three of the fifty before them."""
    names = [f"j{number}" for number in range(size)]
    jobs = []
    for number, name in enumerate(names):
        near = names[max(0, number - 50) : number]
        after = tuple(rng.sample(near, min(len(near), rng.randint(0, 3) if number > 50 else 1)))
        jobs.append(Job(name=name, machine=machine(name), after=after))
    return Pipeline(name="wide", jobs=tuple(jobs))


def half_done(pipeline: Pipeline) -> Session:
    """A session whose first half is done."""
    session = a_new_session(pipeline)
    half = len(pipeline.order) // 2
    done = {name: an_attempt(name) for name in pipeline.order[:half]}
    runs = tuple(
        JobRun(job=run.job, attempts=(done[run.job],)) if run.job in done else run
        for run in session.runs
    )
    return session.model_copy(update={"runs": runs})


class Clocked(World):
    """A world in which time also passes while the conductor works."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self._due: list[tuple[datetime, str]] = []
        self._worked = time.perf_counter()

    def clock(self) -> datetime:
        """The moment it is: what was really worked is added."""
        worked = time.perf_counter()
        self.now += timedelta(seconds=worked - self._worked)
        self._worked = worked
        return self.now

    def start(self, machine: str, name: str, text: str) -> Started:
        """Start, and remember when it closes."""
        receipt = super().start(machine, name, text)
        closes = self.executions[receipt.execution_arn].closes
        heapq.heappush(self._due, (closes, receipt.execution_arn))
        return receipt

    def wait(self, period: float) -> None:
        """Let rounds go by, one a period, until the one that has something to see."""
        left = (self._due[0][0] - self.clock()).total_seconds() if self._due else 0.0
        self.now += timedelta(seconds=period * max(1, math.ceil(left / period)))

    def close_due(self) -> None:
        """Close what is due by now."""
        while self._due and self._due[0][0] <= self.clock():
            closes, arn = heapq.heappop(self._due)
            self._close(self.executions[arn], JobStatus.SUCCEEDED, closes)


class Storing(Keeping):
    """A store that only stores: what it keeps was looked at in the tests."""

    def _must_follow(self, before: Session, after: Session) -> None:
        del before, after


def measure_session() -> Result:
    """The time of a whole session beside its critical path."""
    rng = random.Random(2)
    world = Clocked(rng)
    store = Storing(world.clock)
    pipeline = a_wide_pipeline(rng, JOBS)
    session = store.save(a_new_session(pipeline))
    world.is_asked = lambda name, text: True
    means = Means(store, world, world, world, world.clock)
    rounds = []
    while session.status.is_open:
        world.close_due()
        began = time.perf_counter()
        session = advance_session(session.id, means).session
        rounds.append(time.perf_counter() - began)
        world.wait(PAUSES.busy + rounds[-1])
    took = (world.now - NOW).total_seconds()
    shortest = critical_path(session, world)
    numbers = {
        "took_s": took,
        "critical_path_s": shortest,
        "ratio": took / shortest,
        "rounds_that_saw_something": len(rounds),
        **{f"round_{name}": value for name, value in percentiles(rounds).items()},
    }
    claim = f"a session of {JOBS:,} jobs against a runner without latency, in virtual time"
    held = took <= MOST_RATIO * shortest
    return Result(claim, f"≤ {MOST_RATIO} × its critical path", held, numbers)


def critical_path(session: Session, world: World) -> float:
    """How long the session takes if each job begins as soon as those before it ended."""
    spans = {}
    for run in session.runs:
        assert run.last
        one = world.executions[run.last.execution_arn]
        spans[run.job] = (one.closes - one.begun).total_seconds()
    ends: dict[str, float] = {}
    for job in session.pipeline.order:
        before = (ends[name] for name in session.pipeline.after(job))
        ends[job] = spans[job] + max(before, default=0.0)
    return max(ends.values())
