"""What a session still owes to the world: starts, stops, and payloads to keep."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.joining import MOST_CARRIED, address, size
from bunsui_core.domain.session import (
    Attempt,
    JobRun,
    JobStatus,
    Session,
    SessionOrigin,
    Wish,
)
from bunsui_core.domain.value import JsonText, Value


class StartJob(Value):
    """An intent: start this attempt's execution under its name."""

    kind: Literal["start"] = "start"
    job: str
    machine: str
    attempt: Attempt


class StopJob(Value):
    """An intent: stop an execution of a session that was cancelled.

    Whether it ever began is not known when it is not `is_known`: its start was decided and never
    confirmed, and its ARN is the one that it would have.
    """

    kind: Literal["stop"] = "stop"
    job: str
    number: int
    execution_arn: str
    is_known: bool = True


class KeepPayload(Value):
    """An intent: keep an input that is too large to be passed, at an address of its sha256."""

    kind: Literal["keep"] = "keep"
    job: str
    number: int
    text: JsonText
    sha256: str


Intent = Annotated[StartJob | StopJob | KeepPayload, Field(discriminator="kind")]


def owed(session: Session) -> tuple[Intent, ...]:
    """Return what was decided and is not confirmed, in graph order; again is always harmless.

    A paused session starts nothing, a cancelled one stops what runs. A session that was found
    owes nothing.
    """
    if session.origin is not SessionOrigin.STARTED:
        return ()
    find = session.pipeline.job
    match session.wish:
        case Wish.PAUSE:
            return ()
        case Wish.CANCEL:
            return tuple(one for run in session.runs for one in _stops(run, find(run.job).machine))
        case Wish.RUN:
            owing = (run for run in session.runs if run.attempts and _may_owe(run.attempts[-1]))
            return tuple(_start(run.job, run.attempts[-1], find(run.job).machine) for run in owing)


def _may_owe(last: Attempt) -> bool:
    if last.status is JobStatus.WAITING:
        return size(last.input) > MOST_CARRIED
    return last.status is JobStatus.STARTING


def _start(job: str, last: Attempt, machine: str) -> Intent:
    if last.status is JobStatus.STARTING:
        return StartJob(job=job, machine=machine, attempt=last)
    sha256 = text_digest(last.input)
    return KeepPayload(job=job, number=last.number, text=last.input, sha256=sha256)


def _stops(run: JobRun, machine: str) -> Iterable[Intent]:
    return (
        StopJob(
            job=run.job,
            number=attempt.number,
            execution_arn=attempt.execution_arn or address(machine, attempt.execution_name),
            is_known=bool(attempt.execution_arn),
        )
        for attempt in run.attempts
        if attempt.status.is_open
    )
