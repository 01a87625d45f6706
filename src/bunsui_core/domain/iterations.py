"""How the iterations of a Map ended that failed in one of them."""

from __future__ import annotations

from collections.abc import Mapping

from bunsui_core.domain.failure import HistoryEvent, Iterations
from bunsui_core.domain.trace import Scope

_ENDS = ("MapIterationSucceeded", "MapIterationFailed", "MapIterationAborted")


def count(
    events: tuple[HistoryEvent, ...], scopes: Mapping[int, Scope], scope: Scope
) -> Iterations | None:
    """Return the count for the innermost Map of a scope in its newest try, if it has iterations."""
    at = max((i for i, frame in enumerate(scope) if frame.type == "Map"), default=-1)
    total, ends = 0, dict[int, str]()
    for event in events if at >= 0 else ():
        here = scopes[event.id]
        if here[:at] != scope[:at] or len(here) <= at or here[at].name != scope[at].name:
            continue
        if event.type == "MapStateStarted" and len(here) == at + 1:
            total, ends = event.length or 0, {}
        if event.type in _ENDS and event.name == scope[at].name:
            ends[event.index or 0] = event.type
    succeeded, failed, aborted = (list(ends.values()).count(kind) for kind in _ENDS)
    counted = Iterations(total=total, succeeded=succeeded, failed=failed, aborted=aborted)
    return counted if ends else None
