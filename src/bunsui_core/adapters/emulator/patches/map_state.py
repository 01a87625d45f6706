"""An inline Map state: its iterations side by side, each with the events of its states."""

from __future__ import annotations

import copy
from collections.abc import Callable

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor, branches, history, retrying, states
from bunsui_core.adapters.emulator.patches.branches import Marks
from bunsui_core.adapters.emulator.patches.history import Document
from bunsui_core.adapters.emulator.patches.strand import Strand
from bunsui_core.domain.value import Json

# Step Functions developer guide, "Using Map state in Inline mode": up to 40 iterations at once.
_MOST_AT_ONCE = 40


def execute(
    state: Document, data: Json, execution: Document, context: Document
) -> tuple[Json, str | None]:
    """Run a Map state with its retries and return its output and the next state."""
    strand = history.strand_of(execution)
    assert strand
    processor = processor_of(state)
    if _is_distributed(processor):
        found: tuple[Json, str | None] = sf._with_retry_and_catch(
            state,
            data,
            context,
            lambda: sf._run_distributed_map(
                state,
                data,
                sf._apply_input_path(state, data, context),
                processor,
                execution,
                context,
            ),
        )
        return found

    def attempt() -> Json:
        return _attempt(state, data, strand, context)

    return retrying.attempt_until_done(state, data, strand, context, attempt)


def processor_of(state: Document) -> Document:
    """Return the machine that each item goes through."""
    processor = state.get("ItemProcessor") or state.get("Iterator")
    return processor if isinstance(processor, dict) else {}


def _is_distributed(processor: Document) -> bool:
    config = processor.get("ProcessorConfig")
    return isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"


def _attempt(state: Document, data: Json, strand: Strand, context: Document) -> Json:
    items = _items(state, data, context)
    place = context["State"]
    assert isinstance(place, dict)
    name = str(place["Name"])
    history.add_event(
        strand.execution, "MapStateStarted", {"mapStateStartedEventDetails": {"length": len(items)}}
    )
    walks = [
        _walk_of(state, data, _with_item(context, index, item)) for index, item in enumerate(items)
    ]
    marks = Marks(
        "MapIterationStarted",
        "MapIterationSucceeded",
        "MapIterationFailed",
        "MapIterationAborted",
        name,
    )
    outputs: Json = branches.run_all(strand, walks, marks, _at_once(state, data, context))
    history.note(strand, "MapStateSucceeded")
    return _output(state, data, context, outputs)


def _items(state: Document, data: Json, context: Document) -> list[Json]:
    if _is_jsonata(state, context) and "Items" in state:
        items = sf._jsonata_state_field(state, "Items", "array", data, context)
    else:
        given = sf._apply_input_path(state, data, context)
        items = sf._resolve_path_or_ctx(state.get("ItemsPath", "$"), given, context)
    return items if isinstance(items, list) else [items]


def _at_once(state: Document, data: Json, context: Document) -> int:
    limit = state.get("MaxConcurrency", 0)
    if _is_jsonata(state, context) and "MaxConcurrency" in state:
        limit = sf._jsonata_state_field(state, "MaxConcurrency", "number", data, context)
    return limit if isinstance(limit, int) and 0 < limit < _MOST_AT_ONCE else _MOST_AT_ONCE


def _with_item(context: Document, index: int, item: Json) -> Document:
    return {**copy.deepcopy(context), "Map": {"Item": {"Index": index, "Value": item}}}


def _walk_of(state: Document, data: Json, own: Document) -> Callable[[Strand], Json]:
    machine = processor_of(state)

    def walk(strand: Strand) -> Json:
        return states.walk(
            machine, states.start_of(machine, item_of(state, data, own)), strand, own
        )

    return walk


def item_of(state: Document, data: Json, own: Document) -> Json:
    """Return the input of an iteration, as the ItemSelector makes it of the item in the context."""
    selector = state.get("ItemSelector") or state.get("Parameters")
    around = own["Map"]
    assert isinstance(around, dict)
    item = around["Item"]
    assert isinstance(item, dict)
    value: Json = item["Value"]
    if selector and _is_jsonata(state, own):
        value = sf._apply_jsonata_template(selector, data, own)
    elif selector:
        value = sf._resolve_params_obj(selector, sf._apply_input_path(state, data, own), own)
    return value


def _output(state: Document, data: Json, context: Document, outputs: Json) -> Json:
    output: Json
    if _is_jsonata(state, context):
        output = sf._apply_jsonata_output(state, data, context, result=outputs, default=outputs)
        sf._apply_state_assign(state, data, context, result=outputs)
    else:
        selected = sf._apply_result_selector(state, outputs)
        merged = sf._apply_result_path(state, data, selected)
        output = sf._apply_output_path(state, merged, context)
    return output


def _is_jsonata(state: Document, context: Document) -> bool:
    return bool(sf._state_query_language(state, context) == "JSONata")


def install() -> None:
    """Run Map states with the events of their iterations."""
    anchor.require(sf._execute_map, "18ad3965291213ad")
    sf._execute_map = execute
