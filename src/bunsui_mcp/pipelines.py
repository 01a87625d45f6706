"""Pipelines, and machines that belong to none, told to an agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bunsui_core.desk.agent import AgentDesk
from bunsui_core.domain.answer import SessionFilter, Totals
from bunsui_core.domain.found import machine_pipeline
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_mcp.answers import PipelineAnswer, PipelineJob, PipelineLine
from bunsui_mcp.sight import advised, cautioned
from bunsui_mcp.tell import clip, few, page

_NAMES = 30
_JOBS = 50


@dataclass(frozen=True)
class Known:
    """A pipeline, or a machine of none as a pipeline of one job, and why it is not watched."""

    pipeline: Pipeline
    why_not: str = ""


def known_pipelines(desk: AgentDesk) -> Mapping[str, Known]:
    """Return every pipeline by name, then every machine that belongs to none."""
    pipelines = desk.pipelines()
    of_pipelines = {job.machine for one in pipelines for job in one.jobs}
    alone = [one for one in desk.machines().items if one.machine.arn not in of_pipelines]
    machines = [Known(machine_pipeline(one.machine.arn), one.why_not) for one in alone]
    found = [*map(Known, pipelines), *machines]
    return {one.pipeline.name: one for one in found}


def pipelines_answer(desk: AgentDesk, cursor: str) -> PipelineAnswer:
    """Return one page of pipelines and machines."""
    known, freshness = known_pipelines(desk), desk.freshness()
    names = page(tuple(known), cursor, _NAMES)
    lines = tuple(_line(known[name], totals(desk, name)) for name in names.items)
    failing = [line.pipeline for line in lines if line.failed]
    return PipelineAnswer(
        summary=cautioned(_sentence(len(lines), known, failing), freshness),
        next=advised(_after(failing), freshness),
        as_of=freshness.known_at,
        source=freshness.source,
        pipelines=lines,
        jobs=(),
        truncated=bool(names.next_cursor),
        next_cursor=names.next_cursor,
    )


def totals(desk: AgentDesk, name: str) -> Totals:
    """Return how the sessions of a pipeline stand."""
    return desk.window(SessionFilter(pipeline=name), 0, 1).totals


def _after(failing: Sequence[str]) -> str:
    if failing:
        return f"list_sessions with pipeline {failing[0]} and status FAILED."
    return "list_pipelines with name shows the jobs of one."


def _sentence(shown: int, known: Mapping[str, Known], failing: Sequence[str]) -> str:
    if not known:
        return "No pipeline and no state machine is known here."
    unwatched = sum(bool(one.why_not) for one in known.values())
    failed = f"sessions failed in {', '.join(few(failing, 3))}" if failing else "none failed"
    return f"{shown} of {len(known)} pipelines; {failed}." + (
        f" {unwatched} machines are not watched." if unwatched else ""
    )


def pipeline_answer(desk: AgentDesk, known: Known, cursor: str) -> PipelineAnswer:
    """Return one pipeline with its jobs, dependencies first."""
    found, freshness = known.pipeline, desk.freshness()
    jobs = page([_job(job) for name in found.order if (job := found.find(name))], cursor, _JOBS)
    line = _line(known, totals(desk, found.name))
    why_not = f" It is not watched: {line.why_not_watched}." if known.why_not else ""
    limit = f", at most {found.max_concurrency} at a time" if found.max_concurrency else ""
    said = (
        f"Pipeline {found.name}: {len(found.jobs)} jobs{limit}; {line.failed} sessions failed, "
        f"{line.running} run, {line.succeeded} succeeded.{why_not}"
    )
    return PipelineAnswer(
        summary=cautioned(said, freshness),
        next=advised(f"list_sessions with pipeline {found.name} shows its sessions.", freshness),
        as_of=freshness.known_at,
        source=freshness.source,
        pipelines=(line,),
        jobs=jobs.items,
        truncated=bool(jobs.next_cursor),
        next_cursor=jobs.next_cursor,
    )


def _line(known: Known, count: Totals) -> PipelineLine:
    return PipelineLine(
        pipeline=known.pipeline.name,
        jobs=len(known.pipeline.jobs),
        failed=count.failed,
        running=count.running,
        succeeded=count.succeeded,
        why_not_watched=clip(known.why_not, 160),
    )


def _job(job: Job) -> PipelineJob:
    return PipelineJob(
        job=job.name, after=few(job.after), effect=job.effect, machine=clip(job.machine, 250)
    )
