"""A Parallel state: its branches side by side, each with the events of its states."""

from __future__ import annotations

from collections.abc import Callable

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states import (
    branches,
    fields,
    history,
    map_items,
    retrying,
    states,
)
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.states.strand import Strand
from bunsui_core.domain.value import Json


def execute(
    state: Document, data: Json, execution: Document, context: Document
) -> tuple[Json, str | None]:
    """Run a Parallel state with its retries and return its output and the next state."""
    strand = history.strand_of(execution)
    assert strand

    def attempt() -> Json:
        return _attempt(state, data, strand, context)

    return retrying.attempt_until_done(state, data, strand, context, attempt)


def _attempt(state: Document, data: Json, strand: Strand, context: Document) -> Json:
    given = fields.given(state, data, context)
    history.add_event(strand.execution, "ParallelStateStarted")
    machines = state["Branches"]
    assert isinstance(machines, list)
    walks = [_walk_of(machine, given, context) for machine in machines if isinstance(machine, dict)]
    outputs: Json = branches.run_all(strand, walks, branches.Marks(), at_once=len(walks))
    return branches.finish(
        strand, "ParallelStateSucceeded", lambda: fields.output(state, data, context, outputs)
    )


def _walk_of(machine: Document, given: Json, context: Document) -> Callable[[Strand], Json]:
    own = map_items.own_copy(context)

    def walk(strand: Strand) -> Json:
        return states.walk(machine, states.start_of(machine, given), strand, own)

    return walk


def install() -> None:
    """Run Parallel states with the events of their branches."""
    anchor.require(sf._execute_parallel, "2166e1f53e5fd48d")
    sf._execute_parallel = execute
