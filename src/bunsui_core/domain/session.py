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
    SKIPPED = "SKIPPED"

    @property
    def is_done(self) -> bool:
        """Whether jobs that wait for this one may go on; a skipped job has the output null."""
        return self in _DONE

    @property
    def is_failure(self) -> bool:
        """Whether the job ended without its output."""
        return self in _FAILURES

    @property
    def is_open(self) -> bool:
        """Whether an execution is about to run or running."""
        return self in _OPEN


_DONE = frozenset({JobStatus.SUCCEEDED, JobStatus.SKIPPED})
_FAILURES = frozenset({JobStatus.FAILED, JobStatus.TIMED_OUT, JobStatus.ABORTED})
_OPEN = frozenset({JobStatus.STARTING, JobStatus.RUNNING})


class SessionStatus(StrEnum):
    """The state of a session, derived from its jobs."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    CANCELLING = "CANCELLING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_open(self) -> bool:
        """Whether bunsui still has something to do for it, now or when it is unpaused."""
        return self in {SessionStatus.RUNNING, SessionStatus.PAUSED, SessionStatus.CANCELLING}


class Wish(StrEnum):
    """What a human wants of a session as a whole."""

    RUN = "run"
    PAUSE = "pause"
    CANCEL = "cancel"


class Began(StrEnum):
    """Why an attempt began: the first, an automatic retry, or a mode of a rerun."""

    FIRST = "first"
    RETRY = "retry"
    RESTART = "restart"
    ENTER_AT = "enter_at"
    MARKED = "marked"
    DOWNSTREAM = "downstream"


ATTENTION = (
    SessionStatus.FAILED,
    SessionStatus.CANCELLING,
    SessionStatus.PAUSED,
    SessionStatus.RUNNING,
    SessionStatus.CANCELLED,
    SessionStatus.SUCCEEDED,
)
"""The statuses in the order in which a person wants to see them."""


class SessionOrigin(StrEnum):
    """Who began a session: bunsui, or somebody else whose execution was found."""

    STARTED = "started"
    FOUND = "found"


class Attempt(Value):
    """One execution of a job. `execution_arn` is empty until the start is confirmed.

    Nothing starts before `not_before`; `entered_state` is where an execution entered that did not
    begin at its first state; `external` says what somebody did to it outside bunsui. A `MARKED`
    attempt has no execution: a human gave its output.
    """

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
    began: Began = Began.FIRST
    not_before: Instant | None = None
    entered_state: str = ""
    external: str = ""


class JobRun(Value):
    """All attempts of one job in one session, oldest first.

    A run `is_reset` when it is to run again, because a job above it ran again; what still runs of
    it runs to its end first.
    """

    job: str
    attempts: tuple[Attempt, ...] = ()
    is_reset: bool = False

    @property
    def last(self) -> Attempt | None:
        """The newest attempt, if the job ever started."""
        return self.attempts[-1] if self.attempts else None

    @property
    def status(self) -> JobStatus:
        """The state of the newest attempt, or WAITING before there is one that counts."""
        # Asked for each job at each step of a session: without a property in between.
        if not self.attempts:
            return JobStatus.WAITING
        status = self.attempts[-1].status
        return JobStatus.WAITING if self.is_reset and status not in _OPEN else status


class Session(Value):
    """One run of a pipeline. `version` grows by one with every stored change.

    A `FOUND` session is an execution that nobody started through bunsui: it has one job, and
    bunsui starts nothing in it by itself. `wished_by` names the step of a request that last paused
    it, let it go on or cancelled it.
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
    wish: Wish = Wish.RUN
    wished_by: str = ""
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
        jobs_done=sum(r.status.is_done for r in session.runs),
        jobs_total=len(session.runs),
        failed_job=failed[0] if failed else "",
        error=(run.last.error if run and run.last else "")[:256],
        origin=session.origin,
    )
