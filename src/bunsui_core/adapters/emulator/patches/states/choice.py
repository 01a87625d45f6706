"""A Choice state: the first rule that holds decides where to go, and what to say on the way."""

from __future__ import annotations

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import (
    comparison,
    evaluation,
    fields,
    outcome,
)
from bunsui_core.adapters.emulator.patches.states.evaluation import Scope, is_jsonata
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

_NOWHERE = "Failed to transition out of the state. The state does not point to a next state."


def execute(state: Document, data: Json, context: Document) -> tuple[Json, str | None]:
    """Return the output of a Choice state and the next state."""
    rules = state["Choices"]
    assert isinstance(rules, list)
    kept = fields.effective(state, data, context)
    for number, rule in enumerate(rules):
        assert isinstance(rule, dict)
        location = f"Choices[{number}]/"
        if _holds(rule, kept, context, location, in_jsonata=is_jsonata(state, context)):
            said = rule if is_jsonata(state, context) else {**state, "Assign": rule.get("Assign")}
            return _output(state, said, data, context, location), str(rule["Next"])
    if "Default" not in state:
        raise outcome.runtime(_NOWHERE)
    return _output(state, state, data, context, ""), str(state["Default"])


def _holds(
    rule: Document, data: Json, context: Document, location: str, *, in_jsonata: bool
) -> bool:
    if not in_jsonata:
        return comparison.holds(rule, data, context)
    where = f"{location}Condition"
    found = evaluation.fill(rule.get("Condition"), where, Scope(data, context))
    if not isinstance(found, bool):
        source = evaluation.source_of(rule.get("Condition"))
        raise outcome.evaluation(
            where,
            f"The JSONata expression '{source}' specified for the field '{where}' returned an "
            f"unexpected result type. Expected 'boolean', but was "
            f"'{evaluation.type_of(found)}' for value: {sf.json.dumps(found)}",
        )
    return found


def _output(state: Document, said: Document, data: Json, context: Document, location: str) -> Json:
    if is_jsonata(state, context):
        return fields.evaluated(said, data, context, location)
    return fields.passed(said, data, context)
