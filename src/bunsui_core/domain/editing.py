"""A JSON text as a human edits it: laid out, harmless on a terminal, and what is wrong with it."""

from __future__ import annotations

import json

from bunsui_core.domain.safe import safe
from bunsui_core.domain.value import Json


def pretty(text: str) -> str:
    """Return a JSON text with the same content, a value a line.

    What could act on a terminal stands as an escape of JSON, so that an editor shows it.
    """
    return harmless(json.dumps(json.loads(text), indent=2, ensure_ascii=False))


def harmless(typed: str) -> str:
    """Return a text in which what could act on a terminal stands as an escape of JSON.

    Outside a string of a JSON text such a character would be wrong anyway.
    """
    if typed.isascii() and typed.isprintable():
        return typed
    return "".join(map(_escaped, typed.replace("\r\n", "\n").replace("\r", "\n")))


def place_of(error: ValueError) -> str:
    """Return where a text is no JSON, and why, in a few words."""
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg.removesuffix(' at')}"
    return safe(str(error), 200, newlines=False)


def same(text: str, other: str) -> bool:
    """Whether two JSON texts say the same, whatever their spacing and key order."""
    return _exact(json.loads(text)) == _exact(json.loads(other))


def _exact(document: Json) -> str:
    return json.dumps(document, sort_keys=True)


def _escaped(char: str) -> str:
    """A character as it is, or its escape when it would not be shown as it is."""
    return char if safe(char) == char else json.dumps(char)[1:-1].replace("\x7f", "\\u007f")
