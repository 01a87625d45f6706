"""Which executions of a session are looked at, and for how long after they failed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from zlib import crc32

from bunsui_core.domain.failure import Observation
from bunsui_core.domain.performed import GONE
from bunsui_core.domain.session import Attempt, JobRun, JobStatus, Session
from bunsui_core.domain.value import Instant, Value

SURE = timedelta(minutes=5)
"""How long after a start Step Functions may not tell of it, being eventually consistent."""

REDRIVABLE = timedelta(days=14)
"""How long after its close an execution can be redriven (RedriveExecution)."""

_SOONEST, _LATEST = timedelta(seconds=5), timedelta(minutes=15)
_SHARE = 20


class Look(Value):
    """What to look at: all that is open, or `only` some executions; what failed `again` too."""

    only: frozenset[str] | None = None
    again: bool = False


OPEN = Look()
"""All that is open."""

AGAIN = Look(again=True)
"""All that is open, and what failed."""


def to_look_at(session: Session, look: Look) -> tuple[Attempt, ...]:
    """Return the attempts whose executions to look at, in graph order.

    An execution that failed can only be redriven by somebody: it is looked at when it was asked
    for, and as long as nothing came after it.
    """
    found = (attempt for run in session.runs for attempt in _attempts(run, look))
    return tuple(one for one in found if look.only is None or one.execution_arn in look.only)


def gone(attempt: Attempt, now: Instant) -> Observation | None:
    """Return how an open execution ended that Step Functions does not know, once that is sure."""
    if attempt.stopped_at or attempt.started_at is None or now - attempt.started_at < SURE:
        return None
    return Observation(
        execution_arn=attempt.execution_arn,
        status=JobStatus.ABORTED,
        input=None,
        started_at=attempt.started_at,
        redrive_count=attempt.redrive_count,
        stopped_at=now,
        error=GONE,
        cause="Step Functions does not know this execution any more: was its machine deleted?",
    )


def narrowed(session: Session, arns: frozenset[str]) -> Session:
    """Return the session as if it had had these executions alone."""
    kept = (
        run.model_copy(
            update={"attempts": tuple(one for one in run.attempts if one.execution_arn in arns)}
        )
        for run in session.runs
    )
    return session.model_copy(update={"runs": tuple(run for run in kept if run.attempts)})


def next_look(failed_at: Instant, looked_at: Instant) -> Instant:
    """Return when an execution that failed is looked at again: rarer, the longer ago that was."""
    wait = (looked_at - failed_at) / _SHARE
    return looked_at + min(max(wait, _SOONEST), _LATEST)


def is_in_turn(session_id: str, failed_at: Instant, now: Instant, every: timedelta) -> bool:
    """Whether one of many sweeps, so far apart, looks again at a session that failed then.

    It is as often as `next_look` says; sessions that failed together take turns.
    """
    if is_over(failed_at, now):
        return False
    turns = max(1, round((next_look(failed_at, now) - now) / every))
    return (int(now.timestamp() // every.total_seconds()) + crc32(session_id.encode())) % turns == 0


def is_over(failed_at: Instant, now: Instant) -> bool:
    """Whether nobody can redrive any more what failed then."""
    return now - failed_at > REDRIVABLE


def is_unwanted(session: Session, job: str, number: int) -> bool:
    """Whether an attempt was given up before its start was confirmed."""
    run = session.run(job)
    attempt = next((one for one in run.attempts if one.number == number), None) if run else None
    if attempt is None:
        return True
    return attempt.status is JobStatus.ABORTED and not attempt.execution_arn


def _attempts(run: JobRun, look: Look) -> Iterable[Attempt]:
    ran = [attempt for attempt in run.attempts if attempt.execution_arn]
    for attempt in ran:
        is_open = attempt.stopped_at is None
        may_be_redriven = attempt is ran[-1] and attempt.status.is_failure
        if is_open or (may_be_redriven and (look.again or look.only is not None)):
            yield attempt
