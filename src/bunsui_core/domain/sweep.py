"""In which order machines are read, how often, and what may be promised of it.

A call to ListExecutions is the scarce thing: two a second in most regions, for every machine of an
account. Every second turn goes to the machine that was read longest ago, whatever it is, so no
machine waits longer than two turns for each machine there is; that is what is promised. The turns
between are for machines in which something happens. Nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil

from bunsui_core.domain.machine import ExecutionRow, Sighting, WatchedMachine
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.value import Instant

ACTIVE = timedelta(hours=1)
"""A machine in which nothing began or ended for so long waits for its ordinary turn."""

HOT_EVERY = timedelta(seconds=2)
"""The shortest time between two reads of a machine in which something just happened."""

HOT_TIMES = 50
"""How many times as often as all machines in turn one of them is read at most."""

COLD_EVERY = timedelta(seconds=30)
"""The time between two reads of a machine in which nothing happens, where turns are plenty."""

SLACK = timedelta(seconds=15)
"""What a round may take longer: the call, its repetition, and a list that lags behind."""

LOOK_BACK = timedelta(days=7)
"""How far before the first look executions are taken in."""

REDRIVABLE = timedelta(days=14)
"""How long after its end an execution can be redriven (API_RedriveExecution)."""

REDRIVEN_EVERY = timedelta(seconds=1)
"""The time between two looks at closed executions that somebody may have redriven."""

HEARD_WITHIN = timedelta(seconds=60)
"""How old what events tell may be."""


def is_hot(machine: WatchedMachine, now: Instant) -> bool:
    """Whether something happens in a machine: it runs, failed last, or was active lately."""
    if machine.running or machine.last_status in _UNSETTLED:
        return True
    return machine.active_at is not None and now - machine.active_at <= ACTIVE


def next_machine(
    machines: Sequence[WatchedMachine], turn: int, calls_per_second: float, now: Instant
) -> WatchedMachine | None:
    """Return the machine to read in this turn, or none when all were read a moment ago."""
    lap = timedelta(seconds=len(machines) / calls_per_second)
    watched = [one for one in machines if not one.why_not]
    oldest = min(watched, key=_read_at, default=None)
    if turn % 2 == 0 and oldest and now - _read_at(oldest) >= COLD_EVERY:
        return oldest
    hot = [one for one in watched if is_hot(one, now) and _is_due_as_hot(one, lap, now)]
    if hot:
        return max(hot, key=lambda one: _urgency(one, now))
    return oldest if oldest and now - _read_at(oldest) >= COLD_EVERY else None


def swept_within(machines: int, calls_per_second: float) -> timedelta:
    """Return how long a machine may go unread when so many are read at that rate."""
    turns = timedelta(seconds=ceil(2 * machines / calls_per_second))
    return max(turns, COLD_EVERY) + SLACK


def oldest_read(machines: Iterable[WatchedMachine]) -> Instant | None:
    """Return the moment since which every watched machine was read; none before all were."""
    moments = [one.read_at for one in machines if one.is_watched]
    read = [at for at in moments if at]
    return min(read, default=None) if len(read) == len(moments) else None


def is_news(row: ExecutionRow, known: Sighting | None) -> bool:
    """Whether a row tells something that is not known: a closed execution is not read twice."""
    if known is None or row.redrive_count > known.redrive_count:
        return True
    return row.redrive_count == known.redrive_count and row.status is not known.status


def may_lag(row: ExecutionRow, known: Sighting) -> bool:
    """Whether a row says of a closed execution that it runs: the list is late, or it was redriven.

    ListExecutions is eventually consistent; only the execution itself tells.
    """
    same = row.redrive_count == known.redrive_count
    return same and row.status is JobStatus.RUNNING and known.status is not JobStatus.RUNNING


def after_reading(
    machine: WatchedMachine, rows: Sequence[ExecutionRow], now: Instant
) -> WatchedMachine:
    """Return what is known of a machine after its newest executions were listed."""
    moments = [at for row in rows for at in (row.started_at, row.stopped_at) if at]
    active = [*moments, *([machine.active_at] if machine.active_at else [])]
    return machine.model_copy(
        update={
            "read_at": now,
            "active_at": max(active, default=None),
            "running": sum(row.status is JobStatus.RUNNING for row in rows),
            "last_status": rows[0].status if rows else machine.last_status,
            "trouble": "",
        }
    )


def follow_every(age: timedelta) -> timedelta:
    """Return how often a running execution of an age is asked how it stands."""
    return min(max(age / 10, timedelta(seconds=2)), timedelta(seconds=30))


def is_to_follow(sighting: Sighting, now: Instant) -> bool:
    """Whether it is time to ask a running execution how it stands."""
    return now - sighting.read_at >= follow_every(now - sighting.started_at)


def is_to_try(sighting: Sighting, now: Instant) -> bool:
    """Whether it is time to read an execution, the first time or after that failed."""
    if not sighting.tries:
        return True
    wait = timedelta(seconds=min(5 * 2 ** (sighting.tries - 1), 300))
    return now - sighting.read_at >= wait


def is_to_look_at_again(sighting: Sighting, now: Instant) -> bool:
    """Whether it is time to see if somebody redrove a closed execution."""
    return sighting.is_read and now - sighting.read_at >= COLD_EVERY


def redriven_within(closed: int) -> timedelta:
    """Return how long a redrive of one of so many closed executions may go unseen."""
    return max(closed * REDRIVEN_EVERY, COLD_EVERY) + SLACK


def _is_due_as_hot(machine: WatchedMachine, lap: timedelta, now: Instant) -> bool:
    """Whether it is time again; the longer ago something happened, the calmer."""
    calm = min(_idle(machine, now) / 20, COLD_EVERY)
    return now - _read_at(machine) >= max(HOT_EVERY, lap / HOT_TIMES, calm)


def _idle(machine: WatchedMachine, now: Instant) -> timedelta:
    return now - (machine.active_at or _NEVER)


def _urgency(machine: WatchedMachine, now: Instant) -> float:
    """How long a machine waits, beside how long nothing happened in it."""
    return (now - _read_at(machine)) / (min(_idle(machine, now), ACTIVE) + _BRIEF)


def _read_at(machine: WatchedMachine) -> Instant:
    return machine.read_at or _NEVER


SURVEY_EVERY = timedelta(seconds=60)
"""How often the list of machines is read anew."""

LEARN_EVERY = timedelta(hours=1)
"""How often the definition of a machine is looked at for machines that it starts."""

SOME = 50
"""How many definitions are looked at again at a time."""

REPORT_EVERY = timedelta(seconds=2)
"""How often what was measured is stored."""

COUNT_EVERY = timedelta(seconds=30)
"""How often closed executions that may be redriven are counted."""

MOST_COUNTED = 20_000
"""How many of them are counted at most."""

MOST_UNREAD = 1_000
"""How many executions that are still to be read are counted at most."""

_BRIEF = timedelta(seconds=30)

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_UNSETTLED = frozenset({JobStatus.FAILED, JobStatus.TIMED_OUT})
