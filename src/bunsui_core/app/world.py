"""The world as a plan expects it, and whether it still is so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from bunsui_core.domain.answer import Check
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.failure import Definition, HistoryEvent, Observation
from bunsui_core.domain.pipeline import Job
from bunsui_core.domain.plan import Expect
from bunsui_core.domain.rerun import last_attempt
from bunsui_core.domain.session import Attempt, JobRun, Session
from bunsui_core.ports.observe import Seeing

GONE = "gone"
"""The revision of a machine that is not there any more."""


class World(NamedTuple):
    """A job's newest execution and its machine as they are now.

    There is no `execution` where none began, or it is one that cannot be looked at; no `present`
    where the machine is gone. `before` reads the histories of the executions that this one went on
    from, by entering in the middle, newest first.
    """

    expect: Expect
    execution: Observation | None
    history: tuple[HistoryEvent, ...]
    present: Definition | None
    before: Callable[[], Iterator[tuple[HistoryEvent, ...]]]


def look(session: Session, job: str, seeing: Seeing) -> World:
    """Return how the job's newest execution, its machine and its pipeline stand now.

    Raises: NotFound when the job never started, or its execution is neither in AWS nor archived.
    """
    attempt, found = last_attempt(session, job), session.pipeline.find(job)
    if attempt is None or found is None:
        raise NotFound(f"job {job} of session {session.id} has no execution.", "Nothing to rerun.")
    execution = seeing.executions.describe(attempt.execution_arn) if _is_seen(attempt) else None
    history = seeing.executions.history(attempt.execution_arn) if execution else ()
    present = _present(found, seeing)
    expect = Expect(
        status=execution.status if execution else attempt.status,
        redrive_count=execution.redrive_count if execution else 0,
        last_event_id=history[-1].id if history else 0,
        definition_revision=present.revision if present else GONE,
        graph_hash=session.pipeline.graph_hash,
        attempt=attempt.number,
    )
    before = partial(_went_on_from, session.run(job), seeing)
    return World(expect, execution, history, present, before)


def expectation(session: Session, job: str, seeing: Seeing) -> Expect:
    """Return how the job's newest execution, its machine and its pipeline stand now.

    Raises: NotFound when the job never started, or its execution is neither in AWS nor archived.
    """
    return look(session, job, seeing).expect


def _is_seen(attempt: Attempt) -> bool:
    """Whether an attempt has an execution that Step Functions tells of; an Express one has not."""
    return bool(attempt.execution_arn) and ":express:" not in attempt.execution_arn


def _went_on_from(run: JobRun | None, seeing: Seeing) -> Iterator[tuple[HistoryEvent, ...]]:
    newest_first = run.attempts[::-1] if run else ()
    for newer, older in pairwise(newest_first):
        if not newer.entered_state or not _is_seen(older):
            return
        try:
            yield seeing.executions.history(older.execution_arn)
        except NotFound:
            return


def _present(job: Job, seeing: Seeing) -> Definition | None:
    try:
        return seeing.inventory.current_definition(job.machine)
    except NotFound:
        return None


def checks(expected: Expect, found: Expect) -> tuple[Check, ...]:
    """Return each expectation beside what is there now."""
    names = {
        "status": "status",
        "redrive_count": "redrives",
        "last_event_id": "last event",
        "definition_revision": "definition",
        "graph_hash": "graph",
        "attempt": "attempt",
    }
    return tuple(
        Check(
            name=label,
            expected=str(getattr(expected, field)),
            found=str(getattr(found, field)),
            holds=getattr(expected, field) == getattr(found, field),
        )
        for field, label in names.items()
    )


def difference(found: tuple[Check, ...]) -> str:
    """Return the broken expectations as one sentence, or an empty text when all hold."""
    broken = [f"{c.name} was {c.expected}, is {c.found}" for c in found if not c.holds]
    return "; ".join(broken)
