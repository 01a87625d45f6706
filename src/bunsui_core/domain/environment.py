"""A named account and region, and the `bunsui.toml` that lists several of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationError

from bunsui_core.domain.errors import BadInput, NotFound
from bunsui_core.domain.value import Value

LOCAL = "local"
_TABLE = "environments"


class EnvironmentClass(StrEnum):
    """How careful bunsui is there; what nobody classed counts as production."""

    DEV = "dev"
    PRODUCTION = "production"


class Environment(Value):
    """Which account and region, as whom it is read, and how careful bunsui is there."""

    account: Annotated[str, Field(pattern=r"^\d{12}$")]
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d+$")]
    read_profile: Annotated[str, Field(min_length=1)]
    kind: Annotated[EnvironmentClass, Field(alias="class")] = EnvironmentClass.PRODUCTION


def parse_environments(text: str, path: str) -> Mapping[str, Environment]:
    """Return the environments of a `bunsui.toml`, by name. Raises: BadInput."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{path} is not TOML: {error}.", "Correct that line.") from error
    _known(document, (_TABLE,), path)
    tables = document.get(_TABLE, {})
    if not isinstance(tables, dict):
        raise BadInput(f"{path}: {_TABLE} is not a table.", f"Write [{_TABLE}.NAME].")
    return {name: _environment(name, table, path) for name, table in tables.items()}


def named(environments: Mapping[str, Environment], name: str, path: str) -> Environment:
    """Return the environment of that name. Raises: NotFound, with the nearest name."""
    if name in environments:
        return environments[name]
    known = (LOCAL, *environments)
    raise NotFound(f"{path} has no environment {name!r}.", _meant(name, known))


def _environment(name: str, table: object, path: str) -> Environment:
    where = f"{path}, [{_TABLE}.{name}]"
    if name == LOCAL or not isinstance(table, dict):
        raise BadInput(f"{where} cannot be used.", f"{LOCAL!r} is the embedded AWS; write a table.")
    _known(table, [one.alias or key for key, one in Environment.model_fields.items()], where)
    try:
        return Environment.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{where}: {key}: {first['msg']}.", "Correct that value.") from error


def _known(table: Mapping[str, object], known: Iterable[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise BadInput(f"{where} has an unknown key {key!r}.", _meant(key, tuple(known)))


def _meant(word: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(word, known, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"It may be one of: {', '.join(known)}."
