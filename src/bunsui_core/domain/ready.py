"""Which jobs start now: all their dependencies are done, and there is a slot for them."""

from __future__ import annotations

from bunsui_core.domain.joining import MOST_CARRIED, job_input, new_attempt, size
from bunsui_core.domain.pipeline import Job
from bunsui_core.domain.session import Attempt, Began, JobRun, JobStatus, Session
from bunsui_core.domain.value import Instant
from bunsui_core.domain.when import holds

TOO_LARGE = "Bunsui.PayloadTooLarge"
"""The error of an attempt whose input cannot be passed to it."""


def begun(session: Session, runs: tuple[JobRun, ...], now: Instant) -> tuple[JobRun, ...]:
    """Return the runs with every job about to start that may, in graph order.

    A job whose condition does not hold is skipped, and those after it go on at once.
    """
    by_name = {run.job: run for run in runs}
    done = {run.job for run in runs if run.status.is_done}
    most = session.pipeline.max_concurrency
    slots = most - sum(run.status.is_open for run in runs) if most else len(runs)
    for name in session.pipeline.order:
        run = by_name[name]
        if run.status is not JobStatus.WAITING or not done.issuperset(session.pipeline.after(name)):
            continue
        after = _begun(session, run, by_name, now, slots > 0)
        by_name[name] = after
        slots -= after.status.is_open
        if after.status.is_done:
            done.add(name)
    return tuple(by_name[run.job] for run in runs)


def forgotten(runs: tuple[JobRun, ...]) -> tuple[JobRun, ...]:
    """Return the runs without what was only planned: nothing of it can have begun."""
    return tuple(without_plan(run) for run in runs)


def without_plan(run: JobRun) -> JobRun:
    """Return a run without an attempt that was only planned."""
    if run.last is None or run.last.status is not JobStatus.WAITING:
        return run
    return run.model_copy(update={"attempts": run.attempts[:-1]})


def _begun(
    session: Session, run: JobRun, runs: dict[str, JobRun], now: Instant, has_slot: bool
) -> JobRun:
    if run.last and run.last.status is JobStatus.WAITING and not run.is_reset:
        return _with_planned(run, run.last, now) if has_slot else run
    job = session.pipeline.job(run.job)
    number = run.last.number + 1 if run.last else 1
    began = Began.DOWNSTREAM if run.is_reset else Began.FIRST
    is_wanted = job.when is None or holds(job.when, _subject(session, job.when.of, runs))
    if is_wanted and not has_slot:
        return run
    before = [runs[name] for name in job.after]
    fresh = new_attempt(session, job.name, number, job_input(session, job, before), began)
    update = _admitted(job, fresh, now) if is_wanted else _skipped(now)
    attempts = (*without_plan(run).attempts, fresh.model_copy(update=update))
    return JobRun(job=run.job, attempts=attempts)


def _with_planned(run: JobRun, planned: Attempt, now: Instant) -> JobRun:
    is_early = planned.not_before is not None and planned.not_before > now
    if is_early or size(planned.input) > MOST_CARRIED:
        return run
    starting = planned.model_copy(update={"status": JobStatus.STARTING, "not_before": now})
    return run.model_copy(update={"attempts": (*run.attempts[:-1], starting)})


def _admitted(job: Job, attempt: Attempt, now: Instant) -> dict[str, object]:
    """A new attempt as it can be: about to start, its payload to be kept first, or too large."""
    if (bytes_ := size(attempt.input)) <= MOST_CARRIED:
        return {"not_before": now}
    if job.takes_references:
        return {"status": JobStatus.WAITING}
    return {
        "status": JobStatus.FAILED,
        "error": TOO_LARGE,
        "cause": f"the input of {job.name} has {bytes_:,} bytes and at most {MOST_CARRIED:,} are "
        "passed as they are; let the jobs before it give less, or let it take references",
        "stopped_at": now,
    }


def _skipped(now: Instant) -> dict[str, object]:
    return {"status": JobStatus.SKIPPED, "output": "null", "stopped_at": now}


def _subject(session: Session, of: str, runs: dict[str, JobRun]) -> str:
    last = runs[of].last if of else None
    return (last.output or "null") if last else session.input
