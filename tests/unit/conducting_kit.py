"""A session in a real store, conducted over a fake Step Functions, and what can go wrong there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bunsui_core.app.advance import Round, advance_session
from bunsui_core.app.fulfil import Means
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.session import Attempt, JobRun, Session, Wish
from bunsui_core.ports.control import Started
from tests.builders import a_pipeline, a_session, later, machine
from tests.fakes import Clock, CrashPoint, FakePayloads, FakeStepFunctions
from tests.unit.desk_kit import Bench

WIDE = {
    "name": "wide",
    "jobs": [{"name": name, "machine": machine(name)} for name in ("a", "b", "c")],
}
"""Three jobs that wait for nothing."""


class Conducting:
    """A session in a real store, a fake Step Functions, and a clock."""

    def __init__(self, bench: Bench, **changes: object) -> None:
        self.world = FakeStepFunctions()
        self.payloads = FakePayloads()
        self.clock = Clock(later(minutes=2))
        self.sessions = bench.store.sessions
        pipeline = Pipeline.model_validate(changes.pop("pipeline", a_pipeline().model_dump()))
        runs = tuple(JobRun(job=job) for job in pipeline.order)
        fresh = {"pipeline": pipeline, "runs": runs, "status": "RUNNING", "stopped_at": None}
        made = a_session(**{"id": "s-new", **fresh, **changes})
        self.id = self.sessions.save(made).id

    @property
    def means(self) -> Means:
        """What a worker holds."""
        return Means(self.sessions, self.world, self.world, self.payloads, self.clock)

    @property
    def session(self) -> Session:
        """The session as it is stored."""
        return self.sessions.get(self.id)

    def advance(self) -> Round:
        """Do one round."""
        return advance_session(self.id, self.means)

    def wish(self, wish: Wish) -> None:
        """What a human asked of the session as a whole."""
        self.sessions.save(self.session.model_copy(update={"wish": wish}))

    def last(self, job: str) -> Attempt:
        """The newest attempt of a job."""
        run = self.session.run(job)
        assert run
        assert run.last
        return run.last

    def statuses(self) -> list[str]:
        """How the jobs stand, in their order."""
        return [run.status.value for run in self.session.runs]

    def succeed(self) -> None:
        """Let everything that runs succeed."""
        for arn in self.world.running():
            self.world.succeed(arn)


class Dying:
    """A port whose process dies around one of its calls; by `__getattr__` it is any port."""

    def __init__(self, port: object, point: CrashPoint) -> None:
        self._port = port
        self._point = point

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        return lambda *given: self._point.passing(lambda: method(*given))


def dying(conducting: Conducting, point: CrashPoint) -> Means:
    """The means of a worker whose process dies at that point."""
    return replace(
        conducting.means,
        sessions=Dying(conducting.sessions, point),
        executions=Dying(conducting.world, point),
        runner=Dying(conducting.world, point),
    )


def sleeping(conducting: Conducting, meanwhile: Callable[[], None], seconds: float) -> Means:
    """The means of a worker that sleeps, once, between what it stored and what it does."""
    told: list[bool] = []

    class Sleeping(FakePayloads):
        def digest(self, uri: str) -> str:
            if not told:
                told.append(True)
                conducting.clock.now += timedelta(seconds=seconds)
                meanwhile()
            return super().digest(uri)

    asleep = Sleeping()
    asleep.kept = conducting.payloads.kept
    return replace(conducting.means, payloads=asleep)


def referring(bench: Bench, **changes: object) -> Conducting:
    """A session whose input refers to a payload that is kept."""
    kept = FakePayloads()
    uri = kept.keep('{"rows": 3}')
    reference = {"uri": uri, "sha256": kept.digest(uri), "bytes": 11}
    document = json.dumps({"of": {"bunsui_reference": reference}})
    conducting = Conducting(bench, input=document, **changes)
    conducting.payloads.kept = kept.kept
    return conducting


class Refusing(FakeStepFunctions):
    """A Step Functions that answers one machine with an error."""

    def __init__(self, job: str, error: Exception) -> None:
        super().__init__()
        self._job = job
        self._error = error

    def start(self, machine: str, name: str, text: str) -> Started:
        """Start all but one."""
        if name.endswith(f"-{self._job}-a1"):
            raise self._error
        return super().start(machine, name, text)

    def describe(self, execution_arn: str) -> Observation:
        """Tell of all but one."""
        if execution_arn.endswith(f"-{self._job}-a1"):
            raise self._error
        return super().describe(execution_arn)
