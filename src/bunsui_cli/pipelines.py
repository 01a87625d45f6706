"""`bunsui pipelines`: the pipelines that are known, their jobs and their graphs."""

from __future__ import annotations

from typing import Annotated

import typer

from bunsui_cli.answers import PipelineGraph, PipelineList, PipelineRuns
from bunsui_cli.completing import pipeline_names
from bunsui_cli.envelope import Answer
from bunsui_cli.graph import GraphFormat, drawn
from bunsui_cli.output import AsJson, show, write
from bunsui_core.desk.agent import AgentDesk
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.nearest import nearest
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.settings import read_settings
from bunsui_core.wiring.agent import reading_desk

NEWEST = 10
"""How many sessions of a pipeline the list shows."""

app = typer.Typer(name="pipelines", help="The known pipelines: list, show, draw the graph.")


Name = Annotated[
    str,
    typer.Argument(
        metavar="PIPELINE",
        help="Its name, from `bunsui pipelines list`.",
        autocompletion=pipeline_names,
    ),
]


@app.command("list")
def list_pipelines(as_json: AsJson = False) -> None:
    """List the pipelines by name, with how their newest sessions went."""
    desk = reading_desk(read_settings())
    known = desk.pipelines()
    runs = {one.name: runs_of(desk, one.name) for one in known}
    found = PipelineList(items=known, runs=runs)
    show(Answer("pipelines-list", found, desk.freshness()), as_json)


def runs_of(desk: AgentDesk, name: str) -> PipelineRuns:
    """Return how the sessions of a pipeline stand, with the newest of them."""
    page = desk.sessions(SessionFilter(pipeline=name), NEWEST)
    return PipelineRuns(totals=page.totals, newest=page.items)


@app.command("show")
def show_pipeline(name: Name, as_json: AsJson = False) -> None:
    """Show the jobs of one pipeline, their machines and what running them twice does."""
    desk = reading_desk(read_settings())
    show(Answer("pipelines-show", find(desk, name), desk.freshness()), as_json)


@app.command("graph")
def graph(
    name: Name,
    wanted: Annotated[
        GraphFormat | None,
        typer.Option("--format", help="Write the bare text, also into a pipe: `| dot -Tsvg`."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw which job waits for which."""
    chosen = wanted or GraphFormat.TEXT
    text = drawn(find(reading_desk(read_settings()), name), chosen)
    if wanted is not None and not as_json:
        write(text)
        return
    answer = PipelineGraph(pipeline=name, format=chosen.value, text=text)
    show(Answer("pipelines-graph", answer), as_json)


def find(desk: AgentDesk, name: str) -> Pipeline:
    """Return the pipeline of that name. Raises: NotFound, with the nearest name that exists."""
    known = {one.name: one for one in desk.pipelines()}
    if name in known:
        return known[name]
    guess = nearest(name, known)
    meant = f"Did you mean {guess}? " if guess else ""
    raise NotFound(f"there is no pipeline {name}.", f"{meant}See `bunsui pipelines list`.")
