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
_NULL: Json = {"type": "null"}
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
        kept = {key: value for key, value in schema.items() if not self._is_noise(key, value)}
        if "enum" in kept:
            kept.pop("type", None)
        slimmed = {
            key: self._each(value) if key == "properties" else self._value(value)
            for key, value in kept.items()
        }
        return _joined(slimmed, nullable=self._noise is _NOISE_OUT)

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


def _definitions(schema: Schema) -> Schema:
    """Return the definitions without their docstrings, which speak to readers of the code."""
    known = schema.get("$defs")
    return {
        name: {key: value for key, value in found.items() if key != "description"}
        for name, found in (known.items() if isinstance(known, dict) else ())
        if isinstance(found, dict)
    }


def _joined(schema: Schema, nullable: bool) -> Schema:
    """Return a schema whose `anyOf` has no needless branch.

    An input that may be left out need not be null as well. An enum takes null among its values; a
    bare type does not, because a list of types is refused by clients of the OpenAPI dialect.
    """
    branches = schema.pop("anyOf", None)
    if not isinstance(branches, list):
        return schema
    kept = [one for one in branches if nullable or one != _NULL]
    match kept:
        case [dict(only)]:
            return {**only, **schema}
        case [{"enum": list(values)}, {"type": "null"}]:
            return {"enum": [*values, None], **schema}
        case _:
            return {"anyOf": kept, **schema}
