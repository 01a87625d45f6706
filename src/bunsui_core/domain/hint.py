"""Why a search found nothing, where that can be known: a key that nobody ever used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.searchable import Side, compared


def unknown_key(wanted: SessionFilter, known: Mapping[Side, Sequence[str]]) -> str:
    """Return a sentence about the first sought key that no session holds, else nothing."""
    sought = [(Side.INPUT, field) for field in wanted.inputs]
    sought += [(Side.OUTPUT, field) for field in wanted.outputs]
    for side, field in sought:
        key = compared(field.path).rpartition(".")[2]
        if key not in known[side]:
            near = get_close_matches(key, known[side], n=1)
            meant = f"; did you mean {near[0]}?" if near else "."
            return f"No {side} holds a value under {key}{meant}"
    return ""
