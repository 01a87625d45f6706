"""A home with very many sessions, made in seconds: `python -m bench.seed HOME COUNT`.

A few sessions are built as the worker builds them; the others are copies under other ids, times and
values, stored in one transaction by the statements with which the worker stores its own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.many_sessions import STATES
from bunsui_core.adapters.local.sessions import HIT, INSERT, LINE, MARK, VALUE, columns_of
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.pipeline import Job, Pipeline, SideEffect
from bunsui_core.domain.searchable import held_by
from bunsui_core.domain.session import Attempt, JobRun, JobStatus, Session, SessionStatus
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import store

JOBS = {
    "orders": ("ingest", "validate", "enrich", "publish"),
    "invoices": ("collect", "bill"),
    "stock": ("count",),
    "customers": ("load", "merge", "publish"),
}
ERRORS = (
    ("ValueError", '{"errorType":"ValueError","errorMessage":"invalid literal: \'12,50\'"}'),
    ("States.Timeout", "Task timed out after 900.00 seconds"),
    ("NoSuchKey", "An error occurred (NoSuchKey): The specified key does not exist."),
    ("States.TaskFailed", "Essential container in task exited with code 137"),
)
NAME, AT, ORDER = "seed-name", datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC), "seed-order"
STAMP, STAMP_FORMAT = "2001-02-03T04:05:06", "%Y-%m-%dT%H:%M:%S"
"""What a copy says otherwise."""

CACHE_KIB = 400_000
"""Pages of the file that are kept in memory meanwhile."""

APART = timedelta(seconds=30)
FAILED_EVERY, RUNNING_EVERY = 20, 500


def seed(home: Path, count: int) -> None:
    """Fill the store of a home; a worker was seen there just now."""
    settings = Settings(home=home)
    connection = writer(settings)
    remembered = store(settings, connection)
    pipelines = [_pipeline(name, jobs) for name, jobs in JOBS.items()]
    for pipeline in pipelines:
        remembered.pipelines.put(pipeline)
    now = datetime.now(UTC)
    with connection.writing() as direct:
        direct.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        for number, text in enumerate(_copies(settings, pipelines, count, now), start=1):
            copy = json.loads(text)
            direct.execute(INSERT, copy["columns"])
            direct.execute(LINE, copy["columns"])
            held = [(settings.account, settings.region, *one) for one in copy["held"]]
            direct.executemany(VALUE, held)
            direct.executemany(HIT, [(number, *one) for one in held])
            direct.execute(MARK, ("seed", 0, number))
    remembered.heartbeat.beat(now)


@cache
def seeded(count: int) -> Path:
    """Return a home with so many sessions, made once a process and gone with it."""
    folder = TemporaryDirectory()
    _KEPT.append(folder)
    home = Path(folder.name)
    seed(home, count)
    return home


_KEPT: list[TemporaryDirectory[str]] = []


def _copies(
    settings: Settings, pipelines: list[Pipeline], count: int, now: datetime
) -> Iterator[str]:
    """Return what is stored of each session, as JSON, oldest first."""
    known: dict[tuple[int, SessionStatus, int], str] = {}
    for number in range(count):
        status = _status(number, count)
        which, error = number % len(pipelines), number // FAILED_EVERY % len(ERRORS)
        key = which, status, error if status is SessionStatus.FAILED else 0
        if key not in known:
            made = _session(settings, pipelines[which], status, error)
            columns = columns_of((settings.account, settings.region), made)
            known[key] = json.dumps({"columns": columns, "held": held_by(made)[0]})
        at = now - APART * (count - number)
        yield (
            known[key]
            .replace(NAME, f"{pipelines[which].name}-{number:06}")
            .replace(ORDER, str(number))
            .replace(STAMP, at.strftime(STAMP_FORMAT))
        )


def _status(number: int, count: int) -> SessionStatus:
    if number % FAILED_EVERY == 0:
        return SessionStatus.FAILED
    is_late = number > count * 9 // 10
    return (
        SessionStatus.RUNNING
        if is_late and number % RUNNING_EVERY == 1
        else SessionStatus.SUCCEEDED
    )


def _pipeline(name: str, jobs: tuple[str, ...]) -> Pipeline:
    return Pipeline(
        name=name,
        jobs=tuple(
            Job(
                name=job,
                machine=f"{STATES}:stateMachine:{name}-{job}",
                after=jobs[max(0, at - 1) : at],
                effect=SideEffect.IDEMPOTENT,
            )
            for at, job in enumerate(jobs)
        ),
    )


def _session(settings: Settings, pipeline: Pipeline, status: SessionStatus, error: int) -> Session:
    is_over = status is not SessionStatus.RUNNING
    text = f'{{"order_id":"{ORDER}","source":"s3://{pipeline.name}/day.csv","region":"eu-west-1"}}'
    return Session(
        id=NAME,
        pipeline=pipeline,
        environment=settings.environment,
        account=settings.account,
        region=settings.region,
        input=text,
        runs=tuple(_runs(pipeline, text, status, error)),
        status=status,
        created_at=AT,
        requested_by="human:bench",
        stopped_at=AT if is_over else None,
        version=1,
    )


def _runs(pipeline: Pipeline, text: str, status: SessionStatus, error: int) -> Iterator[JobRun]:
    """Every job went well; the last one that began is what the session is, the others wait."""
    began = (
        len(pipeline.order) if status is SessionStatus.SUCCEEDED else (len(pipeline.order) + 1) // 2
    )
    for at, job in enumerate(pipeline.order):
        ended = JobStatus(status.value) if at == began - 1 else JobStatus.SUCCEEDED
        yield JobRun(
            job=job, attempts=(_attempt(pipeline, job, text, (ended, error)),) if at < began else ()
        )


def _attempt(pipeline: Pipeline, job: str, text: str, end: tuple[JobStatus, int]) -> Attempt:
    status, error = end
    name = f"{NAME}-{job}-a1"
    given = f'{{"input":{text},"outputs":{{}}}}'
    code, cause = ERRORS[error] if status is JobStatus.FAILED else ("", "")
    return Attempt(
        number=1,
        execution_name=name,
        execution_arn=f"{STATES}:execution:{pipeline.name}-{job}:{name}",
        input=given,
        input_digest=json_digest(given),
        status=status,
        started_at=AT,
        stopped_at=None if status is JobStatus.RUNNING else AT,
        output=f'{{"rows":"{ORDER}","status":"ok"}}' if status is JobStatus.SUCCEEDED else None,
        error=code,
        cause=cause,
    )


if __name__ == "__main__":
    seed(Path(sys.argv[1]), int(sys.argv[2]))
