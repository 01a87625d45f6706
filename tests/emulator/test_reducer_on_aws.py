"""What the reducer decides, done by the embedded AWS under the real clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from bunsui_core.adapters.aws.control.payloads import S3Payloads
from bunsui_core.adapters.aws.control.runner import AwsRunner
from bunsui_core.adapters.aws.executions import AwsExecutions
from bunsui_core.app.advance import advance_session
from bunsui_core.app.fulfil import Means
from bunsui_core.domain.controlling import controlled
from bunsui_core.domain.observing import STOPPED
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_core.domain.plan import Control, ControlSession
from bunsui_core.domain.session import JobRun, Session, SessionStatus
from bunsui_core.domain.value import Json
from tests.builders import a_session
from tests.emulator.embedded import Embedded, until
from tests.emulator.test_runner_port import FAILING, PASSING, clients_of, held
from tests.model.keeping import Keeping


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def means(aws: Embedded) -> Iterator[Means]:
    """A conductor of the embedded AWS, with a store that looks at what it keeps."""
    clients = clients_of(aws, "worker", reading=False)
    payloads = S3Payloads(clients, "s3://payloads/reducer", makes_bucket=True)
    runner, executions = AwsRunner(clients), AwsExecutions(clients)
    yield Means(Keeping(clock), executions, runner, payloads, clock)
    clients.close()


def a_job(aws: Embedded, name: str, job: str, body: Json, *after: str, **wishes: object) -> Job:
    machine = aws.machine(f"{name[:30]}-{job}", body)
    fields = {"name": job, "machine": machine, "after": after, "effect": "idempotent"}
    return Job.model_validate({**fields, **wishes})


def begin(means: Means, name: str, *jobs: Job, most: int = 0) -> str:
    pipeline = Pipeline(name="real", jobs=jobs, max_concurrency=most)
    runs = tuple(JobRun(job=job) for job in pipeline.order)
    fresh = a_session(
        id=name[-20:], pipeline=pipeline, runs=runs, status="RUNNING", stopped_at=None
    )
    return means.sessions.save(fresh).id


def advanced(means: Means, session_id: str, claim: Callable[[Session], bool]) -> Session:
    """Advance a session until something holds of it."""
    until(lambda: claim(advance_session(session_id, means).session))
    return means.sessions.get(session_id)


def test_a_session_of_every_kind_of_job_settles(aws: Embedded, means: Means, name: str) -> None:
    retries = {"most": 1, "first_s": 1}
    condition = {"pointer": "/source", "test": "missing"}
    session_id = begin(
        means,
        name,
        a_job(aws, name, "take", PASSING),
        a_job(aws, name, "flaky", FAILING, "take", retries=retries),
        a_job(aws, name, "skipped", FAILING, "take", when=condition),
        a_job(aws, name, "after", PASSING, "skipped"),
        a_job(aws, name, "blocked", PASSING, "flaky"),
        most=1,
    )

    end = advanced(means, session_id, lambda session: not session.status.is_open)

    found = {run.job: (run.status.value, len(run.attempts)) for run in end.runs}
    assert end.status is SessionStatus.FAILED
    assert found == {
        "take": ("SUCCEEDED", 1),
        "flaky": ("FAILED", 2),
        "skipped": ("SKIPPED", 1),
        "after": ("SUCCEEDED", 1),
        "blocked": ("WAITING", 0),
    }


def test_what_is_stopped_in_the_console_is_told_and_not_retried(
    aws: Embedded, means: Means, name: str
) -> None:
    machine = held(aws, name[:60])
    retries = {"most": 3, "first_s": 1}
    wishes = {"machine": machine, "effect": "idempotent", "retries": retries}
    session_id = begin(means, name, Job.model_validate({"name": "load", **wishes}))
    running = advanced(means, session_id, lambda session: bool(arn_of(session)))

    aws.states().stop_execution(executionArn=arn_of(running))
    end = advanced(means, session_id, lambda session: not session.status.is_open)

    (attempt,) = end.runs[0].attempts
    assert (attempt.status.value, attempt.external) == ("ABORTED", STOPPED)


def test_a_cancelled_session_stops_its_executions(aws: Embedded, means: Means, name: str) -> None:
    machine = held(aws, name[:60])
    jobs = (Job(name="load", machine=machine), Job(name="next", machine=machine, after=("load",)))
    session_id = begin(means, name, *jobs)
    running = advanced(means, session_id, lambda session: bool(arn_of(session)))
    step = ControlSession(
        session_id=session_id, action=Control.CANCEL, expect_status=running.status
    )

    means.sessions.save(controlled(running, step, clock()))
    end = advanced(means, session_id, lambda session: not session.status.is_open)

    said = aws.states().describe_execution(executionArn=arn_of(running))
    assert said["status"] == "ABORTED"
    assert end.status is SessionStatus.CANCELLED
    assert [run.status.value for run in end.runs] == ["ABORTED", "WAITING"]
    assert end.runs[0].attempts[0].external == ""


def arn_of(session: Session) -> str:
    attempts = session.runs[0].attempts
    return attempts[0].execution_arn if attempts else ""
