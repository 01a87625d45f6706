"""What a Map state runs over: its items, the input of each, and how many run at once."""

from __future__ import annotations

from bunsui_core.adapters.emulator.patches.states import (
    evaluation,
    fields,
    outcome,
    paths,
    templates,
)
from bunsui_core.adapters.emulator.patches.states.evaluation import Scope, is_jsonata
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json


def processor_of(state: Document) -> Document:
    """Return the machine that each item goes through."""
    processor = state.get("ItemProcessor") or state.get("Iterator")
    return processor if isinstance(processor, dict) else {}


def is_distributed(state: Document) -> bool:
    """Tell whether each item is an execution of its own."""
    config = processor_of(state).get("ProcessorConfig")
    return isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"


def items_of(state: Document, data: Json, context: Document) -> list[Json]:
    """Return the items of a Map state that are part of its input."""
    if is_jsonata(state, context):
        given = state if "Items" in state else {**state, "Items": "{% $states.input %}"}
        items = evaluation.typed(given, "Items", "array", Scope(data, context))
    else:
        items = _at_path(state, fields.effective(state, data, context), context)
    assert isinstance(items, list)
    return items


def _at_path(state: Document, data: Json, context: Document) -> list[Json]:
    path = str(state.get("ItemsPath", "$"))
    items = templates.read(path, data, context)
    if not isinstance(items, list):
        raise outcome.runtime(f'Reference path "{path}" must point to array.')
    return items


def of_item(context: Document, index: int, item: Json) -> Document:
    """Return the context object of one iteration, with its own copy of the variables."""
    return {**own_copy(context), "Map": {"Item": {"Index": index, "Value": item}}}


def own_copy(context: Document) -> Document:
    """Return the context object of a branch: it sees the variables around it and adds its own."""
    variables = context["variables"]
    assert isinstance(variables, dict)
    return {**context, "variables": dict(variables)}


def input_of(state: Document, data: Json, own: Document) -> Json:
    """Return the input of an iteration: its item, or what the ItemSelector makes of it."""
    selector = state.get("ItemSelector") or state.get("Parameters")
    if not selector:
        return paths.read("$$.Map.Item.Value", data, own)
    if is_jsonata(state, own):
        return evaluation.fill(selector, "ItemSelector", Scope(data, own))
    return templates.fill(selector, fields.effective(state, data, own), own)


def number(state: Document, field: str, data: Json, context: Document) -> Json:
    """Return a numeric field of a Map state, from an expression, a path or the field itself."""
    if is_jsonata(state, context) and field in state:
        return evaluation.typed(state, field, "number", Scope(data, context))
    path = state.get(f"{field}Path")
    if path is None:
        return state.get(field)
    return templates.read(str(path), fields.effective(state, data, context), context)


def at_once(state: Document, data: Json, context: Document, most: int) -> int:
    """Return how many iterations run at the same time, at most so many."""
    limit = number(state, "MaxConcurrency", data, context)
    return limit if isinstance(limit, int) and 0 < limit < most else most
