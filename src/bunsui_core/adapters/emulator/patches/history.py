"""The history of an execution, event by event, in the shape that Step Functions records.

Each event names the one that led to it (`previousEventId`, 0 for the first state), payloads say
whether they were truncated, and nothing is added to an execution that is closed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.domain.value import Json

Document = dict[str, Json]


class Closed(Exception):
    """The execution was stopped or taken over while this thread was working on it."""


@dataclass(frozen=True)
class _Walk:
    """One pass over an execution: from its start, or from one of its redrives."""

    redrive_count: int
    last_event: int


# A branch of Parallel or Map runs in a copy of its parent's context, so it has its own chain.
_walk: ContextVar[_Walk | None] = ContextVar("bunsui_walk", default=None)
_lock = threading.Lock()
_listeners: list[Callable[[], None]] = []


def begin(execution: Document, last_event: int) -> None:
    """Start the chain of events of this thread after the given event id."""
    _walk.set(_Walk(redrive_count(execution), last_event))


def redrive_count(execution: Document) -> int:
    """Return how often the execution was redriven."""
    count = execution.get("redriveCount", 0)
    return count if isinstance(count, int) else 0


def is_open(execution: Document) -> bool:
    """Tell whether this thread may still move the execution."""
    walk = _walk.get()
    ours = walk is None or walk.redrive_count == redrive_count(execution)
    return ours and execution["status"] == "RUNNING"


def add_event(execution: Document, event_type: str, details: Document | None = None) -> Document:
    """Append one event to the history and return it.

    Raises:
        Closed: the execution is closed, or was redriven by somebody else.
    """
    walk = _walk.get()
    if not event_type.startswith("Execution") and not is_open(execution):
        raise Closed
    with _lock:
        events = execution["events"]
        assert isinstance(events, list)
        event: Document = {
            "id": len(events) + 1,
            "previousEventId": walk.last_event if walk else 0,
            "type": event_type,
            "timestamp": sf.now_iso(),
            **_with_truncation(details or {}),
        }
        events.append(event)
        if walk:
            _walk.set(_Walk(walk.redrive_count, len(events)))
    for heard in _listeners:
        heard()
    return event


def complete_first_event(execution: Document) -> None:
    """Give the ExecutionStarted event, which MiniStack writes itself, the fields it lacks."""
    events = execution["events"]
    assert isinstance(events, list)
    first = events[0]
    assert isinstance(first, dict)
    first.setdefault("previousEventId", 0)
    first.update(_with_truncation(first))


def _with_truncation(details: Document) -> Document:
    return {name: _payload_details(value) for name, value in details.items()}


def _payload_details(value: Json) -> Json:
    if not isinstance(value, dict):
        return value
    added: Document = {
        f"{payload}Details": {"truncated": False}
        for payload in ("input", "output")
        if payload in value
    }
    return {**value, **added}


def install(heard: Callable[[], None]) -> None:
    """Record histories as AWS does, and call `heard` after each event."""
    anchor.require(sf._add_event, "b1db143ccd21809d")
    anchor.require(sf._emit_execution_status_event, "9c89e45693e353eb")
    emit = sf._emit_execution_status_event

    def emit_status(execution: Document) -> None:
        complete_first_event(execution)
        emit(execution)

    _listeners.append(heard)
    sf._add_event = add_event
    sf._emit_execution_status_event = emit_status
