"""A definition in the Amazon States Language, as far as bunsui reads it: a graph of states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.routes import Graph
from bunsui_core.domain.value import Json, read_json

Asl: TypeAlias = "dict[str, Json]"
"""A machine, a state, or a part of one, as its definition writes it."""


def read_asl(definition: str) -> Asl:
    """Return a machine out of its definition. Raises: BadInput."""
    try:
        machine = read_json(definition)
    except ValueError as error:
        raise _unusable(f"it is not JSON: {error}") from error
    if not isinstance(machine, dict):
        raise _unusable("it is not an object")
    if machine.get("StartAt") not in states_of(machine):
        raise _unusable("its StartAt names none of its states")
    return machine


def states_of(machine: Asl) -> dict[str, Asl]:
    """Return the states of a machine, or of a branch, by name: not those inside of them."""
    states = machine.get("States")
    named = states.items() if isinstance(states, dict) else ()
    return {name: state for name, state in named if isinstance(state, dict)}


def type_of(state: Asl) -> str:
    """Return the type of a state, such as `Task`."""
    return _word(state.get("Type"))


def start_of(machine: Asl) -> str:
    """Return the name of the state at which a machine, or a branch, starts."""
    return _word(machine.get("StartAt"))


def inside(state: Asl) -> tuple[Asl, ...]:
    """Return the machines inside a state: the branches of a Parallel, the processor of a Map."""
    found = [*_parts(state, "Branches"), state.get("ItemProcessor"), state.get("Iterator")]
    return tuple(one for one in found if isinstance(one, dict))


def following(state: Asl) -> tuple[str, ...]:
    """Return the names of the states that may come right after one, each once."""
    places = [state, *rules(state), *catchers(state)]
    named = [_word(place.get(key)) for place in places for key in ("Next", "Default")]
    return tuple(dict.fromkeys(name for name in named if name))


def ends_here(state: Asl) -> bool:
    """Whether an execution, or a branch, may end with a state; it may also be caught and go on."""
    return state.get("End") is True or not following(state)


def rules(state: Asl) -> tuple[Asl, ...]:
    """Return the rules of a Choice state."""
    return _parts(state, "Choices")


def catchers(state: Asl) -> tuple[Asl, ...]:
    """Return the catchers of a state."""
    return _parts(state, "Catch")


def assigned_by(state: Asl) -> frozenset[str]:
    """Return the names of the variables that a state may assign."""
    blocks = [place.get("Assign") for place in (state, *rules(state), *catchers(state))]
    return frozenset(
        name.removesuffix(".$") for block in blocks if isinstance(block, dict) for name in block
    )


def all_inside(state: Asl) -> Iterator[tuple[str, Asl]]:
    """Return every state inside a state, however deep, with its name."""
    for machine in inside(state):
        for name, inner in states_of(machine).items():
            yield name, inner
            yield from all_inside(inner)


def graph_of(machine: Asl) -> Graph:
    """Return the states of a machine, each with those that may come right after it."""
    states = states_of(machine)
    return {
        name: tuple(ahead for ahead in following(state) if ahead in states)
        for name, state in states.items()
    }


def _parts(state: Asl, field: str) -> tuple[Asl, ...]:
    listed = state.get(field)
    return tuple(one for one in listed if isinstance(one, dict)) if isinstance(listed, list) else ()


def _word(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _unusable(why: str) -> BadInput:
    return BadInput(
        f"this is not the definition of a state machine: {why}.", "Correct it and try again."
    )
