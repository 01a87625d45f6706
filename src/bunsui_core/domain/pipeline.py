"""A pipeline: a DAG of jobs, acyclic by construction."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Annotated

from pydantic import Field, model_validator

from bunsui_core.domain.canonical import canonical, digest
from bunsui_core.domain.value import JsonText, Value

JobName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]
PipelineName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]


class SideEffect(StrEnum):
    """What running a job twice does to the world outside."""

    PURE = "pure"
    IDEMPOTENT = "idempotent"
    APPEND = "append"
    EXTERNAL = "external"


class Test(StrEnum):
    """How a condition compares what it finds."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    LESS = "less"
    GREATER = "greater"
    EXISTS = "exists"
    MISSING = "missing"


class When(Value):
    """A condition for running a job: a value of a job's output, or of the session's input.

    `of` names a job this one waits for, or is empty for the session's input; `pointer` is a JSON
    pointer (RFC 6901) into it.
    """

    of: str = ""
    pointer: str = ""
    test: Test = Test.EQUALS
    value: JsonText = "true"


class Retries(Value):
    """How often and after how many seconds a failed job starts anew without being asked."""

    most: Annotated[int, Field(ge=0, le=20)] = 0
    first_s: Annotated[int, Field(ge=1, le=86_400)] = 30
    rate: Annotated[float, Field(ge=1.0, le=10.0)] = 2.0
    longest_s: Annotated[int, Field(ge=1, le=86_400)] = 3_600


class Job(Value):
    """One state machine of a pipeline, with the jobs it waits for.

    A job that `takes_references` understands a payload that lies in S3 because it is too large to
    be passed; the machine of one that `enters` carries a BunsuiEntry state.
    """

    name: JobName
    machine: str
    after: tuple[JobName, ...] = ()
    effect: SideEffect = SideEffect.EXTERNAL
    when: When | None = None
    retries: Retries = Retries()
    takes_references: bool = False
    input_schema: JsonText | None = None
    enters: bool = False


class Pipeline(Value):
    """A named DAG of jobs; cycles and dangling names are refused.

    At most `max_concurrency` jobs of a session run at a time; 0 is no limit.
    """

    name: PipelineName
    jobs: Annotated[tuple[Job, ...], Field(min_length=1)]
    max_concurrency: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _is_a_dag(self) -> Pipeline:
        names = [job.name for job in self.jobs]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two jobs have the same name: {', '.join(twice)}")
        for job in self.jobs:
            if missing := set(job.after) - set(names):
                raise ValueError(f"job {job.name} waits for {sorted(missing)}, which do not exist")
        try:
            self.order  # noqa: B018 - found here, once, with its cycles
        except CycleError as error:
            raise ValueError(f"the jobs wait for one another: {error.args[1]}") from error
        return self

    @cached_property
    def graph_hash(self) -> str:
        """The digest of the whole graph, machines included."""
        return digest("bunsui/graph/v1", canonical(self))

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The job names, dependencies first, otherwise as written."""
        return tuple(TopologicalSorter({j.name: j.after for j in self.jobs}).static_order())

    @cached_property
    def _by_name(self) -> dict[str, Job]:
        return {job.name: job for job in self.jobs}

    def find(self, name: str) -> Job | None:
        """Return the job of that name, or nothing."""
        return self._by_name.get(name)

    def job(self, name: str) -> Job:
        """Return the job of that name. Raises: KeyError for a name that is not the pipeline's."""
        return self._by_name[name]

    def after(self, name: str) -> tuple[str, ...]:
        """Return the jobs that the named one waits for."""
        return self._by_name[name].after

    def descendants(self, name: str) -> tuple[str, ...]:
        """Return every job that waits for this one, directly or not, in order."""
        found = {name}
        for candidate in self.order:
            if not found.isdisjoint(self.after(candidate)):
                found.add(candidate)
        return tuple(job for job in self.order if job in found and job != name)

    def ancestors(self, name: str) -> tuple[str, ...]:
        """Return every job that this one waits for, directly or not, in order."""
        found = {name}
        for candidate in reversed(self.order):
            if candidate in found:
                found.update(self.after(candidate))
        return tuple(job for job in self.order if job in found and job != name)
