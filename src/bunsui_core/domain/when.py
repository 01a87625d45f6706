"""Whether a condition holds: a JSON pointer into an output, and a comparison."""

from __future__ import annotations

import json

from bunsui_core.domain.pipeline import Test, When
from bunsui_core.domain.value import Json


class _Missing:
    """What a pointer leads to that leads nowhere."""


MISSING = _Missing()


def holds(when: When, text: str) -> bool:
    """Return whether a condition holds for a document.

    What is not there equals nothing, and is neither less nor greater. Numbers are compared with
    numbers and texts with texts, nothing else has an order.
    """
    found = at_pointer(json.loads(text), when.pointer)
    if isinstance(found, _Missing):
        return when.test in {Test.MISSING, Test.NOT_EQUALS}
    wanted: Json = json.loads(when.value)
    match when.test:
        case Test.EXISTS | Test.MISSING:
            return when.test is Test.EXISTS
        case Test.EQUALS:
            return _is_equal(found, wanted)
        case Test.NOT_EQUALS:
            return not _is_equal(found, wanted)
        case Test.LESS:
            return _is_less(found, wanted)
        case Test.GREATER:
            return _is_less(wanted, found)


def at_pointer(document: Json, pointer: str) -> Json | _Missing:
    """Return what a JSON pointer (RFC 6901) leads to."""
    found = document
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and key in found:
            found = found[key]
        elif isinstance(found, list) and _is_index(key) and int(key) < len(found):
            found = found[int(key)]
        else:
            return MISSING
    return found


def _is_index(key: str) -> bool:
    return key.isascii() and key.isdigit() and (key == "0" or key[0] != "0") and len(key) < 10


def _is_equal(one: Json, other: Json) -> bool:
    """JSON's equality: 1 is 1.0, and is not true, at any depth."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_equal(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_equal, one, other))
    return one == other


def _is_less(one: Json, other: Json) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one < other
    return isinstance(one, str) and isinstance(other, str) and one < other
