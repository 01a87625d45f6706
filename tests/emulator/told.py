"""A scene of the demo, deployed, failed, and explained through the ports that an agent has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.executions import AwsExecutions
from bunsui_core.adapters.aws.inventory import AwsInventory
from bunsui_core.adapters.aws.logs import AwsLogs
from bunsui_core.adapters.aws.surroundings import AwsSurroundings
from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.deployment import deploy
from bunsui_core.adapters.emulator.scenes import catalog
from bunsui_core.app.case import Aim, case_of
from bunsui_core.app.diagnose import diagnose_job, followed
from bunsui_core.app.standing import Ended, standings
from bunsui_core.domain.archived import ArchivedExecution
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.history import read_failure
from bunsui_core.domain.judge import judge
from bunsui_core.domain.session import Attempt, JobRun, Session
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Verdict
from bunsui_core.ports.observe import Seeing
from tests.builders import a_failed_attempt, a_session
from tests.emulator.embedded import Embedded, Execution

RUN = "run-1"


@contextmanager
def eyes(aws: Embedded) -> Iterator[Seeing]:
    """What the agent's key sees."""
    key = aws.key("agent")
    access = Access(
        endpoint=aws.server.url,
        region=aws.server.region,
        access_key=key.access_key_id,
        secret_key=key.secret_access_key,
    )
    clients = Clients(lambda: access)
    yield Seeing(
        AwsExecutions(clients), AwsLogs(clients), AwsInventory(clients), AwsSurroundings(clients)
    )
    clients.close()


class Told:
    """One scene of one seed; its jobs fail when they are first run."""

    def __init__(self, aws: Embedded, account: Account, seeing: Seeing, scene: str, seed: int):
        (self.play,) = catalog.chosen(seed, scene)
        self.aws, self.account, self.seeing = aws, account, seeing
        name = self.play.scene.pipeline
        self.pipeline = self.play.pipeline(deploy(account, {name: self.play.template()})[name])
        self.given = self.play.stage(account, RUN)[0].session_input
        self.executions: dict[str, Execution] = {}
        self.kept: dict[str, ArchivedExecution] = {}

    @property
    def job(self) -> str:
        """The job that is to fail."""
        assert self.play.scene.failing is not None
        return self.play.scene.failing

    def run(self, job: str = "") -> Execution:
        """Run a job anew with the input of the session."""
        found = self.pipeline.find(job or self.job)
        assert found is not None
        given: Json = {"input": json.loads(self.given), "outputs": {}}
        self.executions[found.name] = self.aws.run(found.machine, given)
        return self.executions[found.name]

    def failed(self, job: str = "") -> Diagnosis:
        """Run a job, which fails, and return the explanation."""
        ran = self.run(job)
        assert ran.status == "FAILED"
        self.record(ran.arn)
        return self.diagnosis(job)

    def diagnosis(self, job: str = "") -> Diagnosis:
        """Why the newest execution of a job failed."""
        seeing, now = self.seeing, datetime.now(UTC)
        return diagnose_job(self.session, job or self.job, seeing.executions, seeing.logs, now)

    def meanwhile(self) -> None:
        """Let the world change as the scene says."""
        self.play.meanwhile(self.account, RUN)

    def is_witnessed(self) -> bool:
        """Whether the world is as the story ends."""
        seen = self.play.witness(self.account, RUN, ())
        assert seen is not None
        return seen.holds

    def verdict(self, mode: Mode, job: str = "") -> Verdict:
        """What a rerun of the failed job would bring."""
        diagnosis, now = self.diagnosis(job), datetime.now(UTC)
        found = self.pipeline.find(diagnosis.job)
        assert found is not None
        observation = self.seeing.executions.describe(diagnosis.failure.execution_arn)
        history = self.seeing.executions.history(observation.execution_arn)
        kept = self.kept.get(observation.execution_arn)
        case = case_of(diagnosis, (observation, history), Aim(found.effect), kept, self.seeing, now)
        return judge(mode, case, now)

    def record(self, execution_arn: str) -> None:
        """Keep how things stand right after a failure, as the worker archives it."""
        executions, now = self.seeing.executions, datetime.now(UTC)
        execution, history = executions.describe(execution_arn), executions.history(execution_arn)
        failure = read_failure(self.job, execution, history)
        assert failure is not None
        definition = executions.definition(execution_arn)
        ended = Ended(execution, history, definition)
        self.kept[execution_arn] = ArchivedExecution(
            execution=execution,
            definition=definition,
            history=history,
            logs=(),
            logs_note="",
            standing=standings(followed(failure, executions), ended, self.seeing, now),
        )

    @property
    def session(self) -> Session:
        """The session with the executions so far."""
        runs = tuple(
            JobRun(job=job.name, attempts=self._attempts(job.name)) for job in self.pipeline.jobs
        )
        return a_session(pipeline=self.pipeline, runs=runs, input=self.given)

    def _attempts(self, job: str) -> tuple[Attempt, ...]:
        ran = self.executions.get(job)
        if ran is None:
            return ()
        given = ran.describe()["input"]
        return (a_failed_attempt(job, execution_arn=ran.arn, input=given),)
