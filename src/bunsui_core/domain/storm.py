"""A storm: sessions that failed alike, at about the same time, in the same job."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise

from bunsui_core.domain.canonical import digest
from bunsui_core.domain.diagnosis import Category, Diagnosis
from bunsui_core.domain.fingerprint import fingerprint
from bunsui_core.domain.plan import Plan
from bunsui_core.domain.recovery import Proposal
from bunsui_core.domain.session import Session
from bunsui_core.domain.value import Instant, JsonText, Value
from bunsui_core.domain.verdict import Mode

_PREFIX = "w-"

CALM = timedelta(hours=1)
"""A pause of this length between two failures ends a storm: what follows is another one."""


class Casualty(Value):
    """One failed job of one session, with what its failure has in common with others."""

    session_id: str
    pipeline: str
    job: str
    machine: str
    fingerprint: str
    category: Category
    error: str
    message: str
    failed_at: Instant


class Storm(Value):
    """Failures with one root cause. `casualties` are oldest first, each of another session."""

    storm_id: str
    pipeline: str
    job: str
    machine: str
    fingerprint: str
    category: Category
    error: str
    message: str
    first_at: Instant
    last_at: Instant
    casualties: tuple[Casualty, ...]

    @property
    def session_ids(self) -> tuple[str, ...]:
        """The sessions that it hit, the first one first."""
        return tuple(one.session_id for one in self.casualties)


class Storms(Value):
    """Groups of failed sessions, the largest first; `looked_at` of `failed` sessions are in them.

    `unexplained` of those have a failure that no worker has diagnosed yet.
    """

    items: tuple[Storm, ...]
    looked_at: int
    failed: int
    unexplained: int


def is_storm_id(text: str) -> bool:
    """Whether a text names a storm and not a plan, whose id is a digest."""
    return text.startswith(_PREFIX)


def casualty(session: Session, diagnosis: Diagnosis) -> Casualty:
    """Return what a storm knows of one failed job."""
    failure = diagnosis.failure
    job = session.pipeline.find(diagnosis.job)
    return Casualty(
        session_id=session.id,
        pipeline=session.pipeline.name,
        job=diagnosis.job,
        machine=job.machine if job else "",
        fingerprint=fingerprint(diagnosis),
        category=diagnosis.category,
        error=failure.exception or failure.innermost.error,
        message=failure.message[:500],
        failed_at=failure.failed_at or diagnosis.made_at,
    )


def storms(casualties: Iterable[Casualty], calm: timedelta = CALM) -> tuple[Storm, ...]:
    """Return the storms that failures make, the largest first; one alone is a storm of one."""
    alike: dict[tuple[str, str, str], list[Casualty]] = {}
    for one in casualties:
        alike.setdefault((one.fingerprint, one.machine, one.job), []).append(one)
    found = (storm for group in alike.values() for storm in _in_time(group, calm))
    return tuple(sorted(found, key=lambda one: (-len(one.casualties), one.first_at, one.storm_id)))


def _in_time(alike: list[Casualty], calm: timedelta) -> Iterable[Storm]:
    """Cut failures of one kind where nothing happened for long."""
    ordered = sorted(alike, key=lambda one: (one.failed_at, one.session_id))
    cuts = [n for n, (a, b) in enumerate(pairwise(ordered), 1) if b.failed_at - a.failed_at > calm]
    for start, end in pairwise((0, *cuts, len(ordered))):
        yield _storm(ordered[start:end])


def _storm(members: list[Casualty]) -> Storm:
    first, last = members[0], members[-1]
    return Storm(
        storm_id=_id_of(first),
        pipeline=first.pipeline,
        job=first.job,
        machine=first.machine,
        fingerprint=first.fingerprint,
        category=first.category,
        error=first.error,
        message=first.message,
        first_at=first.failed_at,
        last_at=last.failed_at,
        casualties=tuple(members),
    )


def _id_of(first: Casualty) -> str:
    """The same while its first casualty stands: more of the like do not change it."""
    said = "\n".join((first.fingerprint, first.machine, first.job, first.failed_at.isoformat()))
    return f"{_PREFIX}{digest('bunsui/storm/v1', said.encode())[:10]}"


class LeftOut(Value):
    """A session of a storm that its plan does not touch, and why."""

    session_id: str
    reason: str


class StormProposal(Value):
    """One plan for a storm: the canary first, then the others in waves.

    `canary` is the first session's own proposal, judged as if it stood alone; each session of the
    plan was judged by itself and none of them is hopeless. `inputs` are the texts that it carries.
    """

    proposal_id: str
    storm: Storm
    mode: Mode
    canary: Proposal
    left_out: tuple[LeftOut, ...]
    plan: Plan
    inputs: tuple[JsonText, ...]
