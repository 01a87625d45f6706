"""A pipeline's jobs on a line, and on a clock."""

from __future__ import annotations

from datetime import datetime

from rich.text import Text

from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.session import JobRun, Session
from bunsui_tui.render.signs import JOBS, sign
from bunsui_tui.render.text import MUTED, joined, said, words


def levels(pipeline: Pipeline) -> tuple[tuple[str, ...], ...]:
    """Return the jobs by the length of the longest way to them."""
    depth: dict[str, int] = {}
    for name in pipeline.order:
        job = pipeline.find(name)
        depth[name] = 1 + max((depth[one] for one in job.after), default=-1) if job else 0
    deepest = max(depth.values(), default=-1)
    return tuple(
        tuple(name for name in pipeline.order if depth[name] == level)
        for level in range(deepest + 1)
    )


def dag_line(session: Session) -> Text:
    """Return every job with its sign: `ingest ✓ → validate ✗ → enrich · aggregate ·`."""
    parts = []
    for level in levels(session.pipeline):
        jobs = [_job(session.run(name) or JobRun(job=name)) for name in level]
        parts.append(joined(jobs, " "))
    return Text().append_text(joined(parts, " → "))


def _job(run: JobRun) -> Text:
    return words(said(run.job, 40), " ", sign(JOBS[run.status]))


def timeline(run: JobRun, start: datetime, end: datetime, width: int) -> Text:
    """Return when each attempt of a job ran between two moments, as marks on one line."""
    whole = max(1.0, (end - start).total_seconds())
    cells = [" "] * width
    styles = [MUTED] * width
    for attempt in run.attempts:
        if attempt.started_at is None:
            continue
        first = int((attempt.started_at - start).total_seconds() / whole * (width - 1))
        last = int(((attempt.stopped_at or end) - start).total_seconds() / whole * (width - 1))
        for cell in range(max(0, first), min(width - 1, max(first, last)) + 1):
            cells[cell], styles[cell] = "█", JOBS[attempt.status][1]
    line = Text()
    for char, style in zip(cells, styles, strict=True):
        line.append(char, style)
    return line
