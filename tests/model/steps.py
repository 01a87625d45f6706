"""A session brought forward step by step, for the rules of the reducer."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.domain.advance import advance
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.intents import StartJob
from bunsui_core.domain.joining import address
from bunsui_core.domain.performed import started
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_core.domain.session import (
    Attempt,
    Session,
    Wish,
)
from tests.builders import NOW, machine
from tests.model.graphs import a_new_session

RETRIES = {"most": 2, "first_s": 10, "rate": 3.0}


def a_job(name: str, *after: str, **wishes: object) -> Job:
    fields = {"name": name, "machine": machine(name), "after": after, "effect": "idempotent"}
    return Job.model_validate({**fields, **wishes})


def begin(*jobs: Job, most: int = 0) -> Session:
    """A session whose first jobs run."""
    pipeline = Pipeline(name="rules", jobs=jobs, max_concurrency=most)
    return do(a_new_session(pipeline), NOW)


def do(session: Session, now: datetime, *seen: Observation) -> Session:
    """Decide, and start what is to be started."""
    after = advance(session, seen, now)
    session = after.session
    for intent in after.intents:
        if isinstance(intent, StartJob):
            arn = address(intent.machine, intent.attempt.execution_name)
            session = started(session, intent, arn, now)
    return session


def see(session: Session, job: str, status: str, at: datetime, **said: object) -> Observation:
    attempt = next(one for one in reversed(attempts(session, job)) if one.execution_arn)
    fields = {
        "execution_arn": attempt.execution_arn,
        "status": status,
        "input": attempt.input,
        "started_at": NOW,
        "stopped_at": None if status == "RUNNING" else at,
        "output": '{"by":"aws"}' if status == "SUCCEEDED" else None,
    }
    return Observation.model_validate({**fields, **said})


def end(session: Session, job: str, status: str, at: datetime, **said: object) -> Session:
    return do(session, at, see(session, job, status, at, **said))


def attempts(session: Session, job: str) -> tuple[Attempt, ...]:
    run = session.run(job)
    assert run
    return run.attempts


def statuses(session: Session) -> dict[str, str]:
    return {run.job: run.status.value for run in session.runs}


def wish(session: Session, wanted: Wish) -> Session:
    return session.model_copy(update={"wish": wanted})
