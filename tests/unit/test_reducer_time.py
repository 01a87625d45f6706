"""No job begins later than it may: the makespan is the critical path, and no slot is idle."""

from __future__ import annotations

import random
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bunsui_core.domain.joining import execution_name
from bunsui_core.domain.session import SessionStatus
from tests.builders import NOW
from tests.model.graphs import a_random_pipeline
from tests.model.play import Play
from tests.model.world import CALM, Chances, Execution

CASES = 40
SEEDS = st.integers(0, 10**9)
SIZES = st.integers(1, 40)


def executions(play: Play) -> dict[str, Execution]:
    """The first execution of each job that began."""
    names = {execution_name(play.session.id, run.job, 1): run.job for run in play.session.runs}
    return {names[arn.rsplit(":", 1)[-1]]: one for arn, one in play.world.executions.items()}


def critical_path(play: Play) -> datetime:
    """When the last job ends if each begins as soon as those before it ended."""
    spans = {job: one.closes - one.begun for job, one in executions(play).items()}
    ends: dict[str, datetime] = {}
    for job in play.session.pipeline.order:
        ends[job] = spans[job] + max(
            (ends[one] for one in play.session.pipeline.after(job)), default=NOW
        )
    return max(ends.values())


@settings(max_examples=CASES, deadline=None)
@given(seed=SEEDS, size=SIZES)
def test_without_failures_the_makespan_is_the_critical_path(seed: int, size: int) -> None:
    rng = random.Random(seed)
    play = Play(rng, a_random_pipeline(rng, size, plain=True))

    end = play.settle()

    assert end.status is SessionStatus.SUCCEEDED
    assert end.stopped_at == max(one.closes for one in executions(play).values())
    assert end.stopped_at == critical_path(play)


@settings(max_examples=CASES, deadline=None)
@given(seed=SEEDS, size=SIZES, most=st.integers(1, 5))
def test_with_a_limit_no_slot_is_idle_while_a_job_is_ready(seed: int, size: int, most: int) -> None:
    rng = random.Random(seed)
    pipeline = a_random_pipeline(rng, size, plain=True)
    play = Play(rng, pipeline.model_copy(update={"max_concurrency": most}))

    assert play.settle().status is SessionStatus.SUCCEEDED

    ran = executions(play)
    for job, one in ran.items():
        before = (ran[name].closes for name in pipeline.after(job))
        ready = max(before, default=NOW)
        moments = {ready, *(other.closes for other in ran.values() if other.closes > ready)}
        for at in (moment for moment in moments if moment < one.begun):
            running = sum(other.begun <= at < other.closes for other in ran.values())
            assert running == most, f"{job} waited at {at} beside {running} of {most}"


@settings(max_examples=CASES, deadline=None)
@given(seed=SEEDS, size=SIZES)
def test_a_failed_job_blocks_its_descendants_and_nothing_else(seed: int, size: int) -> None:
    rng = random.Random(seed)
    play = Play(rng, a_random_pipeline(rng, size, plain=True), Chances(failing=0.2))
    play.turmoil(30)
    play.world.chances = CALM

    end = play.settle()

    blocked = {below for job in end.failed_jobs for below in end.pipeline.descendants(job)}
    ran = {run.job for run in end.runs if run.attempts}
    assert ran == set(end.pipeline.order) - blocked
    assert (end.status is SessionStatus.FAILED) == bool(end.failed_jobs)
