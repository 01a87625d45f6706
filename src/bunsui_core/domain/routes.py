"""Routes through a graph: what can be come to, and what every way to a goal leads through."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import TypeAlias

Graph: TypeAlias = Mapping[str, tuple[str, ...]]
"""Each node with those that may come right after it."""

_GOAL = ""
"""Stands behind every goal; no state has an empty name."""


def reachable(graph: Graph, begin: str) -> tuple[str, ...]:
    """Return the nodes that can be come to from one on, itself first, nearest first."""
    return tuple(_origins(graph, begin))


def unavoidable(graph: Graph, begin: str, goals: Iterable[str]) -> frozenset[str]:
    """Return the nodes that every way from one to any of the goals leads through.

    One pass along one way: a node of it is avoidable when what was explored before it leads past
    it. Without a way to a goal there are none.
    """
    wide = {**graph, **{goal: (*graph[goal], _GOAL) for goal in goals}}
    way = _way(wide, begin)
    place = {name: number for number, name in enumerate(way)}
    seen: set[str] = set()
    found: list[str] = []
    furthest = 0
    for number, name in enumerate(way):
        if furthest <= number:
            found.append(name)
        waiting = [name]
        while waiting:
            for ahead in wide.get(waiting.pop(), ()):
                if ahead in place:
                    furthest = max(furthest, place[ahead])
                elif ahead not in seen:
                    seen.add(ahead)
                    waiting.append(ahead)
    return frozenset(found) - {_GOAL}


def gathered(graph: Graph, given: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Return for each node what the nodes give from which it can be come to."""
    found: dict[str, frozenset[str]] = {name: frozenset() for name in graph}
    waiting = deque(graph)
    while waiting:
        name = waiting.popleft()
        passed = found[name] | given[name]
        for ahead in graph[name]:
            if not passed <= found[ahead]:
                found[ahead] |= passed
                waiting.append(ahead)
    return found


def _way(graph: Graph, begin: str) -> tuple[str, ...]:
    """A shortest way to the goal, with it; empty when there is none."""
    origins = _origins(graph, begin)
    if _GOAL not in origins:
        return ()
    way = [_GOAL]
    while way[-1] != begin:
        way.append(origins[way[-1]])
    return tuple(reversed(way))


def _origins(graph: Graph, begin: str) -> dict[str, str]:
    """Each node that can be come to, nearest first, with the one from which it was."""
    origins = {begin: begin}
    waiting = deque(origins)
    while waiting:
        name = waiting.popleft()
        new = [ahead for ahead in graph.get(name, ()) if ahead not in origins]
        origins.update(dict.fromkeys(new, name))
        waiting.extend(dict.fromkeys(new))
    return origins
