"""Writes the tables of shapes that the API's model knows: `python -m tests.golden.from_model`.

The model tells every field and its kind; `recorded.json`, written by hand, tells which of them AWS
leaves out never.
"""

from __future__ import annotations

import json
from fnmatch import fnmatch

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, StructureShape
from botocore.model import Shape as ModelShape

from bunsui_core.domain.value import Json
from tests.golden.shapes import FOLDER, Document, Shape, table

_KINDS = {
    "string": "string",
    "integer": "integer",
    "long": "integer",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "double": "number",
    "float": "number",
}
_ENTERED, _EXITED = "StateEntered", "StateExited"


def history_events() -> Document:
    """The shape of each type of event."""
    model = _model()
    event = _structure(model.shape_for("HistoryEvent"))
    types: Document = {}
    for kind in _enum(model, "HistoryEventType"):
        member = _details(kind, event)
        always = _always("events", kind)
        fields = _fields(event.members[member], always) if member else {"must": {}, "may": {}}
        types[kind] = {"details": member, **fields}
    common = ("id", "previousEventId", "timestamp", "type")
    must: Document = {name: _shape(event.members[name]) for name in common}
    must["type"] = "string"  # the names are those of the table itself
    return {"event": {"must": must, "may": {}}, "types": types}


def answers() -> Document:
    """The shape of each answer that the table tells something about."""
    model = _model()
    known = table("recorded")["answers"]
    assert isinstance(known, dict)
    shapes: Document = {}
    for operation, told in known.items():
        assert isinstance(told, dict)
        names = told["must"]
        assert isinstance(names, list)
        output = model.operation_model(operation).output_shape
        assert output is not None
        shape = _fields(output, [str(name) for name in names])
        shapes[operation] = {**shape, **({"when": told["when"]} if told["when"] else {})}
    history = shapes["GetExecutionHistory"]
    assert isinstance(history, dict)
    # Each event has a shape of its own.
    history["must"] = {"events": {"items": "any"}}
    return shapes


def main() -> None:
    """Write both tables."""
    for name, document in (("history_events", history_events()), ("answers", answers())):
        text = json.dumps(document, indent=1)
        (FOLDER / f"{name}.json").write_text(f"{text}\n", "utf-8")


def _model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("stepfunctions")


def _enum(model: ServiceModel, name: str) -> list[str]:
    values: list[str] = model.shape_for(name).enum  # type: ignore[attr-defined]  # a string shape
    return sorted(values)


def _details(kind: str, event: StructureShape) -> str | None:
    """The member of an event that carries what is particular to a type."""
    for ending in (_ENTERED, _EXITED):
        if kind.endswith(ending):
            kind = ending
    member = f"{kind[0].lower()}{kind[1:]}EventDetails"
    return member if member in event.members else None


def _fields(shape: ModelShape, always: list[str]) -> Document:
    structure = _structure(shape)
    must = {*structure.required_members, *always}
    unknown = must - set(structure.members)
    assert not unknown, f"{structure.name} has no {unknown}"
    fields: Document = {name: _shape(member) for name, member in structure.members.items()}
    return {
        "must": {name: kind for name, kind in fields.items() if name in must},
        "may": {name: kind for name, kind in fields.items() if name not in must},
    }


def _shape(shape: ModelShape) -> Shape:
    match shape:
        case StructureShape():
            return _fields(shape, _always("structures", shape.name))
        case ListShape():
            return {"items": _shape(shape.member)}
        case MapShape():
            return {"values": _shape(shape.value)}
    values: list[Json] = list(getattr(shape, "enum", []))
    return {"one of": values} if values else _KINDS[shape.type_name]


def _structure(shape: ModelShape) -> StructureShape:
    assert isinstance(shape, StructureShape)
    return shape


def _always(part: str, name: str) -> list[str]:
    patterns = table("recorded")[part]
    assert isinstance(patterns, dict)
    found = [fields for pattern, fields in patterns.items() if fnmatch(name, pattern)]
    return [str(field) for fields in found if isinstance(fields, list) for field in fields]


if __name__ == "__main__":
    main()
