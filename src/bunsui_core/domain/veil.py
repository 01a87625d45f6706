"""What is shown to an agent: payloads as its level lets them be seen, and no secret in any text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from bunsui_core.domain.environment import Expose
from bunsui_core.domain.failure import Evidence, EvidenceKind, LogLine
from bunsui_core.domain.quoted import HIDDEN, Values, values_in, values_of
from bunsui_core.domain.secrets import masked, secrets_in
from bunsui_core.domain.value import Json, Value

_PAYLOADS = frozenset(
    {"input", "output", "state_input", "inputs", "parameters", "assigned", "editable"}
)
_TOLD = frozenset({"cause", "message", "exception", "summary", "text", "result", "note"})
# Ids and digests are made by bunsui or AWS, and are what an agent names things by.
_MADE_HERE = ("_id", "_digest", "_hash", "_arn", "sha256", "revision", "signature")
# What AWS itself writes; it tells times and memory, never what a function was given.
_OF_AWS = re.compile(r"(START|END|REPORT|INIT_START) (RequestId|Runtime Version): ")

V = TypeVar("V", bound=Value)


def veiled(value: V, level: Expose, *others: Value) -> V:
    """Return a value whose payloads and log lines are as that level shows them, without secrets.

    What payloads of it and of the others hold, under a level that hides it, or under the name of
    a secret, does not stand in its messages either.
    """
    everything: tuple[Value, ...] = (value, *others)
    held = tuple(text for one in everything for text in _payloads(one))
    hidden = Values(None) if level is Expose.VALUES else values_of(held)
    return _Veil(level, hidden, values_in(secrets_in(held))).over(value)


def shape(text: str, level: Expose) -> str:
    """Return the keys and kinds of a JSON text as JSON, or with NONE nothing of it."""
    if level is Expose.NONE:
        return json.dumps(f"{HIDDEN}>")
    try:
        return json.dumps(_shape(json.loads(text)), ensure_ascii=False)
    except (ValueError, RecursionError):
        return json.dumps(f"{HIDDEN} text of {len(text)} characters>")


def _payloads(value: Value) -> Iterator[str]:
    for name in type(value).model_fields:
        held: object = getattr(value, name)
        for one in held if isinstance(held, tuple) else (held,):
            if isinstance(one, Value):
                yield from _payloads(one)
            elif name in _PAYLOADS and isinstance(one, str):
                yield one


@dataclass(frozen=True)
class _Veil:
    level: Expose
    values: Values
    secrets: Values

    def over(self, value: V) -> V:
        changes = {
            name: after
            for name in type(value).model_fields
            if (after := self._field(value, name)) is not getattr(value, name)
        }
        return value.model_copy(update=changes) if changes else value

    def _field(self, value: Value, name: str) -> object:
        held: object = getattr(value, name)
        if isinstance(held, StrEnum):
            return held
        if isinstance(held, str):
            shown = self._text(value, name, held)
            return held if shown == held else shown
        if isinstance(held, Value):
            return self.over(held)
        if isinstance(held, tuple):
            return self._each(held, name)
        return held

    def _each(self, held: tuple[object, ...], name: str) -> tuple[object, ...]:
        found = tuple(self._one(one, name) for one in held)
        return held if all(a is b for a, b in zip(found, held, strict=True)) else found

    def _one(self, held: object, name: str) -> object:
        if isinstance(held, Value):
            return self.over(held)
        if not isinstance(held, str) or isinstance(held, StrEnum):
            return held
        is_shaped = name in _PAYLOADS and self.level is not Expose.VALUES
        shown = shape(held, self.level) if is_shaped else self._without_secrets(held)
        return held if shown == held else shown

    def _text(self, value: Value, name: str, held: str) -> str:
        if name.endswith(_MADE_HERE):
            return held
        shown = held if self.level is Expose.VALUES else self._shown(value, name, held)
        return self._without_secrets(shown)

    def _without_secrets(self, text: str) -> str:
        return self.secrets.only(masked(text))

    def _shown(self, value: Value, name: str, held: str) -> str:
        if name in _PAYLOADS:
            return shape(held, self.level)
        if name == "text" and _is_log(value):
            return _line(held, self.level)
        if name == "source" and isinstance(value, Evidence) and value.kind is EvidenceKind.OBJECT:
            return self.values.only(held)
        return self.values.without(held) if name in _TOLD else held


def _is_log(value: Value) -> bool:
    return isinstance(value, LogLine) or (
        isinstance(value, Evidence) and value.kind is EvidenceKind.LOG
    )


def _line(text: str, level: Expose) -> str:
    if level is Expose.KEYS and _OF_AWS.match(text) and "\n" not in text.rstrip():
        return text
    if level is Expose.KEYS and text.startswith("{"):
        return shape(text, level)
    return f"{HIDDEN} line of {len(text)} characters>"


def _shape(document: Json) -> Json:
    match document:
        case dict():
            return {key: _shape(held) for key, held in document.items()}
        case [first, *rest]:
            return [_shape(first), *([f"{HIDDEN}: {len(rest)} more>"] if rest else [])]
        case bool():
            return f"{HIDDEN} true or false>"
        case str():
            return f"{HIDDEN} string>"
        case int() | float():
            return f"{HIDDEN} number>"
        case _:
            return document
