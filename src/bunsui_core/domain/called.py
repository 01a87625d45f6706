"""The functions that a machine's definition names."""

from __future__ import annotations

from collections.abc import Iterator

from bunsui_core.domain.asl import Asl, all_inside, read_asl, states_of
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.operation import function_name

_INVOKES = ":states:::lambda:invoke"


def functions_in(definition: str) -> tuple[str, ...]:
    """Return the functions that states of a machine call, each once, those of expressions left out.

    Nothing of a definition that cannot be read.
    """
    try:
        machine = read_asl(definition)
    except BadInput:
        return ()
    return tuple(dict.fromkeys(name for name in _named(machine) if name))


def _named(machine: Asl) -> Iterator[str]:
    for state in states_of(machine).values():
        yield _function(state)
        for _, inner in all_inside(state):
            yield _function(inner)


def _function(state: Asl) -> str:
    resource = state.get("Resource")
    if not isinstance(resource, str):
        return ""
    if ":function:" in resource:
        return function_name(resource)
    if _INVOKES not in resource:
        return ""
    for place in ("Parameters", "Arguments"):
        given = state.get(place)
        named = given.get("FunctionName") if isinstance(given, dict) else None
        if isinstance(named, str) and not named.startswith(("{%", "$")):
            return function_name(named)
    return ""
