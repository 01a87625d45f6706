"""Executions as AWS tells them, and as they were archived where it does not or need not again."""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from dataclasses import replace

from bunsui_core.domain.archived import ArchivedExecution, as_forgotten
from bunsui_core.domain.errors import NotFound, StoreDamaged
from bunsui_core.domain.failure import Definition, HistoryEvent, Observation
from bunsui_core.domain.following import is_ended
from bunsui_core.ports.observe import Executions, Seeing
from bunsui_core.ports.store import Archive, Archived, Documents, Store

MOST_OPEN = 8
"""How many archives are kept open: a plan asks several times about the same few executions."""


def opened(entry: Archived | None, documents: Documents) -> ArchivedExecution | None:
    """Return what an entry says is archived, if there is one. Raises: NotFound, StoreDamaged."""
    if entry is None:
        return None
    packed = documents.get(entry.sha256)
    try:
        return ArchivedExecution.model_validate_json(gzip.decompress(packed))
    except (ValueError, OSError, EOFError) as error:
        raise StoreDamaged(
            f"the archive of {entry.execution_arn} does not read as one.",
            "While AWS still knows the execution, what you see is from there.",
        ) from error


def remembering(seeing: Seeing, store: Store) -> Seeing:
    """Return the same eyes, which see in the archive what AWS has forgotten."""
    return replace(seeing, executions=Recalled(seeing.executions, store.archive, store.documents))


def redrives_in(events: tuple[HistoryEvent, ...]) -> int:
    """Return how often an execution had been redriven when its history was this."""
    return sum(event.type == "ExecutionRedriven" for event in events)


class Recalled:
    """`Executions` of which no history is read from AWS that was archived. Thread-safe.

    Of those that are over and not archived, the ones read last are remembered. Whether one was
    redriven since is asked of AWS each time.
    """

    def __init__(self, executions: Executions, archive: Archive, documents: Documents) -> None:
        self._executions = executions
        self._archive = archive
        self._documents = documents
        self._open: OrderedDict[str, ArchivedExecution] = OrderedDict()
        self._read: OrderedDict[str, tuple[HistoryEvent, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def describe(self, execution_arn: str) -> Observation:
        """Return the execution now, or as it was archived when AWS has forgotten it.

        Raises: NotFound, Unavailable, StoreDamaged.
        """
        try:
            return self._executions.describe(execution_arn)
        except NotFound:
            kept = self._opened(self._archive.newest(execution_arn))
            if kept is None:
                raise
            return as_forgotten(kept.execution)

    def history(self, execution_arn: str) -> tuple[HistoryEvent, ...]:
        """Return all events, oldest first, those of an archived execution from the archive.

        Raises: NotFound, Unavailable.
        """
        kept = self._kept(execution_arn)
        return kept.history if kept else self._from_aws(execution_arn)

    def definition(self, execution_arn: str) -> Definition:
        """Return the definition as of that execution. Raises: NotFound, Unavailable."""
        kept = self._kept(execution_arn)
        return kept.definition if kept else self._executions.definition(execution_arn)

    def _from_aws(self, execution_arn: str) -> tuple[HistoryEvent, ...]:
        with self._lock:
            known = self._read.get(execution_arn)
        if known and not self._moved_on(execution_arn, redrives_in(known)):
            return known
        found = self._executions.history(execution_arn)
        if is_ended(found):
            with self._lock:
                self._read[execution_arn] = found
                while len(self._read) > MOST_OPEN:
                    self._read.popitem(last=False)
        return found

    def _kept(self, execution_arn: str) -> ArchivedExecution | None:
        """The archive of an execution that was not redriven since; nothing when it is damaged."""
        entry = self._archive.newest(execution_arn)
        if entry is None or self._moved_on(execution_arn, entry.redrive_count):
            return None
        try:
            return self._opened(entry)
        except (NotFound, StoreDamaged):
            return None

    def _moved_on(self, execution_arn: str, redrive_count: int) -> bool:
        try:
            now = self._executions.describe(execution_arn)
        except NotFound:
            return False
        return now.stopped_at is None or now.redrive_count != redrive_count

    def _opened(self, entry: Archived | None) -> ArchivedExecution | None:
        if entry is None:
            return None
        with self._lock:
            known = self._open.get(entry.sha256)
        kept = known or opened(entry, self._documents)
        if kept and not known:
            with self._lock:
                self._open[entry.sha256] = kept
                while len(self._open) > MOST_OPEN:
                    self._open.popitem(last=False)
        return kept
