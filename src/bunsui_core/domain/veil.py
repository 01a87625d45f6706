"""What is shown of inputs, outputs and log lines to an agent that may not see them whole."""

from __future__ import annotations

import json
import re
from typing import TypeVar

from bunsui_core.domain.environment import Expose
from bunsui_core.domain.failure import Evidence, EvidenceKind, LogLine
from bunsui_core.domain.value import Json, Value

HIDDEN = "<hidden"
"""How everything begins that stands for something hidden."""

_PAYLOADS = frozenset({"input", "output", "state_input", "inputs", "parameters", "assigned"})
_TOLD = frozenset({"cause", "message", "summary", "text"})
# What AWS itself writes; it tells times and memory, never what a function was given.
_OF_AWS = re.compile(r"(START|END|REPORT|INIT_START) (RequestId|Runtime Version): ")
# A nested execution that failed is told with its whole input; the text may be cut anywhere.
_INSIDE = re.compile(r'"(Input|Output)"\s*:\s*"(?:[^"\\]|\\.)*\\?("|$)')

V = TypeVar("V", bound=Value)


def veiled(value: V, level: Expose) -> V:
    """Return a value whose payloads and log lines are as that level shows them."""
    if level is Expose.VALUES:
        return value
    changes = {
        name: after
        for name in type(value).model_fields
        if (after := _field(value, name, level)) is not getattr(value, name)
    }
    return value.model_copy(update=changes) if changes else value


def shape(text: str, level: Expose) -> str:
    """Return the keys and kinds of a JSON text as JSON, or with NONE nothing of it."""
    if level is Expose.NONE:
        return json.dumps(f"{HIDDEN}>")
    try:
        return json.dumps(_shape(json.loads(text)), ensure_ascii=False)
    except (ValueError, RecursionError):
        return json.dumps(f"{HIDDEN} text of {len(text)} characters>")


def _field(value: Value, name: str, level: Expose) -> object:
    held: object = getattr(value, name)
    if isinstance(held, str):
        return _text(value, name, held, level)
    if isinstance(held, Value):
        return veiled(held, level)
    if isinstance(held, tuple):
        return _each(held, name in _PAYLOADS, level)
    return held


def _each(held: tuple[object, ...], is_payload: bool, level: Expose) -> tuple[object, ...]:
    found = tuple(_one(one, is_payload, level) for one in held)
    return held if all(a is b for a, b in zip(found, held, strict=True)) else found


def _one(held: object, is_payload: bool, level: Expose) -> object:
    if isinstance(held, Value):
        return veiled(held, level)
    return shape(held, level) if is_payload and isinstance(held, str) else held


def _text(value: Value, name: str, held: str, level: Expose) -> str:
    if name in _PAYLOADS:
        return shape(held, level)
    if name == "text" and _is_log(value):
        return _line(held, level)
    return _INSIDE.sub(rf'"\1":"{HIDDEN}>"', held) if name in _TOLD else held


def _is_log(value: Value) -> bool:
    return isinstance(value, LogLine) or (
        isinstance(value, Evidence) and value.kind is EvidenceKind.LOG
    )


def _line(text: str, level: Expose) -> str:
    if level is Expose.KEYS and _OF_AWS.match(text):
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
