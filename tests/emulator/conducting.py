"""An account whose sessions a woken conductor brings forward: its table, bucket and machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import pytest

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.control.store.schema import create_store
from bunsui_core.app.wake import Woken
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.session import Session, SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.wiring.deployed import conductor, role_access
from tests.builders import NOW
from tests.emulator.embedded import Embedded

TABLE = "bunsui"
TELLS: Json = {
    "StartAt": "Tell",
    "States": {"Tell": {"Type": "Pass", "Parameters": {"got.$": "$.outputs"}, "End": True}},
}
"""A machine that tells what came from above."""


@dataclass(frozen=True)
class Conducted:
    """An account with a store, and a conductor in this process that holds its root's keys."""

    aws: Embedded
    environ: Mapping[str, str]
    woken: Woken

    def pipeline(self, definitions: Mapping[str, Json], **jobs: Mapping[str, object]) -> Pipeline:
        """Put a pipeline: a machine and further properties for each job, in a row by default."""
        made, before = [], list[str]()
        for job, definition in definitions.items():
            machine = self.aws.machine(f"orders-{job}", definition)
            more = {"after": before[-1:], **jobs.get(job, {})}
            made.append({"name": job, "machine": machine, **more})
            before.append(job)
        pipeline = Pipeline.model_validate({"name": "orders", "jobs": made})
        self.woken.store.pipelines.put(pipeline)
        return pipeline

    def session(self, session_id: str) -> Session:
        """A session as it is stored."""
        return self.woken.store.sessions.get(session_id)

    def status(self, session_id: str) -> SessionStatus:
        """How a session is stored to stand."""
        return self.session(session_id).status

    def executions(self, pipeline: Pipeline, job: str) -> list[str]:
        """The names of the executions of a job's machine."""
        found = pipeline.find(job)
        assert found
        listed = self.aws.states().list_executions(stateMachineArn=found.machine)["executions"]
        return sorted(one["name"] for one in listed)


def environ_of(aws: Embedded) -> dict[str, str]:
    """The variables that a function of an account has there."""
    key = aws.key("root")
    return {
        "AWS_ACCESS_KEY_ID": key.access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
        "AWS_REGION": aws.server.region,
        "AWS_ENDPOINT_URL": aws.server.url,
        "BUNSUI_ENVIRONMENT": "shop",
        "BUNSUI_ACCOUNT": aws.account,
        "BUNSUI_TABLE": TABLE,
        "BUNSUI_BUCKET": f"bunsui-{aws.account}",
    }


@pytest.fixture
def conducted(account: Embedded) -> Iterator[Conducted]:
    """An account with an empty store."""
    environ = environ_of(account)
    clients = Clients(lambda: role_access(environ))
    create_store(clients, TABLE, environ["BUNSUI_BUCKET"], environ["AWS_REGION"])
    yield Conducted(account, environ, conductor(environ)(lambda: True))
    clients.close()


def a_start(pipeline: Pipeline, at: datetime = NOW, **changes: Json) -> str:
    """What a schedule sends when a pipeline's time has come."""
    order = {
        "bunsui": "start",
        "pipeline": pipeline.name,
        "graph_hash": pipeline.graph_hash,
        "scheduled_time": at.isoformat(),
    }
    return json.dumps({**order, **changes})


def a_change(aws: Embedded, execution_arn: str) -> str:
    """The event of EventBridge that tells how an execution stands now."""
    said = aws.states().describe_execution(executionArn=execution_arn)
    detail: dict[str, Json] = {
        "executionArn": execution_arn,
        "stateMachineArn": said["stateMachineArn"],
        "name": said["name"],
        "status": said["status"],
        "startDate": int(said["startDate"].timestamp() * 1000),
        "stopDate": int(said["stopDate"].timestamp() * 1000) if "stopDate" in said else None,
        "redriveCount": said.get("redriveCount", 0),
    }
    event: dict[str, Json] = {
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "time": NOW.isoformat(),
        "detail": detail,
    }
    return json.dumps(event)
