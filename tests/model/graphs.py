"""Random pipelines with everything that a pipeline can say."""

from __future__ import annotations

import random

from bunsui_core.domain.pipeline import Job, Pipeline, Retries, SideEffect, Test, When
from bunsui_core.domain.session import JobRun, Session
from tests.builders import a_session, machine

INPUT = '{"day":3,"source":"s3://orders/day.csv"}'
CONDITIONS = (
    When(pointer="/day", test=Test.EQUALS, value="3"),
    When(pointer="/day", test=Test.GREATER, value="9"),
    When(pointer="/source", test=Test.EXISTS),
    When(pointer="/nothing", test=Test.EXISTS),
)


def a_random_pipeline(rng: random.Random, size: int, plain: bool = False) -> Pipeline:
    """A DAG of that many jobs in random order; a plain one has jobs without any wish."""
    jobs = []
    for number in range(size):
        after = tuple(f"j{k}" for k in range(number) if rng.random() < min(0.9, 2.4 / size))
        job = Job(name=f"j{number}", machine=machine(f"j{number}"), after=after)
        jobs.append(job if plain else job.model_copy(update=_wishes(rng, job)))
    rng.shuffle(jobs)
    most = 0 if plain or rng.random() < 0.5 else rng.randint(1, 4)
    return Pipeline(name="random", jobs=tuple(jobs), max_concurrency=most)


def a_new_session(pipeline: Pipeline) -> Session:
    """A session of a pipeline in which nothing began yet."""
    return a_session(
        pipeline=pipeline,
        input=INPUT,
        runs=tuple(JobRun(job=name) for name in pipeline.order),
        status="RUNNING",
        stopped_at=None,
    )


def _wishes(rng: random.Random, job: Job) -> dict[str, object]:
    wishes: dict[str, object] = {"takes_references": rng.random() < 0.5}
    if rng.random() < 0.4:
        retries = Retries(most=rng.randint(1, 3), first_s=rng.randint(1, 40), longest_s=60)
        wishes |= {"retries": retries, "effect": SideEffect.IDEMPOTENT}
    if rng.random() < 0.2:
        wishes["when"] = rng.choice(CONDITIONS)
    elif job.after and rng.random() < 0.2:
        test = rng.choice((Test.EXISTS, Test.MISSING))
        wishes["when"] = When(of=rng.choice(job.after), pointer="/of", test=test)
    return wishes
