"""Schemas as small as they can be: a client loads all of `tools/list` into a model's context.

What goes in is described in full, but for generated titles and one-use definitions. Of what comes
out only the names are listed; an answer shows the rest, and `schemas/mcp.*.json` says it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeAlias

from bunsui_core.domain.value import Json

Schema: TypeAlias = "dict[str, Json]"

FRAME = ("summary", "next", "as_of", "source")
"""What every answer has."""

_REF = "#/$defs/"
_ANY = ("additionalProperties", {"$ref": f"{_REF}JsonValue"})
_NULL: Json = {"type": "null"}


def input_schema(schema: Schema) -> Schema:
    """Return a closed input schema without generated titles and empty defaults."""
    return {**_Slimmer(schema).slim(), "additionalProperties": False}


def output_schema(schema: Schema) -> Schema:
    """Return an output schema of names, without those that every answer has.

    Only the two sentences are required.
    """
    fields = schema["properties"]
    own = [name for name in fields if name not in FRAME] if isinstance(fields, dict) else ()
    names: Schema = {name: {} for name in own}
    return {"type": "object", "properties": names, "required": ["summary", "next"]}


class _Slimmer:
    """Slims one schema with its definitions; those used once are put in place."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        text, definitions = json.dumps(schema), _definitions(schema)
        uses = {name: text.count(f'"{_REF}{name}"') for name in definitions}
        self._once = {name: found for name, found in definitions.items() if uses[name] == 1}
        self._shared = {name: found for name, found in definitions.items() if uses[name] > 1}

    def slim(self) -> Schema:
        """Return the slimmed schema."""
        root = self._object({key: v for key, v in self._schema.items() if key != "$defs"})
        shared: Schema = {name: self._value(found) for name, found in self._shared.items()}
        return {**root, "$defs": shared} if shared else root

    def _object(self, schema: Mapping[str, Json]) -> Schema:
        kept = {key: value for key, value in schema.items() if not _is_noise(key, value)}
        if "enum" in kept:
            kept.pop("type", None)
        slimmed = {
            key: self._each(value) if key == "properties" else self._value(value)
            for key, value in kept.items()
        }
        return _joined(slimmed)

    def _each(self, schemas: Json) -> Json:
        if not isinstance(schemas, dict):
            return schemas
        return {name: self._value(schema) for name, schema in schemas.items()}

    def _value(self, value: Json) -> Json:
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if not isinstance(value, dict):
            return value
        name = str(value.get("$ref")).removeprefix(_REF)
        return self._value(self._once[name]) if name in self._once else self._object(value)


def _definitions(schema: Schema) -> Schema:
    """Return the definitions without their docstrings, which speak to readers of the code."""
    known = schema.get("$defs")
    return {
        name: {key: value for key, value in found.items() if key != "description"}
        for name, found in (known.items() if isinstance(known, dict) else ())
        if isinstance(found, dict)
    }


def _is_noise(key: str, value: Json) -> bool:
    says_nothing = key == "default" and value in ("", None, False)
    return key == "title" or says_nothing or (key, value) == _ANY


def _joined(schema: Schema) -> Schema:
    """Return a schema without null: an input that may be left out need not be null as well."""
    branches = schema.pop("anyOf", None)
    if not isinstance(branches, list):
        return schema
    kept = [one for one in branches if one != _NULL]
    match kept:
        case [dict(only)]:
            return {**only, **schema}
        case _:
            return {"anyOf": kept, **schema}
