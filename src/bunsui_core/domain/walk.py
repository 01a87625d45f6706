"""The states that a machine will, and may, run from one of them on, and those that it ran."""

from __future__ import annotations

from typing import NamedTuple

from bunsui_core.domain.asl import (
    Asl,
    all_inside,
    catchers,
    ends_here,
    graph_of,
    inside,
    read_asl,
    start_of,
    states_of,
    type_of,
)
from bunsui_core.domain.door import OWN, beginning, require_top_level
from bunsui_core.domain.failure import HistoryEvent
from bunsui_core.domain.routes import reachable, unavoidable
from bunsui_core.domain.trace import scopes


class Paths(NamedTuple):
    """What runs: the states on every way to a success, and those on some way only."""

    certain: tuple[str, ...]
    possible: tuple[str, ...]


def paths_from(definition: str, state: str = "", *, redriven: bool = False) -> Paths:
    """Return what runs from a top-level state on; without a state, from the beginning.

    A state is certain when no execution can succeed without it: neither a Choice nor a Catch leads
    around it. What is in a Map is possible only, for it may have nothing to do; so is what is in a
    state whose failure is caught, and in the Parallel state at which a redrive goes on, for it runs
    what had failed. Of a machine that carries a BunsuiEntry state, that state is not told.
    Raises: BadInput, Refused when there is no such top-level state.
    """
    machine = read_asl(definition)
    begin = state or beginning(machine)
    require_top_level(machine, begin)
    ways = _ways(machine, begin)
    first = states_of(machine)[begin]
    if not redriven or type_of(first) != "Parallel":
        return ways
    loose = {name for name, _ in all_inside(first)}
    certain = tuple(name for name in ways.certain if name not in loose)
    return _told(certain, (*ways.certain, *ways.possible))


def states_run(events: tuple[HistoryEvent, ...], since: int = 0) -> tuple[str, ...]:
    """Return the states that an execution ran, each once; `since` leaves out what came before.

    `since` is the id of the last event before a redrive: the states that were open then and went
    on without being entered again ran as well.
    """
    seen = scopes(events)
    found: dict[str, None] = {}
    for event in events:
        if event.id <= since:
            continue
        if event.type.endswith("StateEntered"):
            found[event.name] = None
        elif event.type.endswith(("Scheduled", "StateStarted", "StateExited")):
            found.update(dict.fromkeys(frame.name for frame in seen[event.id]))
    return tuple(name for name in found if name not in OWN)


def _ways(machine: Asl, begin: str) -> Paths:
    """What runs in a machine, or in a branch, from one of its states on."""
    states, graph = states_of(machine), graph_of(machine)
    ahead = reachable(graph, begin)
    sure = unavoidable(graph, begin, _goals(states, ahead)) | {begin}
    certain: list[str] = []
    possible: list[str] = []
    for name in ahead:
        inner = _inner(states[name])
        certain += (name, *inner.certain) if name in sure else ()
        possible += inner.possible if name in sure else (name, *inner.certain, *inner.possible)
    return _told(tuple(certain), tuple(possible))


def _goals(states: dict[str, Asl], ahead: tuple[str, ...]) -> set[str]:
    """Where a success ends; where none can, every end."""
    ends = {name for name in ahead if ends_here(states[name])}
    return {name for name in ends if type_of(states[name]) != "Fail"} or ends


def _inner(state: Asl) -> Paths:
    """What runs inside a state; nothing is sure where its failure is caught, and all goes on."""
    if type_of(state) == "Map" or catchers(state):
        return Paths((), tuple(name for name, _ in all_inside(state)))
    branches = [_ways(branch, start_of(branch)) for branch in inside(state)]
    certain = tuple(name for ways in branches for name in ways.certain)
    return Paths(certain, tuple(name for ways in branches for name in ways.possible))


def _told(certain: tuple[str, ...], possible: tuple[str, ...]) -> Paths:
    known = dict.fromkeys(certain)
    return Paths(tuple(known), tuple(dict.fromkeys(n for n in possible if n not in known)))
