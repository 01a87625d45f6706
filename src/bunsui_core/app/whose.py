"""Which session started an execution, by what the sessions themselves say."""

from __future__ import annotations

from typing import NamedTuple

from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.errors import Conflict, NotFound
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.found import is_expected, is_started_by, possible_owners
from bunsui_core.domain.machine import ExecutionRow
from bunsui_core.domain.session import SessionOrigin, SessionStatus
from bunsui_core.domain.taken_over import job_taken_over, taken_over
from bunsui_core.domain.value import Instant
from bunsui_core.ports.store import Sessions, Store

NEWEST = 50
"""How many failed sessions of a pipeline are looked through for one that was repaired by hand."""


class Owner(NamedTuple):
    """The session that started an execution, if any; else whether one may be about to say so."""

    session_id: str
    may_show: bool


def owner_of(row: ExecutionRow, sessions: Sessions) -> Owner:
    """Return whose an execution is, by its ARN or by the name that bunsui gives."""
    may_show = False
    # The ids that bunsui gives have one dash: looked for first, most are found at once.
    for candidate in sorted(possible_owners(row.name), key=lambda one: one.count("-") != 1):
        try:
            session = sessions.get(candidate)
        except NotFound:
            continue
        if is_started_by(session, row):
            return Owner(candidate, may_show=False)
        may_show = may_show or is_expected(session, row)
    return Owner("", may_show)


def repairable(store: Store) -> frozenset[str]:
    """Return the machines of which somebody may start an execution that repairs a session."""
    return frozenset(
        job.machine
        for name in store.pipelines.names()
        if _failed_of(name, store.sessions)
        for job in store.pipelines.get(name).jobs
    )


def repaired_by(row: ExecutionRow, found: Observation, store: Store, now: Instant) -> str:
    """Return the failed session of which an execution runs a job again, which is stored in it.

    Nothing when there is none, or when several failed alike: whose it is cannot be told then.
    """
    candidates = [
        (session, job)
        for name in store.pipelines.names()
        if row.machine in {job.machine for job in store.pipelines.get(name).jobs}
        for line in _failed_of(name, store.sessions)
        if (job := job_taken_over(session := store.sessions.get(line), row, found))
    ]
    if len(candidates) != 1:
        return ""
    session, job = candidates[0]
    try:
        store.sessions.save(taken_over(session, job, row, found, now))
    except Conflict:
        return ""
    return session.id


def _failed_of(pipeline: str, sessions: Sessions) -> tuple[str, ...]:
    wanted = SessionFilter(statuses=(SessionStatus.FAILED,), pipeline=pipeline)
    lines = sessions.page(wanted, NEWEST, "").items
    return tuple(one.session_id for one in lines if one.origin is SessionOrigin.STARTED)
