"""The ItemBatcher of a distributed Map: several items for each child (its developer guide page)."""

from __future__ import annotations

from bunsui_core.adapters.emulator.patches.states import (
    evaluation,
    fields,
    history,
    outcome,
    templates,
)
from bunsui_core.adapters.emulator.patches.states.evaluation import Scope, is_jsonata
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

# The input of an execution, without which a batch that names no number of items has no end.
_MOST_BYTES = 256 * 1024


def batched(state: Document, inputs: list[Json], data: Json, context: Document) -> list[Json]:
    """Return what the children of a Map Run are given: each input, or batches of them."""
    batcher = state.get("ItemBatcher")
    if not isinstance(batcher, dict):
        return inputs
    common = _common(state, batcher, data, context)
    most_items = _limit(state, batcher, "MaxItemsPerBatch", data, context) or len(inputs)
    most_bytes = _limit(state, batcher, "MaxInputBytesPerBatch", data, context) or _MOST_BYTES
    batches: list[list[Json]] = []
    for one in inputs:
        full = not batches or len(batches[-1]) >= most_items
        if full or _size({**common, "Items": [*batches[-1], one]}) > most_bytes:
            batches.append([])
        batches[-1].append(one)
    return [{**common, "Items": batch} for batch in batches]


def _common(state: Document, batcher: Document, data: Json, context: Document) -> Document:
    template = batcher.get("BatchInput")
    if template is None:
        return {}
    if is_jsonata(state, context):
        filled = evaluation.fill(template, "ItemBatcher/BatchInput", Scope(data, context))
    else:
        filled = templates.fill(template, fields.effective(state, data, context), context)
    return {"BatchInput": filled}


def _limit(
    state: Document, batcher: Document, name: str, data: Json, context: Document
) -> int | None:
    path, value = batcher.get(f"{name}Path"), batcher.get(name)
    if is_jsonata(state, context) and value is not None:
        value = evaluation.fill(value, f"ItemBatcher/{name}", Scope(data, context))
    elif path is not None:
        value = templates.read(str(path), fields.effective(state, data, context), context)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        said = f"The {name} field refers to value {history.text(value)}"
        raise outcome.runtime(f"{said} which is not a positive integer.")
    return value


def _size(value: Json) -> int:
    return len(history.text(value).encode())
