"""An account that bunsui may only read, through a profile that has a policy and nothing else."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import ClientError

from bunsui_core.adapters.emulator.record import Credentials
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.permissions import Policy
from bunsui_core.domain.session import Attempt, JobRun, JobStatus, Session
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import store
from tests.builders import a_session, an_attempt
from tests.emulator.embedded import Embedded, Execution, invoking
from tests.emulator.fargate import Fargate, python
from tests.emulator.iam_world import principal

NUMBERS = itertools.count(1)
NAME = "shop"
SESSION = "s-shop"
BROKEN_FUNCTION = """
def handler(event, context):
    print("row 881 is short")
    raise ValueError("row 881 has 3 fields")
"""
BROKEN_PROGRAM = "print('the table is locked', flush=True); raise SystemExit(3)"


@dataclass(frozen=True)
class Failures:
    """Two executions that failed: one of a function, one of a container."""

    function: Execution
    container: Execution

    def session(self) -> Session:
        """A session of both, as it was stored before anybody saw them fail."""
        pipeline = {
            "name": "shop",
            "jobs": [
                {"name": "load", "machine": machine_of(self.function.arn), "effect": "idempotent"},
                {"name": "copy", "machine": machine_of(self.container.arn), "effect": "idempotent"},
            ],
        }
        runs = (
            JobRun(job="load", attempts=(running(self.function),)),
            JobRun(job="copy", attempts=(running(self.container),)),
        )
        return a_session(
            id=SESSION,
            pipeline=pipeline,
            runs=runs,
            status="RUNNING",
            stopped_at=None,
            environment=NAME,
        )


def failures(aws: Embedded) -> Failures:
    """Run a function and a container that fail; `aws` may have them already."""
    with suppress(ClientError):
        aws.functions().delete_function(FunctionName="shop-load")
    function = aws.function("shop-load", BROKEN_FUNCTION)
    number = next(NUMBERS)
    load = aws.machine(
        f"shop-load-{number}", {"StartAt": "Load", "States": {"Load": invoking(function)}}
    )
    fargate = Fargate.of(aws, f"shop-copy-{number}", python(BROKEN_PROGRAM))
    copy = aws.machine(
        f"shop-copy-{number}", {"StartAt": "Copy", "States": {"Copy": fargate.state()}}
    )
    return Failures(aws.run(load, {"day": 1}), aws.run(copy, {"day": 1}))


def running(execution: Execution) -> Attempt:
    """The attempt of an execution that nobody saw end."""
    said = execution.describe()
    return an_attempt(
        execution_name=said["name"],
        execution_arn=execution.arn,
        input=said["input"],
        input_digest=json_digest(said["input"]),
        status=JobStatus.RUNNING,
        started_at=said["startDate"].astimezone(UTC),
        stopped_at=None,
        output=None,
    )


def machine_of(execution_arn: str) -> str:
    """The machine of an execution."""
    return execution_arn.replace(":execution:", ":stateMachine:").rpartition(":")[0]


def reader(aws: Embedded, name: str, policy: Policy) -> Credentials:
    """The key of a user who has a policy and nothing else."""
    return principal(aws.iam(), name, policy, ("part", "reader"))


def role(aws: Embedded, name: str, policy: Policy) -> str:
    """The ARN of a role that has a policy and nothing else, and that users may take."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
        ],
    }
    made = aws.iam().create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    aws.iam().put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
    return made["Role"]["Arn"]


def may_take(arn: str) -> Policy:
    """The policy of somebody who may take a role and do nothing else."""
    taking = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn}
    return {"Version": "2012-10-17", "Statement": [dict(taking)]}


@contextmanager
def profile(
    aws: Embedded, key: Credentials, folder: Path, taken: str = ""
) -> Iterator[dict[str, str]]:
    """The variables under which a profile leads to the embedded AWS with a key, or a role."""
    keys = (
        f"endpoint_url = {aws.server.url}\n"
        f"aws_access_key_id = {key.access_key_id}\n"
        f"aws_secret_access_key = {key.secret_access_key}\n"
    )
    chain = f"endpoint_url = {aws.server.url}\nrole_arn = {taken}\nsource_profile = keys\n"
    config = folder / "aws-config"
    config.write_text(
        f"[profile {NAME}-read]\nregion = {aws.server.region}\n{chain if taken else keys}"
        + (f"[profile keys]\n{keys}" if taken else ""),
        encoding="utf-8",
    )
    yield {
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "no-credentials"),
    }


def environment_file(folder: Path, account: str, region: str) -> Path:
    """A `bunsui.toml` with the account as an environment."""
    path = folder / "bunsui.toml"
    path.write_text(
        f'[environments.{NAME}]\naccount = "{account}"\nregion = "{region}"\n'
        f'read_profile = "{NAME}-read"\nclass = "dev"\n',
        encoding="utf-8",
    )
    path.chmod(0o600)
    return path


def remember(settings: Settings, session: Session) -> None:
    """Store a session as bunsui would that started it."""
    store(settings, writer(settings)).sessions.save(session)


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def without(policy: Policy, action: str) -> Policy:
    """The policy with one action fewer."""
    statements = json.loads(json.dumps(policy["Statement"]))
    kept = [{**one, "Action": [a for a in one["Action"] if a != action]} for one in statements]
    return {**policy, "Statement": [one for one in kept if one["Action"]]}
