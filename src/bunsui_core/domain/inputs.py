"""What an edited input changes."""

from __future__ import annotations

import json

from bunsui_core.domain.answer import InputChange
from bunsui_core.domain.value import Json


def input_changes(before: str, after: str) -> tuple[InputChange, ...]:
    """Return every place where two JSON texts differ, by path."""
    return tuple(_changes("$", json.loads(before), json.loads(after)))


def _changes(path: str, before: Json, after: Json) -> list[InputChange]:
    if isinstance(before, dict) and isinstance(after, dict):
        found: list[InputChange] = []
        for key in sorted(before.keys() | after.keys()):
            place = f"{path}.{key}"
            if key not in before:
                found.append(InputChange(path=place, before="absent", after=_text(after[key])))
            elif key not in after:
                found.append(InputChange(path=place, before=_text(before[key]), after="absent"))
            else:
                found += _changes(place, before[key], after[key])
        return found
    if before == after and type(before) is type(after):
        return []
    return [InputChange(path=path, before=_text(before), after=_text(after))]


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
