"""A named account and region, and the `bunsui.toml` that lists several of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationError

from bunsui_core.domain.errors import BadInput, NotFound
from bunsui_core.domain.nearest import nearest
from bunsui_core.domain.selection import Pattern, Selection
from bunsui_core.domain.value import Value

LOCAL = "local"
AMBIENT = "ambient"
"""In place of a profile: whatever the AWS SDK finds by itself, in variables or on an instance."""

TABLE = "environments"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
"""A name is also the name of a folder, on file systems that know no capitals too."""


LONGEST_DAYS = 36_500
"""How many days at most archives are kept for; more are kept for good."""


UNLOCK_MINUTES, MOST_UNLOCK_MINUTES = 5, 60
"""How long a key may lie open in a terminal UI where nobody says otherwise, and at most."""


class EnvironmentClass(StrEnum):
    """How careful bunsui is there; what nobody classed counts as production."""

    DEV = "dev"
    PRODUCTION = "production"


class Expose(StrEnum):
    """What an agent sees of inputs, outputs and log lines: nothing, their shape, or all."""

    NONE = "none"
    KEYS = "keys"
    VALUES = "values"


class StoreKind(StrEnum):
    """Where bunsui remembers: in files of this machine, or in DynamoDB and S3 for several."""

    SQLITE = "sqlite"
    DYNAMODB = "dynamodb"


def usual_exposure(known: Mapping[str, object]) -> Expose:
    """Return what is exposed where nobody said so: in production the shape alone."""
    return Expose.VALUES if known.get("kind") is EnvironmentClass.DEV else Expose.KEYS


class Environment(Value):
    """Which account and region, as whom it is read and changed, and how careful bunsui is there.

    Nothing is ever changed there without an `execute_profile`, nor unless it `executes`.
    `event_queue` is the URL of the SQS queue of status events, if there is one. Archives of
    closed executions are kept for `keep_days`, for good when it is 0. A `store` in DynamoDB has
    a `table` and a `bucket`, and is written by who approves as `approve_profile`. A key lies
    open for `unlock_minutes` after its passphrase was typed to unlock it, never when it is 0.
    `trust_root` is the id of the key on which all trust rests: a trust list that another key
    began counts for nothing there.
    """

    account: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    region: Annotated[str, Field(pattern=r"^[a-z]{2,5}(-[a-z]+)+-[0-9]+$")]
    read_profile: Annotated[str, Field(min_length=1)]
    execute_profile: str = ""
    executes: Annotated[bool, Field(strict=True)] = False
    kind: Annotated[EnvironmentClass, Field(alias="class")] = EnvironmentClass.PRODUCTION
    expose: Annotated[Expose, Field(default_factory=usual_exposure)]
    include: tuple[Pattern, ...] = ()
    exclude: tuple[Pattern, ...] = ()
    event_queue: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    keep_days: Annotated[int, Field(strict=True, ge=0, le=LONGEST_DAYS)] = 0
    store: StoreKind = StoreKind.SQLITE
    table: Annotated[str, Field(pattern=r"^([A-Za-z0-9_.-]{3,255})?$")] = ""
    bucket: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$")] = ""
    approve_profile: str = ""
    unlock_minutes: Annotated[int, Field(strict=True, ge=0, le=MOST_UNLOCK_MINUTES)] = (
        UNLOCK_MINUTES
    )
    trust_root: Annotated[str, Field(pattern=r"^([0-9a-f]{16})?$")] = ""

    @property
    def selection(self) -> Selection:
        """Which machines are watched there."""
        return Selection(include=self.include, exclude=self.exclude)

    def watches(self, name: str, tags: Mapping[str, str]) -> bool:
        """Whether a machine of that name and these tags is watched."""
        return self.selection.watches(name, tags)


KEYS = tuple(one.alias or key for key, one in Environment.model_fields.items())
"""The keys of an environment in the file, in their order."""


def parse_environments(text: str, path: str) -> Mapping[str, Environment]:
    """Return the environments of a `bunsui.toml`, by name. Raises: BadInput."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{path} is not TOML: {error}.", "Correct that line.") from error
    _known(document, (TABLE,), path)
    tables = document.get(TABLE, {})
    if not isinstance(tables, dict):
        raise BadInput(f"{path}: {TABLE} is not a table.", f"Write [{TABLE}.NAME].")
    return {name: _environment(name, table, path) for name, table in tables.items()}


