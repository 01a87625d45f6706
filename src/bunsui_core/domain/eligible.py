"""Why a job cannot be run again in some way, and what is possible instead."""

from __future__ import annotations

from bunsui_core.domain.errors import BadInput, NotFound, Refused
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.recovery import Wanted
from bunsui_core.domain.rerun import last_attempt
from bunsui_core.domain.session import (
    Attempt,
    JobStatus,
    Session,
    SessionOrigin,
    SessionStatus,
)
from bunsui_core.domain.verdict import Mode

_EXPRESS = ":express:"


def require_rerun(session: Session, job: str, wanted: Wanted) -> None:
    """Refuse what no mode could do: a job that waits or runs, a session that is over for good.

    Raises: Refused, NotFound for a job that the pipeline does not have.
    """
    run = session.run(job)
    if run is None:
        raise NotFound(
            f"session {session.id} has no job {job!r}.",
            f"Its jobs are {', '.join(session.pipeline.order)}.",
        )
    _must_take_reruns(session)
    if run.last is None or run.status in {JobStatus.WAITING, JobStatus.SKIPPED}:
        raise _not_begun(session, job, run.status)
    if run.status.is_open:
        raise Refused(
            f"job {job} of session {session.id} is {run.status}; it is not run twice at a time.",
            "Wait until it ends, or cancel the session to stop it.",
        )
    if wanted.downstream:
        _must_rest_below(session, job)


def require_mode(session: Session, job: str, mode: Mode, wanted: Wanted) -> None:
    """Refuse a mode that is not possible for this job. Raises: Refused, BadInput."""
    last = last_attempt(session, job)
    if last is None:
        raise _not_begun(session, job, JobStatus.WAITING)
    _must_fit(mode, wanted)
    match mode:
        case Mode.REDRIVE:
            _must_be_redrivable(job, last)
        case Mode.ENTER_AT:
            _must_have_run(job, last)
        case Mode.MARK_DONE:
            _must_be_markable(session, job, last, wanted)
        case Mode.RESTART:
            pass


def require_same_pipeline(session: Session, present: Pipeline | None) -> None:
    """Refuse a rerun when the pipeline has other jobs or edges by now. Raises: Refused."""
    if present is None or present == session.pipeline:
        return
    changed = _changes(session.pipeline, present)
    if changed:
        raise Refused(
            f"pipeline {present.name} was changed since session {session.id} began: {changed}. "
            "What would follow is the pipeline as it was.",
            f"Start a new session of it: bunsui sessions start {present.name}.",
        )


def _changes(before: Pipeline, after: Pipeline) -> str:
    old = {job.name: (job.machine, job.after) for job in before.jobs}
    new = {job.name: (job.machine, job.after) for job in after.jobs}
    added, gone = sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys())
    moved = sorted(name for name in old.keys() & new.keys() if old[name] != new[name])
    said = (
        f"{', '.join(added)} came" if added else "",
        f"{', '.join(gone)} went" if gone else "",
        f"{', '.join(moved)} runs another machine or waits for other jobs" if moved else "",
    )
    return "; ".join(part for part in said if part)


def _must_take_reruns(session: Session) -> None:
    if session.status in {SessionStatus.CANCELLING, SessionStatus.CANCELLED}:
        raise Refused(
            f"session {session.id} is {session.status}; nothing starts in it any more.",
            f"Start a new session: bunsui sessions start {session.pipeline.name}.",
        )


def _not_begun(session: Session, job: str, status: JobStatus) -> Refused:
    found, last = session.pipeline.find(job), last_attempt(session, job)
    if last and status is JobStatus.WAITING:
        at = f", not before {last.not_before:%Y-%m-%d %H:%M:%S} UTC" if last.not_before else ""
        return Refused(
            f"job {job} of session {session.id} is about to run again by itself{at}.",
            "Wait until it has; or cancel the session.",
        )
    above = [name for name in session.failed_jobs if job in session.pipeline.descendants(name)]
    if status is JobStatus.SKIPPED:
        return Refused(
            f"job {job} of session {session.id} was skipped: its condition said no.",
            f"Run {' or '.join(found.after) if found and found.after else 'another session'} "
            "again, downstream, so that it is asked anew.",
        )
    waits = f"It starts when {', '.join(found.after)} is done" if found and found.after else ""
    return Refused(
        f"job {job} of session {session.id} never started, so there is nothing to run again.",
        f"Repair {', '.join(above)}; it follows." if above else f"{waits or 'It starts soon'}.",
    )


def _must_rest_below(session: Session, job: str) -> None:
    below = session.pipeline.descendants(job)
    running = [run.job for run in session.runs if run.job in below and run.status.is_open]
    if running:
        raise Refused(
            f"{', '.join(running)} below {job} still runs, and would run again downstream.",
            "Wait until it ends, or run the job again without downstream.",
        )


def _must_fit(mode: Mode, wanted: Wanted) -> None:
    if wanted.edited_input is not None and mode in {Mode.REDRIVE, Mode.MARK_DONE}:
        why = "goes on with the input it had" if mode is Mode.REDRIVE else "runs nothing"
        raise Refused(
            f"an edited input needs a new execution; a {mode.value} {why}.",
            "Choose restart, or enter_at.",
        )
    if wanted.output is not None and mode is not Mode.MARK_DONE:
        raise BadInput(
            f"an output is given for mark_done only, not for {mode.value}.",
            "Leave it out, or choose mark_done.",
        )
    if wanted.state and mode is not Mode.ENTER_AT:
        raise BadInput(
            f"a state is named for enter_at only, not for {mode.value}.",
            "Leave it out, or choose enter_at.",
        )


def _must_be_redrivable(job: str, last: Attempt) -> None:
    if not last.status.is_failure:
        raise Refused(
            f"job {job} succeeded; Step Functions redrives only what failed.",
            "Choose restart, or enter_at.",
        )
    _must_have_run(job, last)


def _must_have_run(job: str, last: Attempt) -> None:
    if not last.execution_arn:
        raise Refused(
            f"job {job} has no execution to go on with: {last.cause or 'none was started'}",
            "Choose restart.",
        )
    if _EXPRESS in last.execution_arn:
        raise Refused(
            f"job {job} runs on an Express machine, of which Step Functions keeps no history.",
            "Choose restart.",
        )


def _must_be_markable(session: Session, job: str, last: Attempt, wanted: Wanted) -> None:
    if session.origin is SessionOrigin.FOUND:
        raise Refused(
            f"nobody started {session.id} through bunsui, so no job waits for an output of {job}.",
            "Redrive or restart it.",
        )
    if not last.status.is_failure:
        raise Refused(
            f"job {job} is done already, with an output of its own.",
            "Restart it when that output is wrong.",
        )
    if wanted.output is None:
        raise BadInput(
            f"to mark {job} done it needs the output that the jobs after it take.",
            "Give it as JSON; null is an output too.",
        )
