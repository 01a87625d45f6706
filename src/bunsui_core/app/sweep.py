"""Find executions that nobody started through bunsui, by listing one machine after another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bunsui_core.app.whose import owner_of, repairable
from bunsui_core.domain.errors import Conflict, NotAuthorised, NotFound
from bunsui_core.domain.found import (
    found_id,
    found_session,
    is_found_id,
    with_row,
)
from bunsui_core.domain.machine import (
    ANY,
    ExecutionRow,
    Machine,
    MachineKind,
    Sighting,
    WatchedMachine,
)
from bunsui_core.domain.plan import Place
from bunsui_core.domain.selection import Selection
from bunsui_core.domain.session import Session
from bunsui_core.domain.starting import started_machines
from bunsui_core.domain.sweep import LOOK_BACK, after_reading, is_news, may_lag
from bunsui_core.ports.machines import Machines
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store
from bunsui_core.ports.watch import Sightings

FIRST_PAGE = 100
"""Executions asked for of a machine; most of the time none or few of them are new."""

NEXT_PAGE = 1000
"""Executions asked for where more are new than a first page holds: the most there may be."""

MOST_PAGES = 10
"""Pages of one machine in one turn; what is older than they reach is said not to be read."""

TRIES = 8
"""How often a session is stored again when another writer was faster."""

EXPRESS = "an Express workflow: Step Functions lists no executions of it and tells no status"
"""Why an Express machine is not watched."""

UNDECIDED = "its tags, which decide, are not read yet"
"""Why a machine is not watched before its turn to be looked at came."""

MOST_TAGS = 20
"""How many machines' tags are read in one survey: AWS refills one call a second."""

LEFT_OUT = "left out by include or exclude of this environment in bunsui.toml"
"""Why a machine is not watched although it could be."""


@dataclass(frozen=True)
class Watching:
    """What watching needs to see and to remember."""

    store: Store
    sightings: Sightings
    machines: Machines
    seeing: Seeing
    place: Place
    selection: Selection


@dataclass(frozen=True)
class Turn:
    """What one turn did: the machine as it is known now, none when it is gone, and the calls."""

    machine: WatchedMachine | None
    calls: int
    news: int


def survey(watching: Watching, now: datetime) -> tuple[WatchedMachine, ...]:
    """Bring the list of machines up to date and return it.

    Raises: NotAuthorised, Unavailable.
    """
    watches = watching.store.watches
    known = {one.machine.arn: one for one in watches.machines()}
    found = watching.machines.all()
    gone = known.keys() - {machine.arn for machine in found}
    watches.forget(tuple(sorted(gone)))
    chosen_by = _chosen_by(watching.selection, now)
    left = MOST_TAGS
    changed = []
    for machine in found:
        before = known.get(machine.arn) or WatchedMachine(
            machine=machine, since=now - LOOK_BACK, why_not=UNDECIDED
        )
        if (before.machine, before.chosen_by) == (machine, chosen_by) and not is_undecided(before):
            continue
        asks = watching.selection.needs_tags and machine.kind is MachineKind.STANDARD
        update: dict[str, object] = {"machine": machine}
        if left or not asks:
            update |= {"why_not": _why_not(machine, watching), "chosen_by": chosen_by}
            left -= asks
        changed.append(before.model_copy(update=update))
    watches.put_machines(tuple(changed))
    return watches.machines()


def is_undecided(machine: WatchedMachine) -> bool:
    """Whether it is still to be read if a machine is watched."""
    return machine.why_not == UNDECIDED


def _chosen_by(selection: Selection, now: datetime) -> str:
    """What the choice depends on; tags are read once a day, for each machine costs a call."""
    if not (selection.include or selection.exclude):
        return ""
    words = " ".join((*selection.include, "but not", *selection.exclude))
    return f"{words} {now:%Y-%m-%d}" if selection.needs_tags else words


def _why_not(machine: Machine, watching: Watching) -> str:
    if machine.kind is MachineKind.EXPRESS:
        return EXPRESS
    tags = {}
    if watching.selection.needs_tags:
        try:
            tags = dict(watching.machines.tags(machine.arn))
        except (NotAuthorised, NotFound) as error:
            return f"its tags cannot be read, and they decide: {error.message}"
    return "" if watching.selection.watches(machine.name, tags) else LEFT_OUT


def learn_starts(machine: WatchedMachine, watching: Watching, now: datetime) -> WatchedMachine:
    """Read which machines a machine starts, so that their executions are known as its children.

    A definition that may not be read names none. Raises: Unavailable.
    """
    try:
        starts = started_machines(watching.machines.definition(machine.machine.arn))
    except (NotAuthorised, NotFound):
        starts = machine.starts
    return machine.model_copy(update={"starts": starts, "defined_at": now})


