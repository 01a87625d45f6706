"""A store full of sessions, written as the worker writes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.pipeline import Job, Pipeline, SideEffect
from bunsui_core.domain.session import Attempt, JobRun, JobStatus, Session, SessionStatus
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import store

INPUT = '{"source":"s3://orders/day.csv"}'
STATES = "arn:aws:states:us-east-1:000000000000"
ENDS = {SessionStatus.SUCCEEDED: JobStatus.SUCCEEDED, SessionStatus.FAILED: JobStatus.FAILED}
EVERY_NTH_FAILED = 20


def store_sessions(home: Path, count: int) -> None:
    """Fills the store of a home with closed sessions; a worker was seen there just now."""
    settings = Settings(home=home)
    remembered = store(settings, writer(settings))
    now = datetime.now(UTC)
    pipeline = orders()
    remembered.pipelines.put(pipeline)
    for number in range(count):
        status = SessionStatus.SUCCEEDED if number % EVERY_NTH_FAILED else SessionStatus.FAILED
        at = now - timedelta(minutes=count - number)
        remembered.sessions.save(session(settings, pipeline, f"bench-{number:06d}", (at, status)))
    remembered.heartbeat.beat(now)


def orders() -> Pipeline:
    """Five jobs: one, one, two beside each other, one."""
    after = {
        "ingest": (),
        "validate": ("ingest",),
        "enrich": ("validate",),
        "aggregate": ("validate",),
        "publish": ("enrich", "aggregate"),
    }
    machine = f"{STATES}:stateMachine:orders"
    jobs = tuple(
        Job(name=name, machine=f"{machine}-{name}", after=names, effect=SideEffect.IDEMPOTENT)
        for name, names in after.items()
    )
    return Pipeline(name="orders", jobs=jobs)


def session(
    settings: Settings, pipeline: Pipeline, name: str, end: tuple[datetime, SessionStatus]
) -> Session:
    """A closed session whose first job ended as the session did."""
    at, status = end
    attempt = Attempt(
        number=1,
        execution_name=f"{name}-ingest-a1",
        execution_arn=f"{STATES}:execution:orders-ingest:{name}-ingest-a1",
        input=INPUT,
        input_digest=json_digest(INPUT),
        status=ENDS[status],
        started_at=at,
        stopped_at=at,
        error="" if status is SessionStatus.SUCCEEDED else "ValueError",
    )
    first, *others = pipeline.order
    return Session(
        id=name,
        pipeline=pipeline,
        environment=settings.environment,
        account=settings.account,
        region=settings.region,
        input=INPUT,
        runs=(JobRun(job=first, attempts=(attempt,)), *(JobRun(job=job) for job in others)),
        status=status,
        created_at=at,
        requested_by="human:bench",
        stopped_at=at,
    )
