"""Take in what a queue of status events tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bunsui_core.app.sweep import Watching, meet
from bunsui_core.domain.heard import Told
from bunsui_core.domain.machine import ExecutionRow, WatchedMachine
from bunsui_core.ports.machines import Events


class Hearing(NamedTuple):
    """What one look into the queue brought; `lag` is how late the latest message was."""

    messages: int
    strangers: int
    lag: timedelta | None
    is_drained: bool


FULL = 10
"""A queue that gave so many messages at once may hold more: the most that SQS gives."""


CLOCKS_APART = timedelta(hours=1)
"""How far ahead the clock of a machine that started may be, at most."""


def hear(
    queue: Events,
    watching: Watching,
    surveyed_at: datetime | None,
    clock: Callable[[], datetime],
) -> Hearing:
    """Take in what the queue tells and remove it there.

    What tells of a machine that is too new to be known stays in the queue, which tells it again.
    Raises: NotFound, NotAuthorised, Unavailable.
    """
    told = queue.receive()
    known = {one.machine.arn: one for one in watching.store.watches.machines()}
    now = clock()
    since = surveyed_at or datetime.min.replace(tzinfo=UTC)
    later = tuple(
        one
        for one in told
        if one.row and _is_early(one.row, known, _is_new(one.row, watching, since, now))
    )
    done = tuple(one for one in told if one not in later)
    rows = {
        (one.row.execution_arn, one.row.redrive_count, one.row.status): one.row
        for one in done
        if one.row and one.row.machine in known and known[one.row.machine].is_watched
    }
    for row in sorted(rows.values(), key=_order):
        meet((row,), watching, now)
    if done:
        queue.done(done)
    return Hearing(len(told), len(later), _lag(done, now), len(told) < FULL)


def _is_early(row: ExecutionRow, known: Mapping[str, WatchedMachine], may_be_new: bool) -> bool:
    """Whether its machine is not known yet, or not yet which machines that one starts."""
    machine = known.get(row.machine)
    return may_be_new if machine is None else machine.is_watched and machine.defined_at is None


def _is_new(row: ExecutionRow, watching: Watching, since: datetime, now: datetime) -> bool:
    """Whether its machine may be one that the next survey finds; those of elsewhere never are."""
    here = f":states:{watching.place.region}:{watching.place.account}:"
    return here in row.machine and since <= row.started_at <= now + CLOCKS_APART


def _order(row: ExecutionRow) -> tuple[datetime, int, bool]:
    """Events come in any order; what an execution is at last is taken in last."""
    return row.started_at, row.redrive_count, row.stopped_at is not None


def _lag(told: tuple[Told, ...], now: datetime) -> timedelta | None:
    return max((now - one.told_at for one in told if one.told_at), default=None)
