"""What every value of the domain is: frozen, complete, closed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""Any JSON document, as `json.loads` returns it."""


class Value(BaseModel):
    """A frozen object that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


DEEPEST = 400
"""How deep a document may nest: whoever reads it does so by recursion, from any depth."""


def read_json(text: str) -> Json:
    """Return the document that a JSON text holds. Raises: ValueError, also when it nests too deep.

    Python's own reader raises RecursionError, at a depth that depends on who calls.
    """
    try:
        document: Json = json.loads(text)
    except RecursionError as error:
        raise ValueError("it nests too deep") from error
    if text.count("[") + text.count("{") > DEEPEST and _depth(document) > DEEPEST:
        raise ValueError("it nests too deep")
    return document


def _depth(document: Json) -> int:
    depth, level = 0, [document]
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [inner for one in level for inner in _inside(one)]
    return depth


def _inside(document: Json) -> Iterable[Json]:
    if isinstance(document, dict):
        return document.values()
    return document if isinstance(document, list) else ()


def _is_json(text: str) -> str:
    read_json(text)
    return text


Instant = AwareDatetime
"""A moment with its zone; naive datetimes are refused."""

JsonText = Annotated[str, AfterValidator(_is_json)]
"""A JSON document as text, kept byte for byte as it was read."""
