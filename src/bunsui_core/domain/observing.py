"""What an observation of the world changes in the attempts of a session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.joining import address
from bunsui_core.domain.session import Attempt, Began, JobRun, JobStatus, Session, Wish

REDRIVEN = "redriven outside bunsui"
"""What an attempt says that somebody redrove, in the console for instance."""

STOPPED = "stopped outside bunsui"
"""What an attempt says that somebody stopped, in the console for instance."""


def observed(session: Session, observations: Iterable[Observation]) -> tuple[JobRun, ...]:
    """Return the runs of a session with what was seen of their executions.

    How often, how late and in which order something was seen makes no difference. An attempt
    whose start was never confirmed is known by the ARN that it would have.
    """
    seen = _newest(observations)
    if not seen:
        return session.runs
    machines = {job.name: job.machine for job in session.pipeline.jobs}
    return tuple(_observed(run, machines[run.job], seen, session.wish) for run in session.runs)


def _newest(observations: Iterable[Observation]) -> Mapping[str, Observation]:
    found: dict[str, Observation] = {}
    for one in observations:
        known = found.get(one.execution_arn)
        if known is None or _age(known) < _age(one):
            found[one.execution_arn] = one
    return found


def _age(one: Observation | Attempt) -> tuple[int, bool]:
    """An execution only ever closes, and only a redrive opens it again."""
    return one.redrive_count, not one.status.is_open


def _observed(run: JobRun, machine: str, seen: Mapping[str, Observation], wish: Wish) -> JobRun:
    attempts = tuple(_seen(attempt, machine, seen, wish) for attempt in run.attempts)
    if all(new is old for new, old in zip(attempts, run.attempts, strict=True)):
        return run
    return run.model_copy(update={"attempts": _without_idle_plan(attempts)})


def _without_idle_plan(attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    """Without a retry that only was planned, when the attempt before it was redriven."""
    last = attempts[-1]
    is_planned = last.status is JobStatus.WAITING and last.began is Began.RETRY
    return attempts[:-1] if is_planned and not attempts[-2].status.is_failure else attempts


def _seen(attempt: Attempt, machine: str, seen: Mapping[str, Observation], wish: Wish) -> Attempt:
    if attempt.execution_arn:
        found = seen.get(attempt.execution_arn)
        return _changed(attempt, found, wish) if found and _is_news(found, attempt) else attempt
    if attempt.began is Began.MARKED or attempt.status.is_done:
        return attempt
    found = seen.get(address(machine, attempt.execution_name))
    return _changed(attempt, found, wish) if found and _is_it(found, attempt) else attempt


def _is_news(found: Observation, known: Attempt) -> bool:
    if _age(found) != _age(known):
        return _age(found) > _age(known)
    said = _facts(known)
    return any(said[name] != value for name, value in _facts(found).items() if value)


def _is_it(found: Observation, attempt: Attempt) -> bool:
    """Whether an execution under the name of an attempt is this attempt's."""
    return found.input is None or json_digest(found.input) == attempt.input_digest


def _changed(attempt: Attempt, found: Observation, wish: Wish) -> Attempt:
    facts = _facts(found)
    if attempt.execution_arn and _age(found) == _age(attempt):
        # An event tells less than the execution itself.
        facts = {name: value for name, value in facts.items() if value}
    update = {
        **facts,
        "execution_arn": found.execution_arn,
        "external": _external(attempt, found, wish),
    }
    return attempt.model_copy(update=update)


def _facts(one: Observation | Attempt) -> dict[str, object]:
    return {
        "status": one.status,
        "redrive_count": one.redrive_count,
        "redrive_status": one.redrive_status,
        "started_at": one.started_at,
        "stopped_at": one.stopped_at,
        "output": one.output,
        "error": one.error,
        "cause": one.cause,
    }


def _external(attempt: Attempt, found: Observation, wish: Wish) -> str:
    """What somebody did to it: bunsui redrives only what it then records, and stops to cancel."""
    if found.redrive_count > attempt.redrive_count:
        return REDRIVEN
    is_ours = wish is Wish.CANCEL or found.error.startswith("Bunsui.")
    if found.status is JobStatus.ABORTED and not is_ours:
        return STOPPED
    return attempt.external
