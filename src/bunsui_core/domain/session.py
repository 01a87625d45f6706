"""A session: one run of a pipeline, with every attempt of every job."""

from __future__ import annotations

from enum import StrEnum

from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.value import Instant, JsonText, Value


class JobStatus(StrEnum):
    """The state of a job run: Step Functions' words, and what precedes a start."""

    WAITING = "WAITING"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    ABORTED = "ABORTED"

    @property
    def is_failure(self) -> bool:
        """Whether the job ended without its output."""
        return self in {JobStatus.FAILED, JobStatus.TIMED_OUT, JobStatus.ABORTED}

    @property
    def is_open(self) -> bool:
        """Whether an execution is about to run or running."""
        return self in {JobStatus.STARTING, JobStatus.RUNNING}


class SessionStatus(StrEnum):
    """The state of a session, derived from its jobs."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


ATTENTION = (SessionStatus.FAILED, SessionStatus.RUNNING, SessionStatus.SUCCEEDED)
"""The statuses in the order in which a person wants to see them."""


class SessionOrigin(StrEnum):
    """Who began a session: bunsui, or somebody else whose execution was found."""

    STARTED = "started"
    FOUND = "found"


class Attempt(Value):
    """One execution of a job. `execution_arn` is empty until the start is confirmed."""

    number: int
    execution_name: str
    input: JsonText
    input_digest: str
    status: JobStatus
    execution_arn: str = ""
    redrive_count: int = 0
    redrive_status: str = ""
    started_at: Instant | None = None
    stopped_at: Instant | None = None
    output: JsonText | None = None
    error: str = ""
    cause: str = ""


class JobRun(Value):
    """All attempts of one job in one session, oldest first."""

    job: str
    attempts: tuple[Attempt, ...] = ()

    @property
    def last(self) -> Attempt | None:
        """The newest attempt, if the job ever started."""
        return self.attempts[-1] if self.attempts else None

    @property
    def status(self) -> JobStatus:
        """The state of the newest attempt."""
        return self.last.status if self.last else JobStatus.WAITING


class Session(Value):
    """One run of a pipeline. `version` grows by one with every stored change.

    A `FOUND` session is an execution that nobody started through bunsui: it has one job, and
    bunsui starts nothing in it by itself.
    """

    id: str
    pipeline: Pipeline
    environment: str
    account: str
    region: str
    input: JsonText
    runs: tuple[JobRun, ...]
    status: SessionStatus
    created_at: Instant
    requested_by: str
    request_id: str = ""
    stopped_at: Instant | None = None
    origin: SessionOrigin = SessionOrigin.STARTED
    version: int = 0

    def run(self, job: str) -> JobRun | None:
        """Return the run of a job, or nothing when the pipeline has no such job."""
        return next((run for run in self.runs if run.job == job), None)

    @property
    def failed_jobs(self) -> tuple[str, ...]:
        """The jobs whose newest attempt failed, in graph order."""
        failed = {run.job for run in self.runs if run.status.is_failure}
        return tuple(job for job in self.pipeline.order if job in failed)


class SessionSummary(Value):
    """One line of a list of sessions."""

    session_id: str
    pipeline: str
    environment: str
    status: SessionStatus
    created_at: Instant
    stopped_at: Instant | None
    jobs_done: int
    jobs_total: int
    failed_job: str
    error: str
    origin: SessionOrigin = SessionOrigin.STARTED


def summarize(session: Session) -> SessionSummary:
    """Return the line that a list shows of a session."""
    failed = session.failed_jobs[:1]
    run = session.run(failed[0]) if failed else None
    return SessionSummary(
        session_id=session.id,
        pipeline=session.pipeline.name,
        environment=session.environment,
        status=session.status,
        created_at=session.created_at,
        stopped_at=session.stopped_at,
        jobs_done=sum(r.status is JobStatus.SUCCEEDED for r in session.runs),
        jobs_total=len(session.runs),
        failed_job=failed[0] if failed else "",
        error=(run.last.error if run and run.last else "")[:256],
        origin=session.origin,
    )
