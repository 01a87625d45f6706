"""JSONata expressions: evaluated, held to their type, and their failures told as AWS tells them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import history, outcome, paths
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

# Step Functions developer guide, "Transforming data with JSONata": an evaluation may take a second.
_MILLISECONDS = 1000
_TYPES: dict[type, str] = {bool: "boolean", int: "number", float: "number", str: "string"}


@dataclass(frozen=True)
class Scope:
    """What an expression sees: $states, with what is `given` beside the input, and variables."""

    input: Json
    context: Document
    given: Document = field(default_factory=dict)

    def bindings(self) -> dict[str, object]:
        """The names that an expression may use, with their values."""
        variables = self.context.get("variables")
        named = variables if isinstance(variables, dict) else {}
        bound = {name: _bound(value) for name, value in named.items()}
        given = {name: _bound(value) for name, value in self.given.items()}
        states = {"input": self.input, "context": paths.public(self.context), **given}
        return {**bound, "states": states}


def is_jsonata(state: Document, context: Document) -> bool:
    """Tell whether a state is written in JSONata, rather than with JSONPath."""
    return bool(sf._state_query_language(state, context) == "JSONata")


def fill(template: Json, location: str, scope: Scope) -> Json:
    """Return a template with its expressions replaced by what they give.

    Raises:
        sf._ExecutionError: States.QueryEvaluationError, recorded with the location.
    """
    if isinstance(template, dict):
        return {name: fill(one, f"{location}/{name}", scope) for name, one in template.items()}
    if isinstance(template, list):
        return [fill(one, f"{location}[{n}]", scope) for n, one in enumerate(template)]
    source = source_of(template)
    return template if source is None else _evaluate(source, location, scope)


def typed(state: Document, field: str, expected: str, scope: Scope) -> Json:
    """Return what a field gives, which must be of one JSON type."""
    value = fill(state[field], field, scope)
    found = type_of(value)
    if found != expected:
        source = source_of(state[field])
        raise outcome.evaluation(
            field,
            f"The JSONata expression '{source}' specified for the field '{field}' returned an "
            f"unexpected result type. Expected '{expected}', but was '{found}' for value: "
            f"{history.text(value)}",
        )
    return value


def type_of(value: Json) -> str:
    """Return the name of a value's JSON type."""
    if value is None:
        return "null"
    return _TYPES.get(type(value)) or ("array" if isinstance(value, list) else "object")


def source_of(value: Json) -> str | None:
    """Return the expression inside `{% %}`, when a value is one."""
    if isinstance(value, str) and value.startswith("{%") and value.endswith("%}"):
        return value[2:-2].strip()
    return None


def _evaluate(source: str, location: str, scope: Scope) -> Json:
    field = f"The JSONata expression '{source}' specified for the field '{location}'"
    bindings = scope.bindings()
    try:
        expression = sf.jsonata.Jsonata.jsonata(source, timeout=_MILLISECONDS)
        sf._register_sfn_jsonata_functions(expression)
        found = expression.evaluate(None, bindings)
    except Exception as failure:
        said = f"{field} threw an error during evaluation. {_said(failure)}"
        raise outcome.evaluation(location, said) from failure
    if found is None and not sf._jsonata_result_defined(source, bindings):
        raise outcome.evaluation(location, f"{field} returned nothing (undefined).")
    try:
        return _plain(found)
    except TypeError as unsupported:
        said = f"{field} returned an unsupported result type."
        raise outcome.evaluation(location, said) from unsupported


def _bound(value: Json) -> object:
    # The engine takes None for what is not there.
    return sf.jsonata.utils.Utils.NULL_VALUE if value is None else value


def _said(failure: Exception) -> str:
    code = getattr(failure, "error", None)
    return f"{code}: {failure}" if isinstance(code, str) and code else str(failure)


def _plain(value: object) -> Json:
    """Return a result as JSON, without the engine's own kinds of lists, numbers and null."""
    if value is None or value is sf.jsonata.utils.Utils.NULL_VALUE:
        return None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        whole = math.isfinite(value) and value.is_integer() and abs(value) < 2**53
        return int(value) if whole else value
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    raise TypeError(type(value).__name__)
