"""Pipelines and their graphs for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.answers import PipelineGraph, PipelineList
from bunsui_cli.views.table import facts, table
from bunsui_cli.views.words import plain, several, short, status_sign, took
from bunsui_core.domain.answer import Totals
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.session import SessionSummary


def listing(value: PipelineList) -> Sequence[RenderableType]:
    """Return a line for each pipeline, with how its newest sessions went, the last one first."""
    if not value.items:
        return [Text(NOTHING)]
    rows = [
        (
            pipeline.name,
            str(len(pipeline.jobs)),
            counted(runs.totals),
            signs(runs.newest),
            *last(runs.newest),
        )
        for pipeline in value.items
        if (runs := value.runs.get(pipeline.name))
    ]
    columns = ("pipeline", "jobs", "sessions", "newest first", "last", "took")
    return [table(columns, rows), Text(several(len(value.items), "pipeline"))]


NOTHING = """\
No pipeline is known. `bunsui demo` makes some; `bunsui machines list` shows those of an account."""


def counted(totals: Totals) -> str:
    """Return how many sessions there are, and how many of them failed, are paused or run."""
    run = totals.running + totals.cancelling
    some = {"failed": totals.failed, "paused": totals.paused, "run": run}
    parts = [f"{number:,} {word}" for word, number in some.items() if number]
    return ", ".join([f"{totals.all:,}", *parts])


def signs(newest: Iterable[SessionSummary]) -> Text:
    """Return a sign for each session."""
    return Text(" ").join([status_sign(one.status) for one in newest])


def last(newest: Sequence[SessionSummary]) -> tuple[str, str]:
    """Return when the last session started and how long it took."""
    if not newest:
        return "", ""
    return short(newest[0].created_at), took(newest[0].created_at, newest[0].stopped_at)


def one(value: Pipeline) -> Sequence[RenderableType]:
    """Return one pipeline with its jobs, dependencies first."""
    jobs = [job for name in value.order if (job := value.find(name))]
    rows = [
        (job.name, ", ".join(job.after), job.effect.value, job.machine.rsplit(":", 1)[-1])
        for job in jobs
    ]
    head = facts([("pipeline", value.name), ("graph", value.graph_hash[:12])])
    return [head, table(("job", "after", "run twice", "machine"), rows)]


def graph(value: PipelineGraph) -> Sequence[RenderableType]:
    """Return the graph as it was drawn."""
    return [plain(value.text, 100_000)]