def read_machine(machine: WatchedMachine, watching: Watching, now: datetime) -> Turn:
    """List what is new in a machine and take it in; one that is gone is forgotten.

    Raises: Unavailable; then nothing of it was taken in.
    """
    watches = watching.store.watches
    try:
        rows, calls, cut = _newest(machine, watching)
    except NotFound:
        watches.forget((machine.machine.arn,))
        return Turn(None, 1, 0)
    except NotAuthorised as error:
        return Turn(failing(machine, error.message, watching, now), 1, 0)
    news = meet(rows, watching, now)
    read = after_reading(machine, rows, now)
    if cut:
        read = read.model_copy(update={"since": rows[-1].started_at})
    watches.put_machines((read,))
    return Turn(read, calls, news)


def failing(machine: WatchedMachine, why: str, watching: Watching, now: datetime) -> WatchedMachine:
    """Note why a machine could not be read in its turn, and return it."""
    noted = machine.model_copy(update={"trouble": why, "read_at": now})
    watching.store.watches.put_machines((noted,))
    return noted


def _newest(
    machine: WatchedMachine, watching: Watching
) -> tuple[tuple[ExecutionRow, ...], int, bool]:
    """Return rows down to one that is known, the calls it took, and whether older ones remain."""
    rows: list[ExecutionRow] = []
    token = ""
    for calls in range(1, MOST_PAGES + 1):
        limit = NEXT_PAGE if token else FIRST_PAGE
        page = watching.machines.executions(machine.machine.arn, limit, token)
        recent = [row for row in page.rows if row.started_at >= machine.since]
        rows += recent
        token = page.next_token
        known = watching.sightings.known(tuple(row.execution_arn for row in recent))
        if known or not token or len(recent) < len(page.rows):
            return tuple(rows), calls, False
    return tuple(rows), MOST_PAGES, True


def meet(rows: Iterable[ExecutionRow], watching: Watching, now: datetime) -> int:
    """Take in executions, oldest first, and return how many told something new.

    Whatever is known was met after everything older, so reading may stop at the first known one.
    """
    ordered = sorted(rows, key=lambda row: row.started_at)
    known = watching.sightings.known(tuple(row.execution_arn for row in ordered))
    news = [row for row in ordered if is_news(row, known.get(row.execution_arn))]
    targets = _targets(watching) if news else frozenset()
    met = []
    for row in news:
        before = known.get(row.execution_arn)
        if before and may_lag(row, before):
            met.append(before.model_copy(update={"is_read": bool(before.parent)}))
            continue
        session_id = before.session_id if before else _whose(row, targets, watching)
        met.append(_sighted(row, session_id, before, now))
        if is_own(met[-1]):
            keep(session_id, partial(with_row, row=row), watching, row)
    watching.sightings.put(tuple(met))
    return len(met)


def is_own(sighting: Sighting) -> bool:
    """Whether an execution makes up a session that was found, and not a part of another."""
    return is_found_id(sighting.session_id) and not sighting.parent


def keep(
    session_id: str,
    change: Callable[[Session], Session],
    watching: Watching,
    row: ExecutionRow | None = None,
) -> Session:
    """Store a change to a session, however many others store one; with a `row`, make the session.

    Raises: NotFound, Conflict.
    """
    sessions = watching.store.sessions
    for _ in range(TRIES):
        try:
            before = sessions.get(session_id)
        except NotFound:
            if row is None:
                raise
            before = found_session(row, watching.place)
        after = change(before)
        if after == before and before.version:
            return before
        try:
            return sessions.save(after)
        except Conflict:
            continue
    raise Conflict(f"session {session_id} changes too fast to be stored.", "Try again.")


def _targets(watching: Watching) -> frozenset[str]:
    """The machines whose executions may be part of another session, which only reading tells."""
    started = {arn for one in watching.store.watches.machines() for arn in one.starts}
    return frozenset(started | repairable(watching.store))


def _whose(row: ExecutionRow, targets: frozenset[str], watching: Watching) -> str:
    """Return the session an execution belongs to; nothing when its parent must be looked for."""
    owner = owner_of(row, watching.store.sessions)
    if owner.session_id:
        return owner.session_id
    if owner.may_show or row.machine in targets or ANY in targets:
        return ""
    return found_id(row.execution_arn)


def _sighted(
    row: ExecutionRow, session_id: str, before: Sighting | None, now: datetime
) -> Sighting:
    ours = bool(session_id) and not is_found_id(session_id)
    return Sighting(
        execution_arn=row.execution_arn,
        machine=row.machine,
        session_id=session_id,
        status=row.status,
        redrive_count=row.redrive_count,
        started_at=row.started_at,
        stopped_at=row.stopped_at,
        read_at=now,
        parent=before.parent if before else "",
        is_read=ours or bool(before and before.parent),
    )
