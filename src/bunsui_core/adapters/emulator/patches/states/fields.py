"""What flows through a state: what it is given, its output, and the variables it assigns."""

from __future__ import annotations

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import evaluation, history, templates
from bunsui_core.adapters.emulator.patches.states.evaluation import Scope, is_jsonata
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json


def effective(state: Document, data: Json, context: Document) -> Json:
    """Return the input that a state works on: what InputPath selects of it."""
    return data if is_jsonata(state, context) else _selected(state, "InputPath", data, context)


def given(state: Document, data: Json, context: Document) -> Json:
    """Return what a Task calls with, and what the branches of a Parallel state start with."""
    if is_jsonata(state, context):
        if "Arguments" not in state:
            return data
        return evaluation.fill(state["Arguments"], "Arguments", Scope(data, context))
    kept = effective(state, data, context)
    return templates.fill(state["Parameters"], kept, context) if "Parameters" in state else kept


def filled(
    block: Document, names: tuple[str, ...], state: Document, data: Json, context: Document
) -> Json:
    """Return the first of some fields of a part of a state, with its paths or expressions read."""
    for name in names:
        template = block.get(name)
        if template and is_jsonata(state, context):
            return evaluation.fill(template, f"ItemReader/{name}", Scope(data, context))
        if template:
            return templates.fill(template, effective(state, data, context), context)
    return {}


def output(state: Document, data: Json, context: Document, result: Json) -> Json:
    """Return the output of a state that has a result, and assign its variables."""
    if is_jsonata(state, context):
        return _evaluated(state, Scope(data, context, {"result": result}), result)
    selector = state.get("ResultSelector")
    selected = templates.fill(selector, result, context) if selector else result
    merged = _merged(state.get("ResultPath", "$"), data, selected)
    finished = _selected(state, "OutputPath", merged, context)
    assign(state, result, context)
    return finished


def passed(state: Document, data: Json, context: Document) -> Json:
    """Return the output of a state that only passes its input on, and assign its variables."""
    if is_jsonata(state, context):
        return _evaluated(state, Scope(data, context), data)
    kept = effective(state, data, context)
    finished = _selected(state, "OutputPath", kept, context)
    assign(state, kept, context)
    return finished


def caught(
    state: Document, catcher: Document, data: Json, context: Document, error: Document
) -> Json:
    """Return the output of a state whose failure was caught, and assign the catcher's variables."""
    catchers = state["Catch"]
    assert isinstance(catchers, list)
    location = f"Catch[{catchers.index(catcher)}]/"
    if is_jsonata(state, context):
        return _evaluated(catcher, Scope(data, context, {"errorOutput": error}), error, location)
    merged = _merged(catcher.get("ResultPath", "$"), data, error)
    assign(catcher, error, context)
    return merged


def assign(block: Document, data: Json, context: Document) -> None:
    """Assign the variables of a JSONPath state, rule or catcher."""
    if isinstance(block.get("Assign"), dict):
        _keep(templates.fill(block["Assign"], data, context), context)


def evaluated(rule: Document, data: Json, context: Document, location: str = "") -> Json:
    """Return the output of a JSONata state or rule that has no result, and assign its variables."""
    return _evaluated(rule, Scope(data, context), data, location)


def _evaluated(block: Document, scope: Scope, otherwise: Json, location: str = "") -> Json:
    finished = otherwise
    if "Output" in block:
        finished = evaluation.fill(block["Output"], f"{location}Output", scope)
    if isinstance(block.get("Assign"), dict):
        _keep(evaluation.fill(block["Assign"], f"{location}Assign", scope), scope.context)
    return finished


def _keep(values: Json, context: Document) -> None:
    variables, strand = context["variables"], history.strand()
    assert isinstance(variables, dict)
    assert isinstance(values, dict)
    variables.update(values)
    if strand:
        strand.assigned.update(values)


def _selected(state: Document, field: str, data: Json, context: Document) -> Json:
    path = state.get(field, "$")
    if path is None:
        return {}
    return templates.read(str(path), data, context)


def _merged(path: Json, data: Json, result: Json) -> Json:
    if isinstance(path, str) and path != "$" and not isinstance(data, dict):
        step = path.removeprefix("$.")
        raise sf._ExecutionError(
            "States.ResultPathMatchFailure",
            f'Unable to apply step "{step}" to input {history.text(data)}',
        )
    merged: Json = sf._apply_result_path_raw(path, data, result)
    return merged
