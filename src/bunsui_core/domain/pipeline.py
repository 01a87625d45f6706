"""A pipeline: a DAG of jobs, acyclic by construction."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Annotated

from pydantic import Field, model_validator

from bunsui_core.domain.canonical import canonical, digest
from bunsui_core.domain.value import Value

JobName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]
PipelineName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]


class SideEffect(StrEnum):
    """What running a job twice does to the world outside."""

    PURE = "pure"
    IDEMPOTENT = "idempotent"
    APPEND = "append"
    EXTERNAL = "external"


class Job(Value):
    """One state machine of a pipeline, with the jobs it waits for."""

    name: JobName
    machine: str
    after: tuple[JobName, ...] = ()
    effect: SideEffect = SideEffect.EXTERNAL


class Pipeline(Value):
    """A named DAG of jobs; cycles and dangling names are refused."""

    name: PipelineName
    jobs: Annotated[tuple[Job, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_a_dag(self) -> Pipeline:
        names = [job.name for job in self.jobs]
        if len(set(names)) != len(names):
            raise ValueError("two jobs have the same name")
        for job in self.jobs:
            if missing := set(job.after) - set(names):
                raise ValueError(f"job {job.name} waits for {sorted(missing)}, which do not exist")
        try:
            TopologicalSorter({job.name: job.after for job in self.jobs}).prepare()
        except CycleError as error:
            raise ValueError(f"the jobs wait for one another: {error.args[1]}") from error
        return self

    @cached_property
    def graph_hash(self) -> str:
        """The digest of the whole graph, machines included."""
        return digest("bunsui/graph/v1", canonical(self))

    @property
    def order(self) -> tuple[str, ...]:
        """The job names, dependencies first, otherwise as written."""
        return tuple(TopologicalSorter({j.name: j.after for j in self.jobs}).static_order())

    def find(self, name: str) -> Job | None:
        """Return the job of that name, or nothing."""
        return next((job for job in self.jobs if job.name == name), None)

    def descendants(self, name: str) -> tuple[str, ...]:
        """Return every job that waits for this one, directly or not, in order."""
        found: set[str] = set()
        for candidate in self.order:
            job = self.find(candidate)
            if job and (name in job.after or found & set(job.after)):
                found.add(candidate)
        return tuple(job for job in self.order if job in found)
