"""A pipeline: a DAG of jobs, acyclic by construction."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property, lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Annotated

from pydantic import Field, model_validator

from bunsui_core.domain.canonical import canonical_json, digest
from bunsui_core.domain.value import JsonText, Value, read_json

JobName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]
PipelineName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]

_POINTER = re.compile(r"(/([^/~]|~[01])*)*", re.DOTALL)
"""RFC 6901."""


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

    @model_validator(mode="after")
    def _can_be_compared(self) -> When:
        if not _POINTER.fullmatch(self.pointer):
            raise ValueError(
                f"{self.pointer!r} is no JSON pointer: it is empty for the whole document, else "
                "each key follows a /, with ~1 for a / and ~0 for a ~ in it"
            )
        value = read_json(self.value)
        has_order = isinstance(value, int | float | str) and not isinstance(value, bool)
        if self.test in {Test.LESS, Test.GREATER} and not has_order:
            raise ValueError(f"{self.test} compares numbers or texts, and {self.value} is neither")
        return self


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

    @model_validator(mode="after")
    def _can_run(self) -> Job:
        if twice := sorted({name for name in self.after if self.after.count(name) > 1}):
            raise ValueError(f"job {self.name} waits twice for {', '.join(twice)}")
        if self.retries.most and self.effect is SideEffect.EXTERNAL:
            raise ValueError(
                f"job {self.name} cannot be retried by itself: its side effect is external, which "
                "it is unless another is declared, and a second run may repeat it"
            )
        return self


class Pipeline(Value):
    """A named DAG of jobs; cycles and dangling names are refused.

    At most `max_concurrency` jobs of a session run at a time; 0 is no limit. What a human runs
    again begins at once, beside it.
    """

    name: PipelineName
    jobs: Annotated[tuple[Job, ...], Field(min_length=1)]
    max_concurrency: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _is_a_dag(self) -> Pipeline:
        counted = Counter(job.name for job in self.jobs)
        if twice := sorted(name for name, times in counted.items() if times > 1):
            raise ValueError(f"two jobs have the same name: {', '.join(twice)}")
        for job in self.jobs:
            if missing := sorted(name for name in job.after if name not in counted):
                raise ValueError(
                    f"job {job.name} waits for {', '.join(missing)}, which this pipeline lacks"
                )
        try:
            order = self.order
        except CycleError as error:
            circle = " → ".join(reversed(error.args[1]))
            raise ValueError(f"these jobs wait for one another: {circle}") from error
        for name in order:
            self._must_be_decidable(self.job(name))
        return self

    def __copy__(self) -> Pipeline:
        """Return a copy that works out anew what follows from its jobs: they may be others."""
        copied = super().__copy__()
        for name in ("graph_hash", "order", "places", "_by_name"):
            copied.__dict__.pop(name, None)
        return copied

    def _must_be_decidable(self, job: Job) -> None:
        if job.when and job.when.of and job.when.of not in self.ancestors(job.name):
            raise ValueError(
                f"whether job {job.name} runs depends on {job.when.of}, which it does not wait for"
            )

    @cached_property
    def graph_hash(self) -> str:
        """The digest of the whole graph, machines included."""
        return _graph_hash(self.model_dump_json())

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The job names, dependencies first, otherwise as written."""
        return tuple(TopologicalSorter({j.name: j.after for j in self.jobs}).static_order())

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each job in the order."""
        return {name: place for place, name in enumerate(self.order)}

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


@lru_cache(maxsize=256)
def _graph_hash(dumped: str) -> str:
    """The digest of a graph as it is written; a thousand sessions of one pipeline share it."""
    return digest("bunsui/graph/v1", canonical_json(json.loads(dumped)))
