"""Schemas as small as they can be while they say the same about what is there.

A client loads every schema of `tools/list` into a model's context; generated titles, one-use
definitions and lists of always present fields would take more room than the descriptions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeAlias

from bunsui_core.domain.value import Json

Schema: TypeAlias = "dict[str, Json]"

_REF = "#/$defs/"
_ANY = ("additionalProperties", {"$ref": f"{_REF}JsonValue"})
_NOISE_IN = frozenset({"title"})
_NOISE_OUT = frozenset({"title", "description", "format", "required", "additionalProperties"})


def input_schema(schema: Schema) -> Schema:
    """Return a closed input schema without generated titles and empty defaults."""
    return {**_Slimmer(schema, _NOISE_IN).slim(), "additionalProperties": False}


def output_schema(schema: Schema) -> Schema:
    """Return an output schema of names and types, in which only the two sentences are required."""
    return {**_Slimmer(schema, _NOISE_OUT).slim(), "required": ["summary", "next"]}


class _Slimmer:
    """Slims one schema with its definitions; those used once are put in place."""

    def __init__(self, schema: Schema, noise: frozenset[str]) -> None:
        self._schema = schema
        self._noise = noise
        text, known = json.dumps(schema), schema.get("$defs")
        definitions = known if isinstance(known, dict) else {}
        uses = {name: text.count(f'"{_REF}{name}"') for name in definitions}
        self._once = {name: found for name, found in definitions.items() if uses[name] == 1}
        self._shared = {name: found for name, found in definitions.items() if uses[name] > 1}

    def slim(self) -> Schema:
        """Return the slimmed schema."""
        root = self._object({key: v for key, v in self._schema.items() if key != "$defs"})
        shared: Schema = {name: self._value(found) for name, found in self._shared.items()}
        return {**root, "$defs": shared} if shared else root

    def _object(self, schema: Mapping[str, Json]) -> Schema:
        kept = {key: value for key, value in schema.items() if not self._is_noise(key, value)}
        if "enum" in kept:
            kept.pop("type", None)
        slimmed = {
            key: self._each(value) if key == "properties" else self._value(value)
            for key, value in kept.items()
        }
        return _joined(slimmed)

    def _is_noise(self, key: str, value: Json) -> bool:
        says_nothing = key == "default" and value in ("", None)
        return key in self._noise or says_nothing or (key, value) == _ANY

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


def _joined(schema: Schema) -> Schema:
    """Return `anyOf` over bare types, or over an enum and null, as one `type` or one `enum`."""
    match schema.pop("anyOf", None):
        case [{"enum": list(values)}, {"type": "null"}]:
            return {"enum": [*values, None], **schema}
        case [*kinds] if all(isinstance(kind, dict) and [*kind] == ["type"] for kind in kinds):
            return {"type": [kind["type"] for kind in kinds if isinstance(kind, dict)], **schema}
        case None:
            return schema
        case kinds:
            return {"anyOf": kinds, **schema}
