"""Keep what Step Functions will forget: definition, history and log of closed executions."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import datetime

from bunsui_core.app.diagnose import LINES, Read, followed, read_lines, window_of
from bunsui_core.domain.failure import Definition, HistoryEvent, LogLine, Observation
from bunsui_core.domain.history import read_failure
from bunsui_core.domain.session import Attempt, Session
from bunsui_core.domain.value import Value
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Archive, Archived, Blobs, Documents

_LEVEL = 6
"""Of gzip: half the time of 9 for one percent more bytes."""


@dataclass(frozen=True)
class Shelf:
    """Where archives lie and which there are."""

    archive: Archive
    blobs: Blobs


class ArchivedExecution(Value):
    """One closed execution, complete."""

    execution: Observation
    definition: Definition
    history: tuple[HistoryEvent, ...]
    logs: tuple[LogLine, ...]
    logs_note: str


def archive_closed(
    session: Session,
    shelf: Shelf,
    seeing: Seeing,
    now: datetime,
    seen: tuple[Observation, ...] = (),
) -> None:
    """Archive each closed execution of a session once per redrive count.

    What was `seen` of one in this round is not asked for again.
    Raises: NotFound when AWS has forgotten one, Unavailable; what was archived before stays.
    """
    for run in session.runs:
        for attempt in run.attempts:
            if attempt.stopped_at and attempt.execution_arn:
                _archive(run.job, attempt, shelf, seeing, now, seen)


def recall(execution_arn: str, redrive_count: int, shelf: Shelf) -> ArchivedExecution | None:
    """Return the archive of an execution, if there is one. Raises: StoreDamaged."""
    return opened(shelf.archive.get(execution_arn, redrive_count), shelf.blobs)


def opened(entry: Archived | None, documents: Documents) -> ArchivedExecution | None:
    """Return what an entry says is archived, if there is one. Raises: NotFound, StoreDamaged."""
    if entry is None:
        return None
    return ArchivedExecution.model_validate_json(gzip.decompress(documents.get(entry.sha256)))


def _archive(
    job: str,
    attempt: Attempt,
    shelf: Shelf,
    seeing: Seeing,
    now: datetime,
    seen: tuple[Observation, ...],
) -> None:
    arn = attempt.execution_arn
    if shelf.archive.get(arn, attempt.redrive_count):
        return
    said = next((one for one in seen if one.execution_arn == arn), None)
    observation = said or seeing.executions.describe(arn)
    if observation.stopped_at is None or observation.redrive_count != attempt.redrive_count:
        return  # redriven meanwhile: its next close is archived
    kept = _read(job, observation, seeing).model_dump_json()
    packed = gzip.compress(kept.encode(), compresslevel=_LEVEL, mtime=0)
    shelf.archive.put(
        Archived(
            execution_arn=arn,
            redrive_count=attempt.redrive_count,
            sha256=shelf.blobs.put(packed),
            at=now,
        )
    )


def _read(job: str, observation: Observation, seeing: Seeing) -> ArchivedExecution:
    arn = observation.execution_arn
    history = seeing.executions.history(arn)
    failure = read_failure(job, observation, history)
    read = Read(())
    if failure:
        failure = followed(failure, seeing.executions)
        window = window_of(failure, observation)
        read = read_lines(window, failure.resource, seeing.logs, LINES)
    return ArchivedExecution(
        execution=observation,
        definition=seeing.executions.definition(arn),
        history=history,
        logs=read.lines,
        logs_note=read.note,
    )
