"""The states that only compute: Pass, Succeed and Fail."""

from __future__ import annotations

from ministack.services import stepfunctions as sf

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


def pass_on(state: Document, data: Json, context: Document) -> tuple[Json, str | None]:
    """Return the output of a Pass state and the next state."""
    following: str | None = sf._next_or_end(state)
    if is_jsonata(state, context):
        return fields.passed(state, data, context), following
    result = state["Result"] if "Result" in state else fields.given(state, data, context)
    return fields.output(state, data, context, result), following


def succeed(state: Document, data: Json, context: Document) -> tuple[Json, str | None]:
    """Return the output of a Succeed state, after which nothing follows."""
    return fields.passed(state, data, context), None


def fail(state: Document, data: Json, context: Document) -> tuple[Json, str | None]:
    """Fail with the error and the cause of a Fail state, each of which it may leave out.

    Raises:
        sf._ExecutionError: always.
    """
    raise sf._ExecutionError(
        _text(state, "Error", data, context), _text(state, "Cause", data, context)
    )


def _text(state: Document, field: str, data: Json, context: Document) -> Json:
    if is_jsonata(state, context):
        scope = Scope(data, context)
        return evaluation.typed(state, field, "string", scope) if field in state else None
    path = state.get(f"{field}Path")
    if path is None:
        return state.get(field)
    value = templates.read_or_call(str(path), data, context)
    if not isinstance(value, str):
        raise outcome.runtime(
            f"The {field}Path parameter does not reference a string: "
            f"{path} == {history.text(value)}"
        )
    return value
