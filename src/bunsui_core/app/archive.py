"""Keep what Step Functions will forget: all of closed executions and of those below them."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field, replace
from datetime import datetime

from bunsui_core.app.diagnose import LINES, Read, followed, read_lines, window_of
from bunsui_core.app.recalled import Recalled, opened
from bunsui_core.app.standing import Ended, standings
from bunsui_core.domain.archived import ArchivedExecution
from bunsui_core.domain.errors import BunsuiError, Unavailable
from bunsui_core.domain.failure import HistoryEvent, Observation
from bunsui_core.domain.following import children
from bunsui_core.domain.history import read_failure
from bunsui_core.domain.nested import MOST_LEVELS
from bunsui_core.domain.session import Session
from bunsui_core.domain.standing import Standing
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Archive, Archived, Blobs

MOST_NESTED = 100
"""How many executions below one are archived with it, the newest; a Map can start millions."""

MOST_DONE = 100_000
"""How many things that are done a worker remembers."""

_LEVEL = 6
"""Of gzip: half the time of 9 for one percent more bytes."""


@dataclass(frozen=True)
class Shelf:
    """Where archives lie and which there are; `keep_days` is 0 where they are kept for good.

    A session is looked at in every round until it is over, and the store is asked about each of
    its executions once: what is `done` is remembered.
    """

    archive: Archive
    blobs: Blobs
    keep_days: int = 0
    done: set[str] = field(default_factory=set, compare=False, repr=False)

    def has(self, execution_arn: str, redrive_count: int) -> bool:
        """Whether an execution was archived after that many redrives, perhaps dropped since."""
        key = f"archived {execution_arn} {redrive_count}"
        if key not in self.done and self.archive.get(execution_arn, redrive_count):
            self.remember(key)
        return key in self.done

    def remember(self, key: str) -> None:
        """Remember something that need not be asked about again."""
        if len(self.done) >= MOST_DONE:
            self.done.clear()
        self.done.add(key)


@dataclass(frozen=True)
class _Archiving:
    """One session being archived."""

    session_id: str
    shelf: Shelf
    seeing: Seeing
    now: datetime


def archive_closed(
    session: Session,
    shelf: Shelf,
    seeing: Seeing,
    now: datetime,
    seen: tuple[Observation, ...] = (),
) -> None:
    """Archive each closed execution of a session once per redrive count.

    What was `seen` of one in this round is not asked for again. One that cannot be archived keeps
    no other from it. Raises: NotFound when AWS has forgotten one, NotAuthorised, Unavailable.
    """
    executions = Recalled(seeing.executions, shelf.archive, shelf.blobs)
    archiving = _Archiving(session.id, shelf, replace(seeing, executions=executions), now)
    known = {one.execution_arn: one for one in seen}
    troubles = []
    for run in session.runs:
        for attempt in run.attempts:
            arn = attempt.execution_arn
            if not (attempt.stopped_at and arn) or shelf.has(arn, attempt.redrive_count):
                continue
            try:
                found = known.get(arn) or seeing.executions.describe(arn)
                if found.redrive_count == attempt.redrive_count:
                    _archive(run.job, found, archiving, MOST_LEVELS)
            except Unavailable:
                raise
            except BunsuiError as error:
                troubles.append(error)
    if troubles:
        raise troubles[0]


def recall(execution_arn: str, redrive_count: int, shelf: Shelf) -> ArchivedExecution | None:
    """Return the archive of an execution, if there is one. Raises: StoreDamaged."""
    return opened(shelf.archive.get(execution_arn, redrive_count), shelf.blobs)


def _archive(job: str, execution: Observation, archiving: _Archiving, levels: int) -> None:
    """Those below go first: what is archived itself is not looked at again."""
    if execution.stopped_at is None:
        return  # redriven meanwhile: its next close is archived
    shelf, arn = archiving.shelf, execution.execution_arn
    history = archiving.seeing.executions.history(arn)
    left_out = _archive_below(job, history, archiving, levels)
    kept = _read(job, execution, history, archiving).model_copy(update={"left_out": left_out})
    packed = gzip.compress(kept.model_dump_json().encode(), compresslevel=_LEVEL, mtime=0)
    shelf.archive.put(
        Archived(
            execution_arn=arn,
            redrive_count=execution.redrive_count,
            sha256=shelf.blobs.put(packed),
            at=archiving.now,
            session_id=archiving.session_id,
            length=len(packed),
        )
    )


def _archive_below(
    job: str, history: tuple[HistoryEvent, ...], archiving: _Archiving, levels: int
) -> int:
    """Archive the nested executions that are over, and return how many are not archived."""
    nested = tuple(dict.fromkeys(child.execution_arn for child in children(history)))
    wanted = nested[-MOST_NESTED:] if levels else ()
    return len(nested) - sum(_archive_nested(job, arn, archiving, levels) for arn in wanted)


def _archive_nested(job: str, arn: str, archiving: _Archiving, levels: int) -> bool:
    """Whether a nested execution is archived; one that cannot be read spoils nothing else."""
    try:
        found = archiving.seeing.executions.describe(arn)
        if not archiving.shelf.archive.get(arn, found.redrive_count):
            _archive(job, found, archiving, levels - 1)
    except Unavailable:
        raise
    except BunsuiError:
        return False
    return found.stopped_at is not None


def _read(
    job: str, execution: Observation, history: tuple[HistoryEvent, ...], archiving: _Archiving
) -> ArchivedExecution:
    seeing = archiving.seeing
    failure = read_failure(job, execution, history)
    definition = seeing.executions.definition(execution.execution_arn)
    read = Read(())
    standing: tuple[Standing, ...] = ()
    if failure:
        failure = followed(failure, seeing.executions)
        window = window_of(failure, execution)
        read = read_lines(window, failure.resource, seeing.logs, LINES)
        standing = standings(failure, Ended(execution, history, definition), seeing, archiving.now)
    return ArchivedExecution(
        execution=execution,
        definition=definition,
        history=history,
        logs=read.lines,
        logs_note=read.note,
        standing=standing,
    )
