"""Which jobs start now: all their dependencies are done, and there is a slot for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.joining import (
    MOST_CARRIED,
    is_reference_to,
    job_input,
    new_attempt,
    size,
)
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_core.domain.session import Attempt, Began, JobRun, JobStatus, Session
from bunsui_core.domain.value import Instant
from bunsui_core.domain.when import holds

TOO_LARGE = "Bunsui.PayloadTooLarge"
"""The error of an attempt whose input cannot be passed to it."""


def begun(session: Session, runs: tuple[JobRun, ...], now: Instant) -> tuple[JobRun, ...]:
    """Return the runs with every job about to start that may, in graph order.

    A job whose condition does not hold is skipped, and those after it go on at once.
    """
    statuses = {run.job: run.status for run in runs}
    waiting = [name for name, status in statuses.items() if status is JobStatus.WAITING]
    if not waiting:
        return runs
    by_name = {run.job: run for run in runs}
    done = {name for name, status in statuses.items() if status.is_done}
    most = session.pipeline.max_concurrency
    slots = most - sum(status.is_open for status in statuses.values()) if most else len(runs)
    for name in _in_order(session.pipeline, waiting):
        if not done.issuperset(session.pipeline.after(name)):
            continue
        after = _begun(session, by_name[name], by_name, now, slots > 0)
        by_name[name] = after
        slots -= after.status.is_open
        if after.status.is_done:
            done.add(name)
    return tuple(by_name.values())


def _in_order(pipeline: Pipeline, names: Iterable[str]) -> list[str]:
    places = pipeline.places
    return sorted(names, key=places.__getitem__)


def forgotten(runs: tuple[JobRun, ...]) -> tuple[JobRun, ...]:
    """Return the runs without what was only planned: nothing of it can have begun."""
    return tuple(_without_plan(run) for run in runs)


def _without_plan(run: JobRun) -> JobRun:
    if run.last is None or run.last.status is not JobStatus.WAITING:
        return run
    return run.model_copy(update={"attempts": run.attempts[:-1]})


def _begun(
    session: Session, run: JobRun, runs: Mapping[str, JobRun], now: Instant, has_slot: bool
) -> JobRun:
    job = session.pipeline.job(run.job)
    if run.last and run.last.status is JobStatus.WAITING and not run.is_reset:
        is_early = run.last.not_before is not None and run.last.not_before > now
        planned = run.last if is_early else _renewed(session, run, run.last, job, runs)
        is_due = has_slot and not is_early and size(planned.input) <= MOST_CARRIED
        return _with_last(run, _starting(planned, now) if is_due else planned)
    is_wanted = job.when is None or holds(job.when, _subject(session, job.when.of, runs))
    if is_wanted and not has_slot:
        return run
    began = Began.DOWNSTREAM if run.is_reset else Began.FIRST
    number = run.last.number + 1 if run.last else 1
    fresh = new_attempt(session, job.name, number, _joined(session, job, runs), began)
    update = _admitted(job, fresh, now) if is_wanted else _skipped(now)
    return JobRun(job=run.job, attempts=(*run.attempts, fresh.model_copy(update=update)))


def _joined(session: Session, job: Job, runs: Mapping[str, JobRun]) -> str:
    return job_input(session, job, [runs[name] for name in job.after])


def _renewed(
    session: Session, run: JobRun, planned: Attempt, job: Job, runs: Mapping[str, JobRun]
) -> Attempt:
    """A planned attempt with what the jobs before it give by now, if one of them ran again.

    The input of a retry of what a human started is theirs.
    """
    origin = next(one for one in reversed(run.attempts) if one.began is not Began.RETRY)
    if origin.began not in {Began.FIRST, Began.DOWNSTREAM}:
        return planned
    text = _joined(session, job, runs)
    if text == planned.input or is_reference_to(planned.input, text):
        return planned
    return planned.model_copy(update={"input": text, "input_digest": json_digest(text)})


def _starting(planned: Attempt, now: Instant) -> Attempt:
    return planned.model_copy(update={"status": JobStatus.STARTING, "not_before": now})


def _with_last(run: JobRun, last: Attempt) -> JobRun:
    if last is run.last:
        return run
    return run.model_copy(update={"attempts": (*run.attempts[:-1], last)})


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


def _subject(session: Session, of: str, runs: Mapping[str, JobRun]) -> str:
    last = runs[of].last if of else None
    return (last.output or "null") if last else session.input
