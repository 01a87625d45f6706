"""Which states are open at each event of a history, found by following `previous_id`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bunsui_core.domain.failure import HistoryEvent

CONTAINERS = ("Map", "Parallel")
_PASSED_ON = frozenset({"MapStateFailed", "ParallelStateFailed"})


@dataclass(frozen=True)
class Frame:
    """A state that was entered and not left; `index` is the iteration of a Map."""

    name: str
    type: str
    entered: HistoryEvent
    index: int | None = None

    @property
    def label(self) -> str:
        """The state's name, with the iteration of a Map: `Load[4]`."""
        return self.name if self.index is None else f"{self.name}[{self.index}]"


Scope = tuple[Frame, ...]
"""The open states at an event, outermost first."""


def labels(scope: Scope) -> tuple[str, ...]:
    """Return the path of a scope, outermost first: `Each[4]`, `Load`."""
    return tuple(frame.label for frame in scope)


def scopes(events: tuple[HistoryEvent, ...]) -> Mapping[int, Scope]:
    """Return the scope right after each event, by event id."""
    by_id = {event.id: event for event in events}
    found: dict[int, Scope] = {}
    broken: Scope = ()
    for event in events:
        before = found.get(event.previous_id, ())
        if event.type == "ExecutionRedriven":
            before = broken
        found[event.id] = after(event, before)
        if event.type == "ExecutionFailed":
            broken = _innermost(event, by_id, found)
    return found


def after(event: HistoryEvent, before: Scope) -> Scope:
    """Return the scope after an event that happened in a scope.

    State names are unique in a machine, so a name that is entered again closes what it held.
    """
    kind = event.type
    if kind.endswith("StateEntered"):
        return (*_up_to(before, event.name), Frame(event.name, state_type(kind), event))
    if kind.endswith("StateExited"):
        return _up_to(before, event.name)
    if kind == "MapIterationStarted":
        return _iteration(before, event)
    for container in CONTAINERS:
        if kind == f"{container}StateStarted":  # also how a Retry of the whole container shows
            return _reopened(before, container)
        if kind in {f"{container}StateFailed", f"{container}StateAborted"}:
            return _reopened(before, container)[:-1]
    return before


def state_type(event_type: str) -> str:
    """Return the type of state an event's type names: `Task` for `TaskStateEntered`."""
    return event_type.removesuffix("StateEntered")


def _up_to(scope: Scope, name: str) -> Scope:
    at = next((i for i, frame in enumerate(scope) if frame.name == name), len(scope))
    return scope[:at]


def _last(scope: Scope, kind: str, name: str = "") -> int:
    places = (i for i, f in enumerate(scope) if f.type == kind and name in {"", f.name})
    return max(places, default=-1)


def _reopened(scope: Scope, kind: str) -> Scope:
    at = _last(scope, kind)
    return scope if at < 0 else (*scope[:at], replace(scope[at], index=None))


def _iteration(scope: Scope, event: HistoryEvent) -> Scope:
    at = _last(scope, "Map", event.name)
    return scope if at < 0 else (*scope[:at], replace(scope[at], index=event.index))


def _innermost(
    end: HistoryEvent, by_id: Mapping[int, HistoryEvent], found: Mapping[int, Scope]
) -> Scope:
    """The scope in which an execution broke, which is where a redrive goes on."""
    event = by_id.get(end.previous_id)
    while event and event.type in _PASSED_ON and event.previous_id < event.id:
        event = by_id.get(event.previous_id)
    return found.get(event.id, ()) if event else ()
