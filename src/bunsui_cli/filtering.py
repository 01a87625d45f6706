"""The options by which sessions are found: an option for every word of the filter."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Annotated, Concatenate, ParamSpec, TypeAlias

import typer

from bunsui_cli.completing import input_keys, output_keys, pipeline_names
from bunsui_cli.output import narrate
from bunsui_core.desk.listing import ListDesk
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.hint import unknown_name
from bunsui_core.domain.query import Pair, filter_of, pair
from bunsui_core.domain.safe import safe
from bunsui_core.domain.searchable import Side
from bunsui_core.domain.session import SessionStatus
from bunsui_core.wiring.clock import clock

P = ParamSpec("P")

Given: TypeAlias = tuple[Pair, ...]
"""What the options of a command say, as words of a filter."""


def wanted(given: Given, words: Sequence[str] = ()) -> SessionFilter:
    """Return what options and words say at this moment. Raises: BadInput."""
    return filter_of([*given, *map(pair, words)], clock())


def explain_nothing(sought: SessionFilter, desk: ListDesk) -> None:
    """Tell whoever waits why nothing was found, where that can be known."""
    if sought.pipeline or sought.inputs or sought.outputs:
        keys = {side: desk.keys(side) for side in Side}
        if said := unknown_name(sought, desk.pipeline_names(), keys):
            narrate(safe(said, newlines=False))


def filtered(command: Callable[Concatenate[Given, P], None]) -> Callable[..., None]:
    """Return a command with an option for every word, whose first argument is what they say."""
    inside = inspect.signature(command, eval_str=True)

    @wraps(command)
    def run(**arguments: object) -> None:
        said = {key: arguments.pop(key) for key in _OPTIONS}
        given = tuple((key, str(one)) for key, value in said.items() for one in _each(value))
        command(given, **arguments)  # type: ignore[arg-type,call-arg] # as the signature says

    options = [
        inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)
        for key, option in _OPTIONS.items()
    ]
    own = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in inside.parameters.values()]
    run.__signature__ = inside.replace(parameters=[*options, *own[1:]])  # type: ignore[attr-defined] # what typer reads
    run.__annotations__ = {}
    return run


def _each(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else () if value is None else (value,)


def _statuses(incomplete: str) -> list[str]:
    known = [status.value.lower() for status in SessionStatus]
    return [status for status in known if status.startswith(incomplete.lower())]


Each = list[str] | None
One = str | None

_OPTIONS: dict[str, object] = {
    "status": Annotated[
        Each,
        typer.Option(
            metavar="STATUS",
            help="Only these: failed, running, succeeded; several with commas.",
            autocompletion=_statuses,
        ),
    ],
    "pipeline": Annotated[
        One,
        typer.Option(
            metavar="NAME",
            help="Only sessions of this pipeline.",
            autocompletion=pipeline_names,
        ),
    ],
    "name": Annotated[
        One,
        typer.Option(
            metavar="TEXT", help="A part of a session's id, its pipeline's or an execution's name."
        ),
    ],
    "error": Annotated[One, typer.Option(metavar="TEXT", help="A part of what failed jobs said.")],
    "age": Annotated[
        Each,
        typer.Option(
            metavar="AGE", help="Begun within 90s, 15m, 2h, 1d or 3w; before that: '>1d'."
        ),
    ],
    "after": Annotated[
        Each, typer.Option(metavar="TIME", help="Begun then or later: 2026-11-23T14:30, in UTC.")
    ],
    "before": Annotated[Each, typer.Option(metavar="TIME", help="Begun before then.")],
    "input": Annotated[
        Each,
        typer.Option(
            metavar="KEY=VALUE",
            help="A value in an input: order_id=42, order.id=*4*. May stand more than once.",
            autocompletion=input_keys,
        ),
    ],
    "output": Annotated[
        Each,
        typer.Option(
            metavar="KEY=VALUE",
            help="A value in an output, in the same way.",
            autocompletion=output_keys,
        ),
    ],
}
"""The options by the word that each says."""