def named(environments: Mapping[str, Environment], name: str, path: str) -> Environment:
    """Return the environment of that name. Raises: NotFound, with the nearest name."""
    if name in environments:
        return environments[name]
    known = (LOCAL, *environments)
    raise NotFound(f"{path} has no environment {name!r}.", _meant(name, known))


def proper_name(name: str) -> str:
    """Return the name when an environment may have it. Raises: BadInput."""
    if name == LOCAL:
        raise BadInput(f"{LOCAL!r} is the embedded AWS.", "Choose another name.")
    if not NAME.fullmatch(name):
        raise BadInput(
            f"{name!r} cannot name an environment.",
            "Use up to 40 lower-case letters, digits, dashes and underscores.",
        )
    return name


def environment_of(table: Mapping[str, object], where: str) -> Environment:
    """Return the environment that a table says. Raises: BadInput, which names `where`."""
    _known(table, KEYS, where)
    try:
        return Environment.model_validate(dict(table))
    except ValidationError as error:
        raise _of_value(error, where) from error


def _environment(name: str, table: object, path: str) -> Environment:
    where = f"{path}, [{TABLE}.{name}]"
    try:
        proper_name(name)
    except BadInput as error:
        raise BadInput(f"{where}: {error.message}", error.next_step) from error
    if not isinstance(table, dict):
        raise BadInput(f"{where} is not a table.", "Write `key = value` lines below it.")
    return environment_of(table, where)


def _of_value(error: ValidationError, where: str) -> BadInput:
    first = error.errors()[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "missing":
        return BadInput(f"{where} has no {key!r}.", f"Add a line `{key} = …`.")
    if first["type"] == "enum":
        wrong = f"{where}: {key} cannot be {first['input']!r}."
        return BadInput(wrong, _meant(str(first["input"]), _choices(key)))
    if key in ("keep_days", "unlock_minutes", "executes"):
        return BadInput(f"{where}: {key} cannot be {first['input']!r}.", _HINTS[key])
    if first["type"] == "string_pattern_mismatch":
        return BadInput(f"{where}: {key} cannot be {first['input']!r}.", _HINTS[key])
    return _of_kind(key, first["input"], where)


def _of_kind(key: str, said: object, where: str) -> BadInput:
    """Return what to write in place of a value that is no text, or no list."""
    if key in ("include", "exclude"):
        return BadInput(f"{where}: {key} is a list of texts.", f'Write {key} = ["{said}"].')
    if said == "" or isinstance(said, dict | list):
        return BadInput(f"{where}: {key} is a text.", _HINTS.get(key, f'Write {key} = "NAME".'))
    return BadInput(
        f"{where}: {key} is a text, and {said} is none.", f'Write it in quotes: {key} = "{said}".'
    )


_WATCHED = "Name machines as in orders-*, or tags as in tag:team=data."
_HINTS = {
    "account": "Write the twelve digits of the account.",
    "region": "Write a region, such as eu-west-1.",
    "include": _WATCHED,
    "exclude": _WATCHED,
    "event_queue": "Write the https address of an SQS queue; it is the output of the template.",
    "table": "Write the name of a DynamoDB table: letters, digits and _ . - only.",
    "bucket": "Write the name of an S3 bucket: small letters, digits, dots and dashes.",
    "executes": "Write true to let a worker do what is approved there, or false; without quotes.",
    "unlock_minutes": f"Write whole minutes up to {MOST_UNLOCK_MINUTES}, or 0 to keep none open.",
    "trust_root": "Write the 16 hex digits that `bunsui approvers list` shows as the root.",
    "keep_days": f"Write a whole number of days up to {LONGEST_DAYS}, or 0 to keep all for good.",
}


def _choices(key: str) -> tuple[str, ...]:
    kinds: Mapping[str, type[StrEnum]] = {"class": EnvironmentClass, "store": StoreKind}
    return tuple(one.value for one in kinds.get(key, Expose))


def _known(table: Mapping[str, object], known: Iterable[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise BadInput(f"{where} has an unknown key {key!r}.", _meant(key, tuple(known)))


def _meant(word: str, known: tuple[str, ...]) -> str:
    near = nearest(word, known)
    return f"Did you mean {near!r}?" if near else f"It may be one of: {', '.join(known)}."
