"""The walk through the states of a machine, or of one branch of a Parallel or Map state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import history
from bunsui_core.adapters.emulator.patches.history import Document
from bunsui_core.adapters.emulator.patches.strand import Entered, Strand
from bunsui_core.domain.value import Json

Step = Callable[..., tuple[Json, str | None]]


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
    if kind == "Fail":
        raise sf._ExecutionError(*sf._fail_state_error(state, data, context))
    if kind == "Succeed":
        kept = sf._apply_input_path(state, data, context)
        return sf._apply_output_path(state, kept, context), None
    step = _step(kind)
    # These three record events and look up other services; the others only compute.
    own = (strand.execution,) if kind in ("Task", "Parallel", "Map") else ()
    return step(state, data, *own, context)


def _step(kind: Json) -> Step:
    # Looked up late: other patches replace some of them.
    steps: dict[Json, Step] = {
        "Task": sf._execute_task,
        "Parallel": sf._execute_parallel,
        "Map": sf._execute_map,
        "Pass": sf._execute_pass,
        "Choice": sf._execute_choice,
        "Wait": sf._execute_wait,
    }
    if kind not in steps:
        raise sf._ExecutionError("States.Runtime", f"Unknown state type: {kind}")
    return steps[kind]


def _enter(strand: Strand, state: Document, place: Place) -> None:
    kind, event, previous = str(state["Type"]), place.entered, strand.last_event
    if not event:
        details: Document = {"name": place.state, "input": history.text(place.input)}
        name = f"{kind}StateEntered"
        event = history.number_of(
            history.add_event(strand.execution, name, {"stateEnteredEventDetails": details})
        )
    strand.entered = Entered(place.state, kind, event, previous)
    strand.assigned = {}
    if strand.is_whole:
        strand.execution["enteredEvent"] = event


def _exit(strand: Strand, state: Document, place: Place, output: Json, context: Document) -> None:
    details: Document = {"name": place.state, "output": history.text(output)}
    strand.entered = None
    history.add_event(
        strand.execution, f"{state['Type']}StateExited", {"stateExitedEventDetails": details}
    )
    variables = context["variables"]
    if strand.is_whole and isinstance(variables, dict):
        strand.execution["assigned"] = dict(variables)
