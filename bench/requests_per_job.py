"""Claim: a conductor that events wake asks the store and Step Functions a few times for each job.

A session of twelve jobs, seven layers deep, runs on the embedded AWS; EventBridge's two events of
each execution are handed to the conductor, and each request that leaves it is counted.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.result import Result
from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.control.store.schema import create_store
from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.actors import credentials
from bunsui_core.adapters.emulator.launcher import down, up
from bunsui_core.adapters.emulator.record import LocalServer
from bunsui_core.app.wake import Woken, obey
from bunsui_core.domain.machine import ExecutionRow
from bunsui_core.domain.orders import Moved, ScheduledStart, scheduled_id
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_core.domain.session import JobStatus, Session, SessionStatus
from bunsui_core.ports.store import Sessions
from bunsui_core.wiring.clock import clock
from bunsui_core.wiring.deployed import conductor, role_access

MOST_OF_STORE = 12
MOST_OF_STEP_FUNCTIONS = 6
AFTER = {"a": "", "b": "a", "c": "a", "d": "a", "e": "bc", "f": "cd", "g": "e", "h": "f"}
AFTER |= {"i": "gh", "j": "i", "k": "i", "l": "jk"}
PASSING = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
TRUST = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
 "Principal": {"Service": "states.amazonaws.com"}}]}"""


class Counting:
    """Counts the requests of every client, by service."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()

    def prepare(self, client: Any) -> None:
        """Count what a client sends."""
        service = client.meta.service_model.service_name
        client.meta.events.register("before-send", lambda **_: self.sent.update([service]))


def measure() -> Result:
    """Requests per job, by service."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        home, counting = Path(folder), Counting()
        server = up(home, watch_pid=os.getpid(), wait_scale=0)
        try:
            account = opened.enter_context(Account(server, credentials(home, "root")))
            environ = environ_of(server, home)
            clients = Clients(lambda: role_access(environ))
            create_store(clients, "bunsui", "bunsui-store", server.region)
            woken = conductor(environ, counting.prepare)(lambda: True)
            pipeline = put(account, woken)
            counting.sent.clear()
            # What the measurement itself reads is not counted.
            session = run(woken, pipeline, conductor(environ)(lambda: True).store.sessions)
            assert session.status is SessionStatus.SUCCEEDED
        finally:
            down(home)
    per_job = {name: round(count / len(AFTER), 1) for name, count in counting.sent.items()}
    of_store = per_job.get("dynamodb", 0) + per_job.get("s3", 0)
    of_machines = per_job.get("stepfunctions", 0)
    return Result(
        claim="requests_per_job",
        goal=f"store <= {MOST_OF_STORE}, Step Functions <= {MOST_OF_STEP_FUNCTIONS} per job",
        held=of_store <= MOST_OF_STORE and of_machines <= MOST_OF_STEP_FUNCTIONS,
        numbers={**per_job, "store": round(of_store, 1)},
    )


def environ_of(server: LocalServer, home: Path) -> dict[str, str]:
    """The variables of a function, here with the keys of root."""
    root = credentials(home, "root")
    return {
        "AWS_ACCESS_KEY_ID": root.access_key_id,
        "AWS_SECRET_ACCESS_KEY": root.secret_access_key,
        "AWS_REGION": server.region,
        "AWS_ENDPOINT_URL": server.url,
        "BUNSUI_ENVIRONMENT": "bench",
        "BUNSUI_ACCOUNT": server.account,
        "BUNSUI_TABLE": "bunsui",
        "BUNSUI_BUCKET": "bunsui-store",
    }


def put(account: Account, woken: Woken) -> Pipeline:
    """Make a machine for each job, and the pipeline of them."""
    role = account.roles.create_role(RoleName="bench", AssumeRolePolicyDocument=TRUST)["Role"]
    jobs = []
    for name, after in AFTER.items():
        machine = account.machines.create_state_machine(
            name=f"bench-{name}", definition=PASSING, roleArn=role["Arn"]
        )
        jobs.append(Job(name=name, machine=machine["stateMachineArn"], after=tuple(after)))
    pipeline = Pipeline(name="bench", jobs=tuple(jobs))
    woken.store.pipelines.put(pipeline)
    return pipeline


def run(woken: Woken, pipeline: Pipeline, sessions: Sessions) -> Session:
    """Start a session and hand on both events of each of its executions until it has ended."""
    start = ScheduledStart(
        pipeline=pipeline.name, graph_hash=pipeline.graph_hash, scheduled_at=clock()
    )
    obey(start, woken)
    told: set[str] = set()
    machines = {job.name: job.machine for job in pipeline.jobs}
    while True:
        session = sessions.get(scheduled_id(start))
        if not session.status.is_open:
            return session
        for one in session.runs:
            if one.last and one.last.execution_arn and one.last.execution_arn not in told:
                told.add(one.last.execution_arn)
                for status in (JobStatus.RUNNING, JobStatus.SUCCEEDED):
                    time.sleep(0.05)
                    row = ExecutionRow(
                        execution_arn=one.last.execution_arn,
                        machine=machines[one.job],
                        status=status,
                        started_at=clock(),
                    )
                    obey(Moved(row=row), woken)
