"""A Map state: inline, with the events of its iterations, or distributed, with those of its run."""

from __future__ import annotations

from collections.abc import Callable

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states import (
    branches,
    fields,
    history,
    map_items,
    map_run,
    retrying,
    states,
)
from bunsui_core.adapters.emulator.patches.states.branches import Marks
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.states.strand import Strand
from bunsui_core.domain.value import Json

# Step Functions developer guide, "Using Map state in Inline mode": up to 40 iterations at once.
_MOST_AT_ONCE = 40


def execute(
    state: Document, data: Json, execution: Document, context: Document
) -> tuple[Json, str | None]:
    """Run a Map state with its retries and return its output and the next state."""
    strand = history.strand_of(execution)
    assert strand
    attempt = map_run.attempt if map_items.is_distributed(state) else _attempt
    return retrying.attempt_until_done(
        state, data, strand, context, lambda: attempt(state, data, strand, context)
    )


def _attempt(state: Document, data: Json, strand: Strand, context: Document) -> Json:
    items = map_items.items_of(state, data, context)
    history.add_event(
        strand.execution, "MapStateStarted", {"mapStateStartedEventDetails": {"length": len(items)}}
    )
    at_once = map_items.at_once(state, data, context, _MOST_AT_ONCE)
    walks = [
        _walk_of(state, data, map_items.of_item(context, index, item))
        for index, item in enumerate(items)
    ]
    assert strand.entered
    marks = Marks(
        "MapIterationStarted",
        "MapIterationSucceeded",
        "MapIterationFailed",
        "MapIterationAborted",
        strand.entered.name,
    )
    outputs: Json = branches.run_all(strand, walks, marks, at_once)
    return branches.finish(
        strand, "MapStateSucceeded", lambda: fields.output(state, data, context, outputs)
    )


def _walk_of(state: Document, data: Json, own: Document) -> Callable[[Strand], Json]:
    machine = map_items.processor_of(state)

    def walk(strand: Strand) -> Json:
        given = map_items.input_of(state, data, own)
        return states.walk(machine, states.start_of(machine, given), strand, own)

    return walk


def install() -> None:
    """Run Map states with the events of their iterations."""
    anchor.require(sf._execute_map, "18ad3965291213ad")
    sf._execute_map = execute
