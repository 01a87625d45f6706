"""A distributed Map state: a Map Run, whose every item is an execution of its own.

The parent's history tells of the run only; each child has its own history, and is aborted when the
run ends before it. What a redrive of the parent does: the whole run starts again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import (
    branches,
    fields,
    history,
    map_batches,
    map_children,
    map_items,
    map_results,
    map_tolerance,
    outcome,
)
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.states.map_children import Run
from bunsui_core.adapters.emulator.patches.states.strand import Strand
from bunsui_core.domain.value import Json

# AWS runs up to 10,000 children at once; this machine has a few cores.
_MOST_AT_ONCE = 40


def attempt(state: Document, data: Json, strand: Strand, context: Document) -> Json:
    """Run one attempt of a distributed Map state and return the state's output."""
    reader = state.get("ItemReader")
    items = [] if reader else map_items.items_of(state, data, context)
    history.add_event(
        strand.execution, "MapStateStarted", {"mapStateStartedEventDetails": {"length": len(items)}}
    )
    tolerance = map_tolerance.of(state, data, context)
    run = map_children.open_run(state, strand.execution, tolerance)
    history.add_event(
        strand.execution, "MapRunStarted", {"mapRunStartedEventDetails": {"mapRunArn": run.arn}}
    )
    begun = strand.last_event
    try:
        if isinstance(reader, dict):
            items = _read(reader, state, data, context)
        outputs = _run(state, data, strand, context, _Work(run, items))
        outputs = map_results.written(state, run, data, context, outputs)
    except history.Closed:
        run.end("ABORTED")
        raise
    except outcome.Fatal:
        run.end("FAILED")
        raise
    except sf._ExecutionError as failure:
        run.end("FAILED")
        _record_failure(strand, failure)
        raise
    run.end("SUCCEEDED")
    # Both events stand beside the line: the exit of the state names the start of the run.
    strand.last_event = history.note(strand, "MapRunSucceeded")
    history.note(strand, "MapStateSucceeded")
    strand.last_event = begun
    return fields.output(state, data, context, outputs)


@dataclass(frozen=True)
class _Work:
    run: Run
    items: list[Json]


def _read(reader: Document, state: Document, data: Json, context: Document) -> list[Json]:
    asked = fields.filled(reader, ("Parameters", "Arguments"), state, data, context)
    items = sf._read_map_items(
        {**reader, "Parameters": asked, "Arguments": None},
        fields.effective(state, data, context),
        context,
    )
    return items if isinstance(items, list) else [items]


def _run(state: Document, data: Json, strand: Strand, context: Document, work: _Work) -> Json:
    own = [map_items.of_item(context, index, item) for index, item in enumerate(work.items)]
    inputs = [map_items.input_of(state, data, one) for one in own]
    given = map_batches.batched(state, inputs, data, context)
    is_each = len(given) == len(inputs) and "ItemBatcher" not in state
    work.run.expect(len(given), len(inputs))
    walks = [
        _walk_of(state, one, own[number] if is_each else context, work.run)
        for number, one in enumerate(given)
    ]
    at_once = map_items.at_once(state, data, context, _MOST_AT_ONCE)
    return list(branches.run_all(strand, walks, branches.Marks(), at_once))


def _walk_of(state: Document, given: Json, around: Document, run: Run) -> Callable[[Strand], Json]:
    machine = map_items.processor_of(state)
    items = given["Items"] if isinstance(given, dict) and "ItemBatcher" in state else [given]
    assert isinstance(items, list)

    def walk(strand: Strand) -> Json:
        own = map_items.own_copy(around)
        return map_children.play(run, machine, run.child(given, len(items)), strand, own)

    return walk


def _record_failure(strand: Strand, failure: sf._ExecutionError) -> None:
    told: Document = {"error": failure.error, "cause": failure.cause}
    details: Document = {name: value for name, value in told.items() if value is not None}
    history.add_event(strand.execution, "MapRunFailed", {"mapRunFailedEventDetails": details})
