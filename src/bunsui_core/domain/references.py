"""References to payloads that lie in S3: what a job is told in place of a payload too large."""

from __future__ import annotations

from collections.abc import Iterable

from bunsui_core.domain.value import Json, Value, read_json

KEY = "bunsui_reference"
"""The key under which a payload stands that is passed by reference."""


class Reference(Value):
    """Where a payload lies, and the sha256 that it must have; empty fields were not given."""

    uri: str
    sha256: str


def references(text: str) -> tuple[Reference, ...]:
    """Return every reference in a JSON text, each once, in order."""
    if KEY not in text and "\\u" not in text:  # where it may be written otherwise
        return ()
    found: dict[Reference, None] = {}
    todo: list[Json] = [read_json(text)]
    while todo:
        one = todo.pop()
        if isinstance(one, dict) and KEY in one:
            found[_of(one[KEY])] = None
        todo.extend(reversed(list(_inside(one))))
    return tuple(found)


def _of(value: Json) -> Reference:
    fields = value if isinstance(value, dict) else {}
    return Reference(uri=_text(fields.get("uri")), sha256=_text(fields.get("sha256")))


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _inside(document: Json) -> Iterable[Json]:
    if isinstance(document, dict):
        return document.values()
    return document if isinstance(document, list) else ()
