"""The state in front of a machine that lets an execution in at another state than the first.

Such a machine takes an envelope for input, and goes on at the state that it names as if all before
had run. Without an envelope it runs from its beginning; told an unknown state, it fails.
"""

from __future__ import annotations

import json
import re

from bunsui_core.domain.asl import (
    Asl,
    all_inside,
    assigned_by,
    following,
    graph_of,
    read_asl,
    rules,
    start_of,
    states_of,
    type_of,
)
from bunsui_core.domain.entry import RESTART, inside_of
from bunsui_core.domain.errors import BadInput, Refused
from bunsui_core.domain.routes import gathered, reachable
from bunsui_core.domain.value import Json

ENTRY = "BunsuiEntry"
"""The state that reads the envelope."""

UNKNOWN = "BunsuiUnknownEntry"
"""The state in which an execution fails that was told to enter where it cannot."""

OWN = frozenset({ENTRY, UNKNOWN})
"""The states that are bunsui's and not the machine's."""

UNKNOWN_ERROR = "Bunsui.UnknownEntry"
"""The error of an execution that was told to enter where it cannot."""

LARGEST_DEFINITION = 1024 * 1024
"""Bytes of a definition (Step Functions, "Quotas")."""

_CLOSED = frozenset({"Succeed", "Fail"})
_ENTER = "$states.input.bunsui.enter_at"
_IS_OBJECT = "$type($states.input) = 'object'"
_KEYS = "$keys($states.input)"
_READS_INPUT = re.compile(
    r"(?:\$\$|\$states\.context)(?:\.|\[\\?[\"'])Execution(?:\.|\\?[\"']\](?:\.|\[\\?[\"']))"
    r"Input(?!\.payload\b)"
)


def with_entry(definition: str) -> str:
    """Return a definition that carries a BunsuiEntry state in front; made anew if it had one.

    Raises: BadInput, also when it has a state of that name that is none of bunsui's, or becomes
    larger than Step Functions takes.
    """
    machine = read_asl(definition)
    _must_be_free(machine)
    begin = beginning(machine)
    own = {name: state for name, state in states_of(machine).items() if name not in OWN}
    bare: Asl = {**machine, "States": {**own}, "StartAt": begin}
    before = gathered(graph_of(bare), {name: assigned_by(state) for name, state in own.items()})
    open_to = [name for name, state in own.items() if type_of(state) not in _CLOSED]
    doors = [_door(name, before[name]) for name in open_to]
    choices: list[Json] = [*doors, _enveloped(begin), _plain(begin)]
    entry: Asl = {
        "Type": "Choice",
        "QueryLanguage": "JSONata",
        "Comment": "Goes on at the state that an envelope of bunsui names, else at the beginning",
        "Choices": choices,
        "Default": UNKNOWN,
    }
    states: Asl = {ENTRY: entry, **own, UNKNOWN: _unknown()}
    text = json.dumps({**bare, "StartAt": ENTRY, "States": states}, ensure_ascii=False)
    if (size := len(text.encode())) > LARGEST_DEFINITION:
        raise BadInput(
            f"with a {ENTRY} state the definition has {size:,} bytes; Step Functions takes "
            f"{LARGEST_DEFINITION:,}.",
            "Leave that state out, or divide the machine.",
        )
    return text


def beginning(machine: Asl) -> str:
    """Return the state at which a machine begins to work: the one behind BunsuiEntry."""
    door = _entry_of(machine)
    return following(rules(door)[-1])[0] if door else start_of(machine)


def enterable(definition: str) -> tuple[str, ...]:
    """Return the states that a machine can be entered at: none when it carries no BunsuiEntry.

    Raises: BadInput.
    """
    machine = read_asl(definition)
    named = dict.fromkeys(n for rule in _doors(machine) for n in following(rule))
    graph, readers = graph_of(machine), _readers(machine)
    back: dict[str, tuple[str, ...]] = dict.fromkeys(graph, ())
    for name, ahead in graph.items():
        back |= {after: (*back[after], name) for after in ahead}
    closed = {name for reader in readers for name in reachable(back, reader)}
    return tuple(name for name in named if name not in closed)


