"""What a document of AWS must look like, member by member, and what is wrong with one.

A shape is the name of a kind ("string", "integer", "boolean", "timestamp", "any") or
    {"must": {member: shape}, "may": {member: shape}, "when": [condition]}    an object
    {"items": shape}, {"values": shape}, {"one of": [text]}                   a list, a map, a text
A condition {"field": member, "is": [...], "must": [...], "never": [...]} counts when the member has
one of the values.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from bunsui_core.domain.value import Json, Value

Document = dict[str, Json]
Shape = Json


class FaultKind(StrEnum):
    """Whether a document breaks what is relied on, or has more than is known."""

    WRONG = "wrong"
    UNKNOWN = "unknown"


class Fault(Value):
    """One difference between a document and its shape, and where it is."""

    kind: FaultKind
    text: str


def faults(shape: Shape, value: Json, at: str) -> Iterator[Fault]:
    """Yield what is wrong with a value; nothing when it fits. `at` names the place of the value."""
    if isinstance(shape, str):
        if not _is(shape, value):
            yield _wrong(f"{at} is not {shape}")
        return
    if not isinstance(shape, dict):
        raise TypeError(f"{shape!r} is no shape")
    if "must" in shape:
        yield from _of_object(shape, value, at)
    elif "items" in shape:
        yield from _of_list(shape["items"], value, at)
    elif "values" in shape:
        yield from _of_map(shape["values"], value, at)
    elif value not in _list(shape, "one of"):
        yield _wrong(f"{at} is {value!r}")


def _of_object(shape: Document, value: Json, at: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield _wrong(f"{at} is not an object")
        return
    must, may = _members(shape, "must"), _members(shape, "may")
    met = [one for one in _list(shape, "when") if isinstance(one, dict) and _counts(one, value)]
    required = [*must, *(str(name) for one in met for name in _list(one, "must"))]
    for name in dict.fromkeys(required):
        if name not in value:
            yield _wrong(f"{at} has no {name}")
    never = {str(name) for one in met for name in _list(one, "never")}
    for name, given in value.items():
        known = must.get(name, may.get(name))
        if known is None:
            yield Fault(kind=FaultKind.UNKNOWN, text=f"{at} has {name}, which is not known")
        elif name in never:
            yield _wrong(f"{at} has {name}")
        else:
            yield from faults(known, given, f"{at}.{name}")


def _of_list(shape: Shape, value: Json, at: str) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield _wrong(f"{at} is not a list")
        return
    for index, item in enumerate(value):
        yield from faults(shape, item, f"{at}[{index}]")


def _of_map(shape: Shape, value: Json, at: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield _wrong(f"{at} is not an object")
        return
    for name, item in value.items():
        yield from faults(shape, item, f"{at}.{name}")


def _counts(condition: Document, value: Document) -> bool:
    return value.get(str(condition["field"])) in _list(condition, "is")


def _members(shape: Document, name: str) -> Document:
    found = shape.get(name, {})
    return found if isinstance(found, dict) else {}


def _list(shape: Document, name: str) -> list[Json]:
    found = shape.get(name, [])
    return found if isinstance(found, list) else []


def _is(kind: str, value: Json) -> bool:
    match kind:
        case "any":
            return True
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "timestamp":
            return isinstance(value, str) and _is_moment(value)
    raise ValueError(f"{kind!r} is no kind")


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _wrong(text: str) -> Fault:
    return Fault(kind=FaultKind.WRONG, text=text)
