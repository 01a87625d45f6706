"""What every value of the domain is: frozen, complete, closed."""

from __future__ import annotations

import json
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""Any JSON document, as `json.loads` returns it."""


class Value(BaseModel):
    """A frozen object that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def _is_json(text: str) -> str:
    json.loads(text)
    return text


Instant = AwareDatetime
"""A moment with its zone; naive datetimes are refused."""

JsonText = Annotated[str, AfterValidator(_is_json)]
"""A JSON document as text, kept byte for byte as it was read."""
