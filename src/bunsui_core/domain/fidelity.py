"""Whether what ran is what was previewed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, takewhile

from bunsui_core.domain.plan import JobStep, RedriveJob
from bunsui_core.domain.preview import JobPreview, Preview
from bunsui_core.domain.previewing import output_digest
from bunsui_core.domain.session import Attempt, Began, JobRun, JobStatus, Session, SessionStatus
from bunsui_core.domain.value import Instant

_DOWNSTREAM = frozenset({Began.DOWNSTREAM, Began.RETRY})

States = Mapping[str, tuple[str, ...]]
"""The states that ran since the plan, by execution; none of one whose history is not seen."""


def is_over(step: JobStep, session: Session) -> bool:
    """Whether everything that a step previewed has ended, or cannot begin any more."""
    tried = tried_by(step, session)
    own = tried[-1] if tried else None
    if own is None or own.status.is_open or own.status is JobStatus.WAITING:
        return False
    if own.status.is_failure or not session.status.is_open:
        return True
    later = (session.run(job) for job in (*step.preview.follows, *step.preview.resets))
    return all(run is None or _is_past(run, session) for run in later)


def tried_by(step: JobStep, session: Session) -> tuple[Attempt, ...]:
    """Return the attempt that a step made, or let go on, and the retries that followed it."""
    number = step.expect.attempt if isinstance(step, RedriveJob) else step.attempt
    run = session.run(step.job)
    later = [one for one in run.attempts if one.number >= number] if run else []
    retries = takewhile(lambda one: one.began is Began.RETRY, later[1:])
    return (*later[:1], *retries) if later and later[0].number == number else ()


def attempts_since(step: JobStep, session: Session) -> tuple[Attempt, ...]:
    """Return the attempts whose states a step previewed: its own, and those of jobs below."""
    runs = (session.run(job) for job in (*step.preview.follows, *step.preview.resets))
    later = chain.from_iterable(_since(run, step.preview) for run in runs if run)
    mine = tried_by(step, session) if step.preview.runs else ()
    return (*mine, *later)


def fidelity(step: JobStep, session: Session, states: States, since: Instant) -> str:
    """Return what differed from the preview, in words; empty when exactly that ran.

    A job that did not start because one above it failed again makes no difference, nor does one
    that its own condition skipped.
    """
    told = (
        *_of_jobs(step.preview, session),
        *_of_outputs(step.preview, session, since),
        *chain.from_iterable(_of_states(one, step, session, states) for one in step.preview.jobs),
    )
    return "; ".join(told)


def _of_jobs(planned: Preview, session: Session) -> tuple[str, ...]:
    """Jobs that were to run and did not, although nothing kept them from it."""
    runs = {run.job: run for run in session.runs}
    if session.status is not SessionStatus.SUCCEEDED:
        return ()
    late = (*planned.follows, *planned.resets)
    idle = tuple(job for job in late if job in runs and not _since(runs[job], planned))
    skipped = {job for job in idle if runs[job].status is JobStatus.SKIPPED}
    return tuple(f"{job} was to run and did not" for job in idle if job not in skipped)


def _of_outputs(planned: Preview, session: Session, since: Instant) -> tuple[str, ...]:
    found = []
    for one in planned.reused:
        run = session.run(one.job)
        last = run.last if run else None
        if run is None or last is None:
            continue
        if last.started_at and last.started_at > since and last.began is not Began.FIRST:
            found.append(f"{one.job} ran again and was to be reused")
        elif output_digest(run) != one.output_digest:
            found.append(f"the output of {one.job} is not the one that was to be reused")
    return tuple(found)


def _of_states(
    planned: JobPreview, step: JobStep, session: Session, states: States
) -> tuple[str, ...]:
    run = session.run(planned.job)
    if run is None or not (planned.certain or planned.possible):
        return ()
    is_own = planned.job == step.job
    attempts = tried_by(step, session) if is_own else _since(run, step.preview)
    begun = [one for one in attempts if one.execution_arn]
    if any(one.execution_arn not in states for one in begun):
        return (f"which states of {planned.job} ran cannot be seen",)
    ran = {name for one in begun for name in states[one.execution_arn]}
    other = sorted(ran - {*planned.certain, *planned.possible})
    missed = [name for name in planned.certain if name not in ran]
    succeeded = bool(begun) and begun[-1].status is JobStatus.SUCCEEDED
    return (
        *(f"{planned.job} ran {name}, which was not previewed" for name in other),
        *(f"{planned.job} did not run {name}, which was certain" for name in missed if succeeded),
    )


def _since(run: JobRun, planned: Preview) -> tuple[Attempt, ...]:
    """The attempts of a job below since the plan: all of one that never ran before."""
    if run.job in planned.follows:
        return tuple(one for one in run.attempts if one.status is not JobStatus.SKIPPED)
    if run.is_reset:
        return ()
    tail: list[Attempt] = []
    for one in reversed(run.attempts):
        if one.began not in _DOWNSTREAM:
            break
        tail.insert(0, one)
        if one.began is Began.DOWNSTREAM:
            break
    return tuple(tail) if tail and tail[0].began is Began.DOWNSTREAM else ()


def _is_past(run: JobRun, session: Session) -> bool:
    """Whether a job below has ended since, or waits for one that failed."""
    if run.status is JobStatus.WAITING:
        above = (one for one in session.failed_jobs)
        return any(run.job in session.pipeline.descendants(job) for job in above)
    return not run.status.is_open
