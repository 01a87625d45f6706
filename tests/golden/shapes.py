"""Shapes of what AWS answers, and what is wrong with a value that should have one.

A shape is the name of a kind ("string", "integer", "number", "boolean", "timestamp", "any") or
    {"must": {field: shape}, "may": {field: shape}, "when": [condition]}    an object
    {"items": shape}, {"values": shape}                                     a list, a map
    {"json": shape}                                                         a text that is JSON
    {"pattern": "..."}, {"one of": [...]}                                   a text
A condition {"field": name, "is": [...], "must": [...], "never": [...]} counts when the field has
one of the values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

from bunsui_core.domain.value import Json

Document = dict[str, Json]
Shape = Json

FOLDER = Path(__file__).parent / "aws_shapes"


@cache
def table(name: str) -> Document:
    """One table of shapes, by the name of its file."""
    document: Document = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return document


def event_faults(event: Document) -> list[str]:
    """What is wrong with an event of a history."""
    events = table("history_events")
    kind = str(event.get("type"))
    types = _document(events["types"])
    if kind not in types:
        return [f"{kind}: no such type of event"]
    known = _document(types[kind])
    common = _document(events["event"])
    must = dict(_document(common["must"]))
    if member := known["details"]:
        must[str(member)] = {"must": known["must"], "may": known["may"]}
    return [f"{kind}{fault}" for fault in faults({"must": must, "may": {}}, event)]


def faults(shape: Shape, value: Json) -> list[str]:
    """What is wrong with a value, each fault with the place where it is; nothing when it fits."""
    return list(_faults(shape, value, ""))


def _faults(shape: Shape, value: Json, at: str) -> Iterator[str]:
    if isinstance(shape, str):
        if not _KINDS[shape](value):
            yield f"{at}: not {shape}: {_short(value)}"
        return
    shape = _document(shape)
    if "must" in shape:
        yield from _object_faults(shape, value, at)
    elif "items" in shape:
        yield from _list_faults(shape["items"], value, at)
    elif "values" in shape:
        yield from _map_faults(shape["values"], value, at)
    else:
        yield from _text_faults(shape, value, at)


def _object_faults(shape: Document, value: Json, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at}: not an object: {_short(value)}"
        return
    must, may = _document(shape["must"]), _document(shape.get("may", {}))
    required = [*must, *(name for one in _conditions(shape, value) for name in _names(one, "must"))]
    never = {name for one in _conditions(shape, value) for name in _names(one, "never")}
    for name in required:
        if name not in value:
            yield f"{at}: {name} is missing"
    for name, given in value.items():
        known = must.get(name, may.get(name))
        if known is None:
            yield f"{at}: {name} is not known: {_short(given)}"
        elif name in never:
            yield f"{at}: {name} must not be there: {_short(given)}"
        else:
            yield from _faults(known, given, f"{at}.{name}")


def _conditions(shape: Document, value: Document) -> list[Document]:
    listed = shape.get("when", [])
    assert isinstance(listed, list)
    met = []
    for one in map(_document, listed):
        values = one["is"]
        assert isinstance(values, list)
        if value.get(str(one["field"])) in values:
            met.append(one)
    return met


def _names(condition: Document, which: str) -> list[str]:
    names = condition.get(which, [])
    assert isinstance(names, list)
    return [str(name) for name in names]


def _list_faults(shape: Shape, value: Json, at: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{at}: not a list: {_short(value)}"
        return
    for index, item in enumerate(value):
        yield from _faults(shape, item, f"{at}[{index}]")


def _map_faults(shape: Shape, value: Json, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at}: not a map: {_short(value)}"
        return
    for name, item in value.items():
        yield from _faults(shape, item, f"{at}.{name}")


def _text_faults(shape: Document, value: Json, at: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{at}: not a text: {_short(value)}"
    elif "pattern" in shape:
        if not re.fullmatch(str(shape["pattern"]), value):
            yield f"{at}: does not match {shape['pattern']}: {_short(value)}"
    elif "one of" in shape:
        listed = shape["one of"]
        assert isinstance(listed, list)
        if value not in listed:
            yield f"{at}: not one of {listed}: {value}"
    else:
        try:
            document = json.loads(value)
        except json.JSONDecodeError:
            yield f"{at}: not JSON: {_short(value)}"
        else:
            yield from _faults(shape["json"], document, f"{at}(json)")


def _is_timestamp(value: Json) -> bool:
    """Seconds on the wire; a recording has the text that a client makes of them."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).tzinfo is not None
        except ValueError:
            return False
    return isinstance(value, int | float) and not isinstance(value, bool)


_KINDS: dict[str, Callable[[Json], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "timestamp": _is_timestamp,
    "any": lambda _: True,
}


def _document(value: Json) -> Document:
    assert isinstance(value, dict), value
    return value


def _short(value: Json) -> str:
    return json.dumps(value)[:120]
