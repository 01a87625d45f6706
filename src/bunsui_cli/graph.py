"""A pipeline's graph as text: for a person, for Graphviz and for Mermaid."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from bunsui_core.domain.pipeline import Pipeline


class GraphFormat(StrEnum):
    """The language a graph is written in."""

    TEXT = "text"
    DOT = "dot"
    MERMAID = "mermaid"


def drawn(pipeline: Pipeline, wanted: GraphFormat) -> str:
    """Return the graph in that language, without a newline at its end."""
    match wanted:
        case GraphFormat.TEXT:
            return text(pipeline)
        case GraphFormat.DOT:
            return dot(pipeline)
        case GraphFormat.MERMAID:
            return mermaid(pipeline)
        case _:
            assert_never(wanted)


def text(pipeline: Pipeline) -> str:
    """Return a line for each job, dependencies first, as far right as its longest way there."""
    depth: dict[str, int] = {}
    lines = []
    for job in sorted_jobs(pipeline):
        name, after = job
        depth[name] = 1 + max((depth[one] for one in after), default=-1)
        waits = f" <- {', '.join(after)}" if after else ""
        lines.append(f"{'  ' * depth[name]}{name}{waits}")
    return "\n".join(lines)


def dot(pipeline: Pipeline) -> str:
    """Return the graph for Graphviz; a name holds nothing that its quotes would have to escape."""
    nodes = [f'  "{name}";' for name, _ in sorted_jobs(pipeline)]
    edges = [f'  "{one}" -> "{name}";' for name, one in edges_of(pipeline)]
    head = [f'digraph "{pipeline.name}" {{', "  rankdir=LR;"]
    return "\n".join([*head, *nodes, *edges, "}"])


def mermaid(pipeline: Pipeline) -> str:
    """Return the graph for Mermaid; jobs are numbered, because `end` is a word of its own there."""
    number = {name: f"j{place}" for place, (name, _) in enumerate(sorted_jobs(pipeline))}
    nodes = [f'  {number[name]}["{name}"]' for name in number]
    edges = [f"  {number[one]} --> {number[name]}" for name, one in edges_of(pipeline)]
    return "\n".join(["flowchart LR", *nodes, *edges])


def sorted_jobs(pipeline: Pipeline) -> list[tuple[str, tuple[str, ...]]]:
    """Return each job with those it waits for, dependencies first."""
    after = {job.name: job.after for job in pipeline.jobs}
    return [(name, after[name]) for name in pipeline.order]


def edges_of(pipeline: Pipeline) -> list[tuple[str, str]]:
    """Return each job with each one it waits for."""
    return [(name, one) for name, after in sorted_jobs(pipeline) for one in after]
