"""Which machines a definition starts executions of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bunsui_core.domain.failure import HistoryEvent
from bunsui_core.domain.machine import ANY
from bunsui_core.domain.value import Json, read_json

_STARTS = ("states:startExecution", "aws-sdk:sfn:startExecution", "aws-sdk:sfn:startSyncExecution")


def started_machines(definition: str) -> tuple[str, ...]:
    """Return the ARNs of the machines that a definition starts, sorted, each once.

    `ANY` stands among them when only the running execution knows which one.
    """
    try:
        document: Json = read_json(definition)
    except ValueError:
        return ()
    return tuple(sorted(set(_targets(document))))


def _targets(node: Json) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _targets(one)
        return
    if not isinstance(node, dict):
        return
    resource = node.get("Resource")
    if isinstance(resource, str) and any(word in resource for word in _STARTS):
        yield _target(node)
    for value in node.values():
        yield from _targets(value)


def _target(state: dict[str, Json]) -> str:
    given = state.get("Parameters") or state.get("Arguments")
    named = given.get("StateMachineArn") if isinstance(given, dict) else None
    is_plain = isinstance(named, str) and named.startswith("arn:")
    return str(named) if is_plain else ANY


def started_executions(events: Iterable[HistoryEvent]) -> frozenset[str]:
    """Return the ARNs of the executions that a history says it started."""
    return frozenset(arn for event in events if (arn := _started(event)))


def _started(event: HistoryEvent) -> str:
    """The answer to the start is the output of TaskSubmitted, or of TaskSucceeded."""
    is_answer = event.type in _ANSWERS and "startExecution" in event.resource
    try:
        found = read_json(event.output or "null") if is_answer else None
    except ValueError:
        return ""
    arn = found.get("ExecutionArn") if isinstance(found, dict) else None
    return arn if isinstance(arn, str) else ""


_ANSWERS = frozenset({"TaskSubmitted", "TaskSucceeded"})
