"""Templates of JSONPath states: a field named `x.$` becomes what a path or function gives."""

from __future__ import annotations

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import history, outcome, paths
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

_FUNCTION = "States."


def fill(template: Json, data: Json, context: Document) -> Json:
    """Return a template with its paths and functions replaced by their values.

    Raises:
        outcome.Fatal: a path leads nowhere.
        sf._ExecutionError: a function refuses what it is given.
    """
    if isinstance(template, list):
        return [fill(member, data, context) for member in template]
    if not isinstance(template, dict):
        return template
    filled: Document = {}
    for name, value in template.items():
        if name.endswith(".$") and isinstance(value, str):
            filled[name[:-2]] = _value(name, value, data, context)
        else:
            filled[name] = fill(value, data, context)
    return filled


def _value(name: str, path: str, data: Json, context: Document) -> Json:
    if path.startswith(_FUNCTION):
        return call(path, data, context)
    try:
        return paths.read(path, data, context)
    except paths.Missing as missing:
        # As on AWS, an index past the end is null here, and an error everywhere else.
        if missing.beyond_end:
            return None
        raise outcome.runtime(
            f"The JSONPath '{path}' specified for the field '{name}' could not be found "
            f"in the input '{_searched(path, data, context)}'"
        ) from missing
    except paths.Unreadable as kind:
        raise outcome.runtime(f"Invalid path '{path}' : {kind}") from kind


def read_or_call(path: str, data: Json, context: Document) -> Json:
    """Return what a path or a function gives, for fields that take either."""
    if path.startswith(_FUNCTION):
        return call(path, data, context)
    return read(path, data, context)


def read(path: str, data: Json, context: Document) -> Json:
    """Return what a path of a field such as InputPath leads to."""
    try:
        return paths.read(path, data, context)
    except paths.Unreadable as missing:
        raise outcome.runtime(f"Invalid path '{path}' : {missing}") from missing


def call(expression: str, data: Json, context: Document) -> Json:
    """Return what an intrinsic function gives."""
    node, _ = sf._parse_intrinsic_call(expression, 0)
    try:
        resolved = _resolved(node, data, context)
    except paths.Unreadable as missing:
        path = str(missing.args[-1])
        raise outcome.runtime(
            f"The function '{expression}' had the following error: The JsonPath argument for "
            f"the field '{path}' could not be found in the input "
            f"'{_searched(path, data, context)}'"
        ) from missing
    try:
        value: Json = sf._exec_intrinsic(resolved, data, context)
    except (ValueError, TypeError, LookupError, AttributeError) as refused:
        raise sf._ExecutionError(
            "States.IntrinsicFailure",
            outcome.worded(f"The function '{expression}' had the following error: {refused}"),
        ) from refused
    return value


_Node = tuple[object, ...]


def _resolved(node: _Node, data: Json, context: Document) -> _Node:
    """Replace the paths in a call by what they lead to."""
    kind = node[0]
    if kind == "path":
        path = str(node[1])
        try:
            return ("str", paths.read(path, data, context))
        except paths.Unreadable as missing:
            raise paths.Unreadable(path) from missing
    if kind != "call":
        return node
    given = node[2]
    assert isinstance(given, list)
    arguments = [_resolved(tuple(one), data, context) for one in given if isinstance(one, tuple)]
    if node[1] == "States.Format":
        arguments = arguments[:1] + [_as_text(one, data, context) for one in arguments[1:]]
    return (kind, node[1], arguments)


def _as_text(node: _Node, data: Json, context: Document) -> _Node:
    value: Json = sf._eval_intrinsic_arg(node, data, context)
    return ("str", value if isinstance(value, str) else history.text(value))


def _searched(path: str, data: Json, context: Document) -> str:
    return history.text(paths.public(context) if path.startswith("$$") else data)
