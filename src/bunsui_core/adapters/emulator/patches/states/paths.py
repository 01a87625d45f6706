"""Reading JSONPath references: of the input, of the context object ($$) and of variables ($x)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bunsui_core.adapters.emulator.patches.states import path_filter
from bunsui_core.domain.value import Json

_Document = dict[str, Json]

_STEP = re.compile(
    path_filter.PATTERN
    + r"""
    |\.\.(?P<deep>[^.\[\]'"*\s]+)
    |(?P<every>\.\*|\[\*\])
    |\.(?P<name>[^.\[\]'"*]+)
    |\[(?P<quote>['"])(?P<quoted>(?:\\.|(?!(?P=quote)).)*)(?P=quote)\]
    |\[(?P<index>-?\d+)\]
    |\[(?P<first>-?\d*):(?P<last>-?\d*)\]""",
    re.VERBOSE,
)
_VARIABLE = re.compile(r"\$([A-Za-z_]\w*)")
# What `$$` shows of the context that the interpreter keeps.
_PUBLIC = ("Execution", "State", "StateMachine", "Map", "Task")


class Unreadable(Exception):
    """A path leads nowhere, or is of a kind that the embedded AWS does not read."""


class Missing(Unreadable):
    """A path leads nowhere in a value; `beyond_end` when it is an index past the end of a list."""

    def __init__(self, reason: str, *, beyond_end: bool = False) -> None:
        super().__init__(reason)
        self.beyond_end = beyond_end


@dataclass(frozen=True)
class Source:
    """What a path is read from: a value and the rest of the path."""

    value: Json
    rest: str


def read(path: str, data: Json, context: _Document) -> Json:
    """Return what a path leads to; one that may lead to many things gives a list.

    Raises:
        Unreadable: it leads nowhere, or cannot be read here.
    """
    source = source_of(path, data, context)
    found, place, is_definite = [source.value], "$", True
    steps = _steps(source.rest)
    for number, step in enumerate(steps):
        if any(step[kind] is not None for kind in ("every", "deep", "first", "filter")):
            is_definite = False
        found, place = _taken(found, step, place, (is_definite, number == len(steps) - 1))
    return found[0] if is_definite else found


def source_of(path: str, data: Json, context: _Document) -> Source:
    """Return the value that a path begins at."""
    if path.startswith("$$"):
        return Source(public(context), path[2:])
    variable = _VARIABLE.match(path)
    if variable is None:
        return Source(data, path[1:])
    variables = context.get("variables")
    name = variable[1]
    if not isinstance(variables, dict) or name not in variables:
        raise Missing(f"No results for path: $['{name}']")
    return Source(variables[name], path[variable.end() :])


def public(context: _Document) -> _Document:
    """Return the context object as a machine sees it."""
    return {name: context[name] for name in _PUBLIC if name in context}


def _steps(rest: str) -> list[re.Match[str]]:
    steps: list[re.Match[str]] = []
    end = 0
    while end < len(rest):
        step = _STEP.match(rest, end)
        if step is None:
            raise Unreadable(f"The path ${rest} is of a kind that the embedded AWS cannot read.")
        steps.append(step)
        end = step.end()
    return steps


def _taken(
    values: list[Json], step: re.Match[str], place: str, where: tuple[bool, bool]
) -> tuple[list[Json], str]:
    is_definite, is_last = where
    name = step["name"] or step["quoted"]
    here = f"{place}[{step['index']}]" if step["index"] else f"{place}['{name}']"
    taken: list[Json] = []
    for value in values:
        got = _children(value, step, name)
        if not got and is_definite:
            raise _missing(here, is_last=is_last, is_index=step["index"] is not None)
        taken += got
    return taken, here


def _children(value: Json, step: re.Match[str], name: str | None) -> list[Json]:
    if step["every"]:
        return _members(value)
    if step["deep"]:
        return _anywhere(value, step["deep"])
    if step["filter"] is not None:
        return _filtered(value, step["filter"])
    if name is not None:
        return [value[name]] if isinstance(value, dict) and name in value else []
    if not isinstance(value, list):
        return []
    if step["index"]:
        index = int(step["index"])
        return [value[index]] if -len(value) <= index < len(value) else []
    first, last = step["first"], step["last"]
    return value[int(first) if first else None : int(last) if last else None]


def _filtered(value: Json, condition: str) -> list[Json]:
    kept = path_filter.remaining(condition, _members(value))
    if kept is None:
        raise Unreadable(
            f"The filter ({condition}) is of a kind that the embedded AWS cannot read."
        )
    return kept


def _members(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _anywhere(value: Json, name: str) -> list[Json]:
    own = [value[name]] if isinstance(value, dict) and name in value else []
    return own + [found for member in _members(value) for found in _anywhere(member, name)]


def _missing(place: str, *, is_last: bool, is_index: bool) -> Missing:
    if is_index:
        reason = f"Index out of bounds when evaluating path {place}"
    elif is_last:
        reason = f"No results for path: {place}"
    else:
        reason = f"Missing property in path {place}"
    return Missing(reason, beyond_end=is_index and is_last)