def require_enterable(definition: str, state: str) -> None:
    """Refuse a state that a machine cannot be entered at, with the reason. Raises: Refused."""
    machine = read_asl(definition)
    require_top_level(machine, state)
    if type_of(states_of(machine)[state]) in _CLOSED:
        raise Refused(
            f"{state} is a {type_of(states_of(machine)[state])} state: an execution that enters "
            "there ends at once.",
            f"Enter at a state before it. {_enterable_now(definition)}",
        )
    if state not in {name for rule in _doors(machine) for name in following(rule)}:
        raise Refused(
            f"the machine cannot be entered at {state}: its definition carries no {ENTRY} state"
            f"{' that leads there' if _entry_of(machine) else ''}.",
            f"{RESTART}, or redrive its execution.",
        )
    if reader := _reader_of_input(machine, state):
        raise Refused(
            f"{reader} reads the input of the execution, which is another one when the machine is "
            f"entered at {state}.",
            f"{RESTART}; to enter there, let {reader} read $$.Execution.Input.payload.",
        )


def require_top_level(machine: Asl, state: str) -> None:
    """Refuse a state that is not one of the machine's own top-level states. Raises: Refused."""
    states = states_of(machine)
    if state in states and state not in OWN:
        return
    for outer, body in states.items():
        if any(name == state for name, _ in all_inside(body)):
            raise inside_of(state, outer, type_of(body))
    raise Refused(
        f"the machine has no state {state}.",
        f"It has {', '.join(name for name in states if name not in OWN)}.",
    )


def _door(state: str, variables: frozenset[str]) -> Asl:
    """The rule that leads to a state, with its recorded input and what is assigned before it."""
    rule: Asl = {
        "Condition": _expression(f"{_IS_OBJECT} and {_ENTER}.state = {_quoted(state)}"),
        "Output": _expression(f"{_ENTER}.input"),
        "Next": state,
    }
    given: Asl = {
        name: _expression(_guarded(f"{_ENTER}.variables.`{name}`")) for name in sorted(variables)
    }
    return {**rule, "Assign": given} if given else rule


def _enveloped(begin: str) -> Asl:
    """The rule for an input that is nothing but a payload."""
    is_one = f"'payload' in {_KEYS} and $count({_KEYS}) = 1"
    return {
        "Condition": _expression(f"{_IS_OBJECT} and {is_one}"),
        "Output": _expression("$states.input.payload"),
        "Next": begin,
    }


def _plain(begin: str) -> Asl:
    """The rule for an input that is no envelope. The last one: `beginning` reads it."""
    return {
        "Condition": _expression(f"$not({_IS_OBJECT} and 'bunsui' in {_KEYS})"),
        "Next": begin,
    }


def _unknown() -> Asl:
    return {
        "Type": "Fail",
        "QueryLanguage": "JSONata",
        "Comment": "An unknown state never means to start at the beginning",
        "Error": UNKNOWN_ERROR,
        "Cause": _expression(f"'There is no state to enter at: ' & $string({_ENTER}.state)"),
    }


def _doors(machine: Asl) -> tuple[Asl, ...]:
    """The rules by state: all but the last two."""
    door = _entry_of(machine)
    return rules(door)[:-2] if door else ()


def _entry_of(machine: Asl) -> Asl | None:
    """The state that reads the envelope, if the machine starts with one as it is made here."""
    door = states_of(machine).get(ENTRY)
    if door is None or start_of(machine) != ENTRY or door.get("Default") != UNKNOWN:
        return None
    return door if len(rules(door)) > 1 and following(rules(door)[-1]) else None


def _must_be_free(machine: Asl) -> None:
    taken = sorted(OWN & {*states_of(machine)})
    if taken and not _entry_of(machine):
        raise BadInput(
            f"the definition has a state {taken[0]} of its own.", "Give that state another name."
        )


def _reader_of_input(machine: Asl, state: str) -> str:
    """The first state from one on that reads the execution's input and not its payload."""
    readers = _readers(machine)
    return next((name for name in reachable(graph_of(machine), state) if name in readers), "")


def _readers(machine: Asl) -> frozenset[str]:
    """The states that read the execution's input and not its payload."""
    own = {name: body for name, body in states_of(machine).items() if name not in OWN}
    return frozenset(n for n, body in own.items() if _READS_INPUT.search(json.dumps(body)))


def _enterable_now(definition: str) -> str:
    names = enterable(definition)
    return f"It can be entered at {', '.join(names)}." if names else f"{RESTART}."


def _quoted(state: str) -> str:
    return json.dumps(state, ensure_ascii=False)


def _guarded(path: str) -> str:
    return f"$exists({path}) ? {path} : null"


def _expression(source: str) -> str:
    return f"{{% {source} %}}"
