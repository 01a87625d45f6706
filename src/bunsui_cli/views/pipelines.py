"""Pipelines and their graphs for a person."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.answers import PipelineGraph, PipelineList
from bunsui_cli.views.table import facts, table
from bunsui_cli.views.words import plain
from bunsui_core.domain.pipeline import Pipeline


def listing(value: PipelineList) -> Sequence[RenderableType]:
    """Return a line for each pipeline."""
    if not value.items:
        return [Text("No pipeline is known. `bunsui demo` makes some.")]
    rows = [(one.name, str(len(one.jobs)), ", ".join(one.order)) for one in value.items]
    return [table(("pipeline", "jobs", "order"), rows), Text(f"{len(rows)} pipelines")]


def one(value: Pipeline) -> Sequence[RenderableType]:
    """Return one pipeline with its jobs, dependencies first."""
    jobs = [job for name in value.order if (job := value.find(name))]
    rows = [(job.name, ", ".join(job.after), job.effect.value, job.machine) for job in jobs]
    head = facts([("pipeline", value.name), ("graph", value.graph_hash)])
    return [head, table(("job", "after", "run twice", "machine"), rows)]


def graph(value: PipelineGraph) -> Sequence[RenderableType]:
    """Return the graph as it was drawn."""
    return [plain(value.text, 100_000)]
