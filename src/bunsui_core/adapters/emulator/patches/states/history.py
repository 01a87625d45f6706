"""The history of an execution, event by event, in the shape that Step Functions records.

Each event names the one that led to it (`previousEventId`, 0 for the first state), payloads say
whether they were truncated, and nothing is added to an execution that is closed.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states import waiting
from bunsui_core.adapters.emulator.patches.states.strand import Strand
from bunsui_core.domain.value import Json

Document = dict[str, Json]

# Nothing in the history leads to these.
_FROM_OUTSIDE = ("ExecutionAborted", "ExecutionTimedOut")


class Closed(Exception):
    """The execution, or this branch of it, was closed while this thread was working on it."""


# The line of events that this thread continues; a branch sets one of its own.
_strand: ContextVar[Strand | None] = ContextVar("bunsui_strand", default=None)
_lock = threading.Lock()
_listeners: list[Callable[[], None]] = []


def text(value: Json) -> str:
    """Write a payload as AWS records it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def begin(execution: Document, last_event: int) -> Strand:
    """Start the line of events of this thread after the given event id."""
    strand = Strand(execution, redrive_count(execution), last_event)
    _strand.set(strand)
    return strand


def follow(strand: Strand | None) -> None:
    """Let this thread continue another line of events, or none."""
    _strand.set(strand)


def outside() -> Context:
    """Return this thread's account and region without the execution that it walks."""
    context = copy_context()
    context.run(_strand.set, None)
    return context


def strand_of(execution: Document) -> Strand | None:
    """Return the line of events of the execution that this thread continues."""
    strand = _strand.get()
    return strand if strand and strand.execution is execution else None


def strand() -> Strand | None:
    """Return the line of events that this thread continues."""
    return _strand.get()


def redrive_count(execution: Document) -> int:
    """Return how often the execution was redriven."""
    count = execution.get("redriveCount", 0)
    return count if isinstance(count, int) else 0


def is_open(execution: Document) -> bool:
    """Tell whether this thread may still move the execution."""
    ours = strand_of(execution)
    return ours.is_open if ours else execution["status"] == "RUNNING"


def add_event(execution: Document, event_type: str, details: Document | None = None) -> Document:
    """Append one event to the history and return it.

    Raises:
        Closed: the execution is closed, or was redriven by somebody else.
    """
    ours = strand_of(execution)
    ends = event_type.startswith("Execution")
    with _lock:
        if not ends and not is_open(execution):
            raise Closed
        event = _append(execution, event_type, details or {}, ours.last_event if ours else 0)
        if ours:
            ours.last_event = number_of(event)
    _heard(execution, ends)
    return event


def note(strand: Strand, event_type: str, details: Document | None = None) -> int:
    """Append an event beside the line of events: the next one does not name it; return its id.

    Raises:
        Closed: the execution is closed, or was redriven by somebody else.
    """
    with _lock:
        if not strand.is_open:
            raise Closed
        event = _append(strand.execution, event_type, details or {}, strand.last_event)
    _heard(strand.execution, False)
    return number_of(event)


def close(execution: Document, event_type: str, details: Document, **changes: Json) -> bool:
    """End an open execution with its last event; tell whether this call did it."""
    with _lock:
        if not is_open(execution):
            return False
        ours = None if event_type in _FROM_OUTSIDE else strand_of(execution)
        key = f"{event_type[0].lower()}{event_type[1:]}EventDetails"
        _append(execution, event_type, {key: details}, ours.last_event if ours else 0)
        # In one step and last: who sees the new status sees all that belongs to it.
        execution.update({**changes, "stopDate": sf.now_iso()})
    _heard(execution, True)
    sf._emit_execution_status_event(execution)
    return True


def _append(execution: Document, event_type: str, details: Document, previous: int) -> Document:
    events = execution["events"]
    assert isinstance(events, list)
    event: Document = {
        "id": len(events) + 1,
        "previousEventId": previous,
        "type": event_type,
        "timestamp": sf.now_iso(),
        **_with_truncation(details),
    }
    events.append(event)
    return event


def number_of(event: Document) -> int:
    """Return the id of an event."""
    number = event["id"]
    assert isinstance(number, int)
    return number


def _heard(execution: Document, has_ended: bool) -> None:
    if has_ended:
        waiting.announce(str(execution["executionArn"]))
    for heard in _listeners:
        heard()


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
        for payload in ("input", "output", "assignedVariables")
        if payload in value
    }
    return {**value, **added}


def install(heard: Callable[[], None]) -> None:
    """Record histories as AWS does, and call `heard` after each event."""
    anchor.require(sf._add_event, "b1db143ccd21809d")
    _listeners.append(heard)
    sf._add_event = add_event
