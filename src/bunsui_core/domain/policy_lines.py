"""Where in a policy's text something stands that cannot be meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from bunsui_core.domain.nearest import nearest

Place: TypeAlias = tuple[int | str, ...]
"""The path to a value in the read text: names of tables and keys, places in lists."""

KNOWN = (
    *("version", "expiry_minutes", "break_glass", "pending", "rules", "freeze", "match", "require"),
    *("environment", "kind", "pipeline", "risk", "agent", "requester", "per_requester", "total"),
    *("name", "from", "until", "days", "to", "zone"),
)
"""The words of a policy, wherever they stand in it."""

MOST_TOLD = 5
"""Faults that are told at once."""

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*[\"']?([\w-]+)[\"']?\s*=")


def faults(text: str, found: Iterable[tuple[Place, str, str]]) -> str:
    """Return faults as a sentence, each with its line; `found` are place, kind and words of each.

    The kinds are those of pydantic's errors.
    """
    lines = places(text)
    told = [_fault(lines, *one) for one in found]
    more = f"; and {len(told) - MOST_TOLD} more" if len(told) > MOST_TOLD else ""
    return "; ".join(told[:MOST_TOLD]) + more


def places(text: str) -> Mapping[Place, int]:
    """Return the line, counted from 1, in which each table and each key of a TOML text stands."""
    found: dict[Place, int] = {(): 1}
    table: Place = ()
    count: dict[Place, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            path = _within(tuple(header[2].replace('"', "").split(".")), count)
            found.setdefault(path, number)
            if header[1] == "[[":
                count[path] = count.get(path, -1) + 1
                path = (*path, count[path])
            table = path
            found.setdefault(path, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, key[1]), number)
    return found


def _within(names: tuple[str, ...], count: Mapping[Place, int]) -> Place:
    """The path of a table, which may lie in the last one of a list."""
    path: Place = ()
    for name in names[:-1]:
        path = (*path, name)
        path = (*path, count[path]) if path in count else path
    return (*path, names[-1].strip())


def _fault(lines: Mapping[Place, int], place: Place, kind: str, words: str) -> str:
    known = tuple(part for part in place if part not in {"once", "weekly"})
    line = next(lines[known[:n]] for n in range(len(known), -1, -1) if known[:n] in lines)
    name = next((str(part) for part in reversed(known) if isinstance(part, str)), "")
    told = {"extra_forbidden": "is not known here", "missing": "is missing"}
    plain = words.removeprefix("Value error, ").replace("'', ", "")
    said = told.get(kind, plain[:1].lower() + plain[1:])
    if kind == "extra_forbidden" and (meant := nearest(name, KNOWN)) not in {"", name}:
        said = f"{said}, did you mean {meant}?"
    return f"line {line}: {name}: {said}" if name else f"line {line}: {said}"
