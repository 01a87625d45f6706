"""Read what the executions that were met hold, and whose they are."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import NamedTuple

from bunsui_core.app.sweep import Watching, is_own, keep
from bunsui_core.app.whose import owner_of, repaired_by
from bunsui_core.domain.advance import advance
from bunsui_core.domain.errors import NotAuthorised, NotFound
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.found import found_id, parent_named_in, with_input
from bunsui_core.domain.machine import ANY, ExecutionRow, Sighting
from bunsui_core.domain.session import JobStatus, Session
from bunsui_core.domain.starting import started_executions

SETTLE = timedelta(seconds=15)
"""How long after a start its parent's history may not tell of it yet, or not be listed."""

MOST_TRIES = 8
"""After so many tries in vain an execution is no longer tried to be read."""

MOST_HISTORIES = 500
"""How many histories of closed parents are kept in mind."""


class Parentage(NamedTuple):
    """Whose child an execution is; not `is_certain` while that may still show."""

    parent: str
    session_id: str
    is_certain: bool


class Parents:
    """Looks for the execution that started another one. Not thread-safe."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching
        self._closed: OrderedDict[tuple[str, int], frozenset[str]] = OrderedDict()

    def of(self, child: Sighting, text: str | None, now: datetime) -> Parentage:
        """Return whose child an execution of that input is. Raises: Unavailable."""
        named = parent_named_in(text)
        if named:
            return self._known(named, child, now)
        for parent in self._possible(child):
            if child.execution_arn in self._children(parent):
                if parent.session_id:
                    return Parentage(parent.execution_arn, parent.session_id, True)
                return Parentage("", "", False)
        return Parentage("", "", self._is_settled(child, now))

    def _known(self, named: str, child: Sighting, now: datetime) -> Parentage:
        parent = self._watching.sightings.known((named,)).get(named)
        if parent and parent.session_id:
            return Parentage(named, parent.session_id, True)
        # Named by an input, so believed only when it is met; else the child stands for itself.
        return Parentage("", "", parent is None and self._is_settled(child, now))

    def _possible(self, child: Sighting) -> list[Sighting]:
        return [
            parent
            for starter in self._starters(child)
            for parent in self._watching.sightings.around(starter, child.started_at)
            if parent.execution_arn != child.execution_arn
        ]

    def _starters(self, child: Sighting) -> list[str]:
        machines = self._watching.store.watches.machines()
        return [
            one.machine.arn for one in machines if child.machine in one.starts or ANY in one.starts
        ]

    def _is_settled(self, child: Sighting, now: datetime) -> bool:
        """Whether every machine that could have started it was read since."""
        if now - child.started_at < SETTLE:
            return False
        starters = set(self._starters(child))
        read = (
            one.read_at
            for one in self._watching.store.watches.machines()
            if one.machine.arn in starters and one.is_watched and not one.trouble
        )
        return all(at is not None and at >= child.started_at + SETTLE for at in read)

    def _children(self, parent: Sighting) -> frozenset[str]:
        key = (parent.execution_arn, parent.redrive_count)
        if key in self._closed:
            return self._closed[key]
        try:
            events = self._watching.seeing.executions.history(parent.execution_arn)
        except (NotFound, NotAuthorised):
            return frozenset()
        found = started_executions(events)
        if parent.stopped_at:
            self._closed[key] = found
            while len(self._closed) > MOST_HISTORIES:
                self._closed.popitem(last=False)
        return found


def read_execution(
    sighting: Sighting, watching: Watching, parents: Parents, now: datetime
) -> tuple[Session, Observation] | None:
    """Read an execution and store what it holds; the session when it is one that closed.

    Raises: Unavailable; NotAuthorised, after which it is tried again later.
    """
    try:
        found = watching.seeing.executions.describe(sighting.execution_arn)
    except NotFound:
        _put(sighting, watching, now, is_read=True)  # Step Functions forgot it: nothing to read
        return None
    except NotAuthorised:
        _adopt_unread(sighting, watching, now)
        raise
    owned = sighting if sighting.session_id else _owned(sighting, found, watching, parents, now)
    seen = owned.model_copy(
        update={
            "status": found.status,
            "redrive_count": max(found.redrive_count, owned.redrive_count),
            "stopped_at": found.stopped_at,
        }
    )
    if not seen.session_id:
        _put(seen, watching, now, is_read=False)
        return None
    session = None
    if is_own(seen):
        session = keep(seen.session_id, lambda s: _with(s, found, now), watching, _row(seen))
    _put(seen, watching, now, is_read=True)
    return (session, found) if session and found.stopped_at else None


def _with(session: Session, found: Observation, now: datetime) -> Session:
    return advance(with_input(session, found), (found,), now).session


def _owned(
    sighting: Sighting, found: Observation, watching: Watching, parents: Parents, now: datetime
) -> Sighting:
    owner = owner_of(_row(sighting), watching.store.sessions)
    if owner.session_id:
        return sighting.model_copy(update={"session_id": owner.session_id})
    parentage = parents.of(sighting, found.input, now)
    if not parentage.is_certain:
        return sighting
    session_id = parentage.session_id
    if not session_id:
        row, store = _row(sighting), watching.store
        session_id = repaired_by(row, found, store, now) or found_id(sighting.execution_arn)
    return sighting.model_copy(update={"session_id": session_id, "parent": parentage.parent})


def _adopt_unread(sighting: Sighting, watching: Watching, now: datetime) -> None:
    """An execution that may be listed and not described is a session all the same."""
    session_id = sighting.session_id or found_id(sighting.execution_arn)
    mine = sighting.model_copy(update={"session_id": session_id})
    if is_own(mine):
        keep(session_id, lambda session: session, watching, _row(mine))
    _put(mine, watching, now, is_read=sighting.tries + 1 >= MOST_TRIES)


def _put(sighting: Sighting, watching: Watching, now: datetime, is_read: bool) -> None:
    update = {"is_read": is_read, "read_at": now, "tries": 0 if is_read else sighting.tries + 1}
    watching.sightings.put((sighting.model_copy(update=update),))


def _row(sighting: Sighting) -> ExecutionRow:
    return ExecutionRow(
        execution_arn=sighting.execution_arn,
        machine=sighting.machine,
        status=sighting.status,
        started_at=sighting.started_at,
        stopped_at=sighting.stopped_at,
        redrive_count=sighting.redrive_count,
    )


def is_running(sighting: Sighting) -> bool:
    """Whether an execution was running when it was last seen."""
    return sighting.status is JobStatus.RUNNING
