"""Which machines a definition starts executions of."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bunsui_core.domain.machine import ANY
from bunsui_core.domain.value import Json

_STARTS = ("states:startExecution", "aws-sdk:sfn:startExecution", "aws-sdk:sfn:startSyncExecution")


def started_machines(definition: str) -> tuple[str, ...]:
    """Return the ARNs of the machines that a definition starts, sorted, each once.

    `ANY` stands among them when only the running execution knows which one.
    """
    try:
        document: Json = json.loads(definition)
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
