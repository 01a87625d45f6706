"""What would run if a job ran again, and whether a plan that told it still holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.failure import Definition
from bunsui_core.domain.preview import CodeUsed, JobPreview, Preview, ReusedOutput
from bunsui_core.domain.session import JobRun, JobStatus, Session
from bunsui_core.domain.value import Value
from bunsui_core.domain.verdict import Mode
from bunsui_core.domain.walk import Paths, paths_from

UNSEEN = ""
"""The revision of code that cannot be seen."""


class Begin(Value):
    """Where and with what an execution of the job would go on: its first state, input and code.

    `definition` is empty when it cannot be seen, `state` when it begins at the beginning.
    """

    mode: Mode
    definition: str
    state: str
    input_digest: str
    code: tuple[CodeUsed, ...]


def preview(
    session: Session, job: str, mode: Mode = Mode.RESTART, downstream: bool = False
) -> Preview:
    """Return which jobs run, follow, run again, are reused or stay untouched."""
    below = session.pipeline.descendants(job)
    runs = {run.job: run for run in session.runs}
    others = [name for name in session.pipeline.order if name != job]
    follows = tuple(n for n in others if n in below and runs[n].status is JobStatus.WAITING)
    resets = tuple(n for n in others if n in below and _is_over(runs[n])) if downstream else ()
    reused = tuple(
        ReusedOutput(job=name, output_digest=output_digest(runs[name]))
        for name in others
        if runs[name].status.is_done and name not in resets
    )
    kept = {job, *follows, *resets, *(r.job for r in reused)}
    return Preview(
        runs=() if mode is Mode.MARK_DONE else (job,),
        follows=follows,
        reused=reused,
        untouched=tuple(name for name in others if name not in kept),
        also_needs=_also_needs(session, others, {*follows, *resets}, resets),
        resets=resets,
    )


def with_jobs(
    base: Preview, session: Session, begin: Begin, present: Mapping[str, Definition]
) -> Preview:
    """Return a preview that also says by job which states run, with which input and code.

    `present` are the definitions of machines as they are now, as far as they can be seen.
    """
    own = tuple(_of_job(job, begin) for job in base.runs)
    later = tuple(_later(job, session, present) for job in (*base.follows, *base.resets))
    return base.model_copy(update={"jobs": (*own, *later)})


def output_digest(run: JobRun) -> str:
    """Return the digest of a job's output, as a preview names it."""
    return text_digest((run.last.output if run.last else None) or "")


def preview_difference(planned: Preview, found: Preview) -> str:
    """Return in what a plan's preview is not what would happen now; empty when it still holds.

    What happens in branches that do not matter to it makes no difference: a further job may be
    done by now. What could not be seen on one of both sides makes none either.
    """
    sides: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
        ("runs", planned.runs, found.runs),
        ("follows", planned.follows, found.follows),
        ("runs again", planned.resets, found.resets),
        ("previews", _told(planned), _told(found)),
    )
    for what, before, now in sides:
        if before != now:
            return f"{what}: the plan says {_names(before)}, it would be {_names(now)}"
    reused = {one.job: one.output_digest for one in found.reused}
    for one in planned.reused:
        if reused.get(one.job) != one.output_digest:
            return f"the output of {one.job} is not the one that the plan reuses"
    known = {one.job: one for one in found.jobs}
    told = (_job_difference(one, known.get(one.job)) for one in planned.jobs)
    return next((text for text in told if text), "")


def _told(one: Preview) -> tuple[str, ...]:
    return tuple(job.job for job in one.jobs)


def _job_difference(planned: JobPreview, found: JobPreview | None) -> str:
    if found is None:
        return f"the plan previews {planned.job}, which would not run"
    if [one.name for one in planned.code] != [one.name for one in found.code]:
        return f"the plan names other code of {planned.job} than it would run"
    revisions = {one.name: one.revision for one in found.code}
    for one in planned.code:
        now = revisions.get(one.name, UNSEEN)
        if one.revision and now and one.revision != now:
            return f"{one.name}, which {planned.job} runs, was changed since the plan was made"
    if planned.input_digest != found.input_digest:
        return f"{planned.job} would run with another input than the plan says"
    told = bool(planned.certain or planned.possible or _is_seen(planned))
    is_other = (planned.certain, planned.possible) != (found.certain, found.possible)
    if told and _is_seen(found) and is_other:
        return f"the plan previews other states of {planned.job} than it would run"
    return ""


def _is_seen(job: JobPreview) -> bool:
    """Whether the definition of a job's machine could be seen; who could not, tells no states."""
    return bool(job.code and job.code[0].revision)


def _is_over(run: JobRun) -> bool:
    return run.status.is_done or run.status.is_failure


def _also_needs(
    session: Session, others: Iterable[str], following: set[str], resets: tuple[str, ...]
) -> tuple[str, ...]:
    runs = {run.job: run for run in session.runs}
    return tuple(
        name
        for name in others
        if name not in resets
        and runs[name].status.is_failure
        and following & set(session.pipeline.descendants(name))
    )


def _of_job(job: str, begin: Begin) -> JobPreview:
    ways = _ways(begin.definition, begin.state, begin.mode is Mode.REDRIVE)
    if begin.mode is Mode.REDRIVE and not begin.state:
        # Where it goes on is not known: everything may run, nothing is sure to.
        ways = Paths((), (*ways.certain, *ways.possible))
    return JobPreview(
        job=job,
        certain=ways.certain,
        possible=ways.possible,
        input_digest=begin.input_digest,
        code=begin.code,
    )


def _later(job: str, session: Session, present: Mapping[str, Definition]) -> JobPreview:
    """A job that begins later, with an input that is made of outputs that are not there yet."""
    found = session.pipeline.find(job)
    machine = found.machine if found else ""
    definition = present.get(machine)
    ways = _ways(definition.definition, "", False) if definition else Paths((), ())
    revision = definition.revision if definition else UNSEEN
    return JobPreview(
        job=job,
        certain=ways.certain,
        possible=ways.possible,
        code=(CodeUsed(name=machine, revision=revision),),
    )


@lru_cache(maxsize=256)
def _ways(definition: str, state: str, is_redriven: bool) -> Paths:
    """What runs from a state on; nothing where the definition cannot be read or has no such."""
    try:
        return paths_from(definition, state, redriven=is_redriven)
    except BunsuiError:
        return Paths((), ())


def _names(jobs: tuple[str, ...]) -> str:
    return ", ".join(jobs) or "nothing"
