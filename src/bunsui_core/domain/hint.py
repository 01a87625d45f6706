"""Why a search finds nothing, where that can be known: a name that nobody ever used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.nearest import nearest
from bunsui_core.domain.searchable import Side, compared

SOME = 8
"""How many of the known names are told where none is near."""


def unknown_name(
    wanted: SessionFilter, pipelines: Sequence[str], keys: Mapping[Side, Sequence[str]]
) -> str:
    """Return a sentence about the pipeline or the first key that is not known, else nothing."""
    if wanted.pipeline and wanted.pipeline not in pipelines:
        return f"No pipeline is called {wanted.pipeline}{_meant(wanted.pipeline, pipelines)}"
    sought = [(Side.INPUT, field) for field in wanted.inputs]
    sought += [(Side.OUTPUT, field) for field in wanted.outputs]
    for side, field in sought:
        key = compared(field.path).rpartition(".")[2]
        if key not in keys[side]:
            return f"No {side} holds a value under {key}{_meant(key, keys[side])}"
    return ""


def _meant(name: str, known: Sequence[str]) -> str:
    near = nearest(name, known)
    if near:
        return f"; did you mean {near}?"
    some = ", ".join(known[:SOME])
    more = ", …" if len(known) > SOME else ""
    return f"; there are {some}{more}." if some else "."
