"""The walk through the states of a machine, or of one branch of a Parallel or Map state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import (
    choice,
    data_limit,
    history,
    plain_states,
    wait_state,
)
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.states.strand import Entered, Strand
from bunsui_core.domain.value import Json

Step = Callable[..., tuple[Json, str | None]]

_COMPUTING: dict[Json, Step] = {
    "Pass": plain_states.pass_on,
    "Succeed": plain_states.succeed,
    "Fail": plain_states.fail,
    "Choice": choice.execute,
    "Wait": wait_state.execute,
}


@dataclass(frozen=True)
class Place:
    """A state and its input; `entered` is the event that says it was entered, 0 for none yet."""

    state: str
    input: Json
    entered: int = 0


def start_of(machine: Document, data: Json) -> Place:
    """Return where a machine, or a branch, starts."""
    return Place(str(machine.get("StartAt")), data)


def walk(machine: Document, place: Place, strand: Strand, context: Document) -> Json:
    """Walk from a place to the end and return the output of the last state.

    Raises:
        sf._ExecutionError: a state failed and nothing caught it.
        outcome.Fatal: a state failed with what nothing can catch.
        history.Closed: the execution, or this branch of it, was closed meanwhile.
    """
    while True:
        if not strand.is_open:
            raise history.Closed
        state = state_of(machine, place.state)
        context["State"] = {"Name": place.state, "EnteredTime": sf.now_iso(), "RetryCount": 0}
        _enter(strand, state, place)
        data, following = _run(state, place.input, strand, context)
        _exit(strand, state, place, data, context)
        if following is None:
            return data
        place = Place(following, data)


def state_of(machine: Document, name: str) -> Document:
    """Return a state of a machine by its name."""
    states = machine.get("States")
    state = states.get(name) if isinstance(states, dict) else None
    if not isinstance(state, dict):
        raise sf._ExecutionError("States.Runtime", f"State '{name}' not found in definition")
    return state


def _run(state: Document, data: Json, strand: Strand, context: Document) -> tuple[Json, str | None]:
    kind = state.get("Type")
    # Looked up late: these record events of their own, and other modules replace them.
    acting: dict[Json, Step] = {
        "Task": sf._execute_task,
        "Parallel": sf._execute_parallel,
        "Map": sf._execute_map,
    }
    if kind in acting:
        return acting[kind](state, data, strand.execution, context)
    if kind not in _COMPUTING:
        raise sf._ExecutionError("States.Runtime", f"Unknown state type: {kind}")
    return _COMPUTING[kind](state, data, context)


def _enter(strand: Strand, state: Document, place: Place) -> None:
    kind, event, previous = str(state["Type"]), place.entered, strand.last_event
    if not event:
        details: Document = {"name": place.state, "input": history.text(place.input)}
        name = f"{kind}StateEntered"
        event = history.number_of(
            history.add_event(strand.execution, name, {"stateEnteredEventDetails": details})
        )
    strand.entered = Entered(place.state, kind, event, previous)
    strand.assigned, strand.has_failed = {}, False
    if strand.is_whole:
        strand.execution["enteredEvent"] = event


def _exit(strand: Strand, state: Document, place: Place, output: Json, context: Document) -> None:
    data_limit.check(output, place.state)
    details: Document = {"name": place.state, "output": history.text(output)}
    if strand.assigned:
        values = {name: history.text(value) for name, value in strand.assigned.items()}
        details["assignedVariables"] = dict(values)
    strand.entered = None
    history.add_event(
        strand.execution, f"{state['Type']}StateExited", {"stateExitedEventDetails": details}
    )
    variables = context["variables"]
    if strand.is_whole and isinstance(variables, dict):
        strand.execution["assigned"] = dict(variables)
