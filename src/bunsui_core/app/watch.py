"""See how a session's executions stand now. Nothing is written."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bunsui_core.domain.advance import advance
from bunsui_core.domain.errors import BunsuiError, NotFound, Unavailable
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.looking import OPEN, Look, gone, to_look_at
from bunsui_core.domain.session import Session
from bunsui_core.ports.observe import Executions


class Seen(NamedTuple):
    """What Step Functions says of executions, and the first of them that it did not tell of."""

    found: tuple[Observation, ...]
    trouble: BunsuiError | None


def observe(session: Session, executions: Executions, now: datetime, look: Look = OPEN) -> Seen:
    """Return what Step Functions says of the executions to look at; of what is open, by default.

    One that cannot be seen hides no other; one that is gone for good has ended. Raises: Unavailable
    when AWS does not answer.
    """
    found, trouble = list[Observation](), None
    for attempt in to_look_at(session, look):
        try:
            found.append(executions.describe(attempt.execution_arn))
        except Unavailable:
            raise
        except BunsuiError as error:
            if not isinstance(error, NotFound):
                trouble = trouble or error
            elif ended := gone(attempt, now):
                found.append(ended)
            elif attempt.stopped_at is None:
                trouble = trouble or error
    return Seen(tuple(found), trouble)


def seen_now(session: Session, executions: Executions, now: datetime) -> Session:
    """Return the session as AWS shows it now, without starting anything.

    Raises: NotFound, NotAuthorised, Unavailable.
    """
    seen = observe(session, executions, now)
    if seen.trouble:
        raise seen.trouble
    after = advance(session, seen.found, now).session
    known = {run.job: len(run.attempts) for run in session.runs}
    runs = tuple(
        run.model_copy(update={"attempts": run.attempts[: known[run.job]]}) for run in after.runs
    )
    return after.model_copy(update={"runs": runs})


def find_job(session: Session, job: str) -> str:
    """Return the named job, or the first failed one when no name is given.

    Raises: NotFound for a job the pipeline does not have, or when nothing failed.
    """
    names = session.pipeline.order
    if job and job not in names:
        raise NotFound(
            f"session {session.id} has no job {job!r}.", f"Its jobs are {', '.join(names)}."
        )
    if job:
        return job
    if not session.failed_jobs:
        raise NotFound(
            f"nothing failed in session {session.id}, which is {session.status}.",
            "Look at it with get_session or `bunsui sessions show`.",
        )
    return session.failed_jobs[0]


def job_to_read(session: Session, job: str) -> str:
    """Return the named job, or the one whose log is looked for: what failed, runs, or ran last.

    Raises: NotFound for a job the pipeline does not have, or when nothing ran yet.
    """
    if job or session.failed_jobs:
        return find_job(session, job)
    runs = [run for name in session.pipeline.order if (run := session.run(name)) and run.last]
    if not runs:
        raise NotFound(
            f"nothing ran yet in session {session.id}, which is {session.status}.",
            "Look at it again in a moment.",
        )
    return next((run.job for run in runs if run.status.is_open), runs[-1].job)
