"""A pipeline of twelve jobs on the embedded AWS, each of which tells what it was given."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bunsui_core.app.decide import Signing
from bunsui_core.desk.operator import OperatorDesk
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.environment import StoreKind
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_core.domain.plan import StartSession
from bunsui_core.domain.session import Session
from bunsui_core.domain.value import Json
from bunsui_core.ports.store import Store
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import operator_desk
from bunsui_core.wiring.written import written
from tests.emulator.embedded import Embedded

HUMAN = Signing(approver="hanako", passphrase="three quiet rivers")

AFTER: dict[str, tuple[str, ...]] = {
    "a": (),
    "b": ("a",),
    "c": ("a",),
    "d": ("a",),
    "e": ("b", "c"),
    "f": ("c", "d"),
    "g": ("e",),
    "h": ("f",),
    "i": ("g", "h"),
    "j": ("i",),
    "k": ("i",),
    "l": ("j", "k"),
}
"""Each job and those it waits for: seven layers, two diamonds that cross."""


def machine(job: str, seconds: int) -> dict[str, Json]:
    """A machine that waits, and then tells which job it is and what came from above."""
    tell: Json = {"job": job, "got.$": "$.outputs"}
    return {
        "StartAt": "Wait",
        "States": {
            "Wait": {"Type": "Wait", "Seconds": seconds, "Next": "Tell"},
            "Tell": {"Type": "Pass", "Parameters": tell, "End": True},
        },
    }


def told(job: str) -> Json:
    """What a job tells when every output above it came through."""
    return {"job": job, "got": {name: told(name) for name in AFTER[job]}}


@dataclass(frozen=True)
class TwelveJobs:
    """The pipeline, brought to an embedded AWS, and a human who may start it."""

    aws: Embedded
    desk: OperatorDesk
    store: Store
    pipeline: Pipeline

    def start(self) -> str:
        """Start a session through a plan that the human approves; return its id."""
        asked = self.desk.start(self.pipeline.name, '{"day": 3}', "twelve jobs").request
        review = self.desk.review(asked.id)
        self.desk.decide(review, Answer.APPROVE, HUMAN, "twelve jobs", review.typed_code)
        step = asked.plan.steps[0]
        assert isinstance(step, StartSession)
        return step.session_id

    def executions(self, session_id: str) -> dict[str, list[str]]:
        """The names of all executions of a session, by job."""
        found = {}
        for job in self.pipeline.jobs:
            listed = self.aws.states().list_executions(stateMachineArn=job.machine)["executions"]
            names = [one["name"] for one in listed]
            found[job.name] = sorted(name for name in names if name.startswith(session_id))
        return found

    def must_be_whole(self, session: Session) -> None:
        """Check that each job ran once, and that every output reached those that wait for it."""
        assert self.executions(session.id) == {job: [f"{session.id}-{job}-a1"] for job in AFTER}
        for run in session.runs:
            assert [attempt.number for attempt in run.attempts] == [1]
            assert run.last
            assert run.last.output
            assert json.loads(run.last.output) == told(run.job)
            assert json.loads(run.last.input)["input"] == {"day": 3}


def twelve_jobs(
    aws: Embedded, home: Path, seconds: int, store: StoreKind = StoreKind.SQLITE
) -> TwelveJobs:
    """Bring the machines to an embedded AWS and the pipeline to the store of a home."""
    settings = Settings(home=home, store=store)
    kept = written(settings, "approver").store
    operator_desk(settings).init_approver(HUMAN.approver, HUMAN.passphrase)
    jobs = tuple(
        Job(
            name=job,
            machine=aws.machine(f"twelve-{job}", machine(job, seconds)),
            after=after,
        )
        for job, after in AFTER.items()
    )
    pipeline = Pipeline(name="twelve", jobs=jobs)
    kept.pipelines.put(pipeline)
    return TwelveJobs(aws, operator_desk(settings), kept, pipeline)
