"""Known pipelines, told to an agent."""

from __future__ import annotations

from bunsui_core.domain.answer import Freshness, Totals
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_mcp.answers import PipelineAnswer, PipelineJob, PipelineLine
from bunsui_mcp.tell import Page, clip, few, page


def pipelines_answer(found: Page[PipelineLine], total: int, freshness: Freshness) -> PipelineAnswer:
    """Return one page of pipelines, by name."""
    failing = [line for line in found.items if line.failed]
    return PipelineAnswer(
        summary=f"{len(found.items)} of {total} pipelines; {_named(failing)}."
        if total
        else "No pipeline is known here.",
        next=f"list_sessions with pipeline {failing[0].pipeline} and status FAILED."
        if failing
        else "list_pipelines with name shows the jobs of one.",
        as_of=freshness.as_of,
        source=freshness.source,
        pipelines=found.items,
        jobs=(),
        truncated=bool(found.next_cursor),
        next_cursor=found.next_cursor,
    )


def _named(failing: list[PipelineLine]) -> str:
    if not failing:
        return "no session of these failed"
    return f"sessions failed in {', '.join(few([line.pipeline for line in failing], 3))}"


def pipeline_answer(
    found: Pipeline, totals: Totals, cursor: str, freshness: Freshness
) -> PipelineAnswer:
    """Return one pipeline with its jobs, dependencies first."""
    jobs = page([_job(job) for name in found.order if (job := found.find(name))], cursor, 50)
    return PipelineAnswer(
        summary=f"Pipeline {found.name} has {len(found.jobs)} jobs; {totals.failed} of its "
        f"{totals.all} sessions failed, {totals.running} run.",
        next=f"list_sessions with pipeline {found.name} shows its sessions.",
        as_of=freshness.as_of,
        source=freshness.source,
        pipelines=(pipeline_line(found, totals),),
        jobs=jobs.items,
        truncated=bool(jobs.next_cursor),
        next_cursor=jobs.next_cursor,
    )


def pipeline_line(found: Pipeline, totals: Totals) -> PipelineLine:
    """Return the line of one pipeline, with how its sessions stand."""
    return PipelineLine(
        pipeline=found.name,
        jobs=len(found.jobs),
        failed=totals.failed,
        running=totals.running,
        succeeded=totals.succeeded,
    )


def _job(job: Job) -> PipelineJob:
    return PipelineJob(
        job=job.name, after=few(job.after), effect=job.effect, machine=clip(job.machine, 250)
    )
