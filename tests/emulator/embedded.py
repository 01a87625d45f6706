"""An embedded AWS to test against: its clients, small functions and small machines."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

from bunsui_core.adapters.emulator.access import DIRECT, session
from bunsui_core.adapters.emulator.actors import Actor, credentials
from bunsui_core.adapters.emulator.record import Credentials, Folder, LocalServer
from bunsui_core.domain.value import Json

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import (
        DescribeExecutionOutputTypeDef,
        HistoryEventTypeDef,
    )
    from mypy_boto3_sts import STSClient

SECONDS = 30.0
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {
                "Service": ["lambda.amazonaws.com", "states.amazonaws.com"],
                "AWS": "*",
            },
            "Action": "sts:AssumeRole",
        }
    ],
}

ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


@dataclass
class Embedded:
    """A running embedded AWS and what tests do with it."""

    server: LocalServer
    home: Path
    open: ExitStack = field(default_factory=ExitStack)
    account: str = ""
    _states: dict[Actor, SFNClient] = field(default_factory=dict)
    _functions: dict[Actor, LambdaClient] = field(default_factory=dict)
    _iam: dict[Actor, IAMClient] = field(default_factory=dict)

    def key(self, actor: Actor) -> Credentials:
        """The key pair of an actor; in an account of its own every actor is its root."""
        if self.account:
            return Credentials(access_key_id=self.account, secret_access_key=self.account)
        return credentials(self.home, actor)

    def reset(self) -> None:
        """Empty every account of it; a name that is global, as a bucket's, is free again."""
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=SECONDS)
        token = Folder.of(self.home).token.read_text()
        connection.request("POST", "/_ministack/reset", headers={"x-bunsui-token": token})
        assert connection.getresponse().status == 200
        connection.close()

    def states(self, actor: Actor = "root") -> SFNClient:
        """The Step Functions client of an actor."""
        if actor not in self._states:
            self._states[actor] = session(self.key(actor)).client(
                "stepfunctions", endpoint_url=self.server.url, config=DIRECT
            )
            self.open.callback(self._states[actor].close)
        return self._states[actor]

    def sts(self, key: Credentials) -> STSClient:
        """An STS client with any key pair."""
        client = session(key).client("sts", endpoint_url=self.server.url, config=DIRECT)
        self.open.callback(client.close)
        return client

    def s3(self, actor: Actor = "root") -> S3Client:
        """An S3 client of an actor."""
        client = session(self.key(actor)).client("s3", endpoint_url=self.server.url, config=DIRECT)
        self.open.callback(client.close)
        return client

    def functions(self) -> LambdaClient:
        """The Lambda client of root."""
        if "root" not in self._functions:
            self._functions["root"] = session(self.key("root")).client(
                "lambda", endpoint_url=self.server.url, config=DIRECT
            )
            self.open.callback(self._functions["root"].close)
        return self._functions["root"]

    def logs(self, actor: Actor = "agent") -> CloudWatchLogsClient:
        """A CloudWatch Logs client of an actor."""
        client = session(self.key(actor)).client(
            "logs", endpoint_url=self.server.url, config=DIRECT
        )
        self.open.callback(client.close)
        return client

    def iam(self) -> IAMClient:
        """The IAM client of root."""
        if "root" not in self._iam:
            self._iam["root"] = session(self.key("root")).client(
                "iam", endpoint_url=self.server.url, config=DIRECT
            )
            self.open.callback(self._iam["root"].close)
        return self._iam["root"]

    def role(self) -> str:
        """The ARN of a role that may be taken by anyone and may do anything."""
        iam = self.iam()
        try:
            made = iam.create_role(RoleName="tests", AssumeRolePolicyDocument=json.dumps(TRUST))
        except iam.exceptions.EntityAlreadyExistsException:
            return iam.get_role(RoleName="tests")["Role"]["Arn"]
        iam.put_role_policy(RoleName="tests", PolicyName="all", PolicyDocument=json.dumps(ALL))
        return made["Role"]["Arn"]

    def function(self, name: str, code: str, seconds: int = 10) -> str:
        """Make a Python function and return its ARN."""
        made = self.functions().create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=self.role(),
            Handler="index.handler",
            Code={"ZipFile": packed(code)},
            Timeout=seconds,
        )
        return made["FunctionArn"]

    def machine(self, name: str, definition: Json) -> str:
        """Make a Standard state machine and return its ARN."""
        made = self.states().create_state_machine(
            name=name, definition=json.dumps(definition), roleArn=self.role()
        )
        return made["stateMachineArn"]

    def run(self, machine: str, given: Json, actor: Actor = "worker") -> Execution:
        """Start an execution and wait for its end."""
        client = self.states(actor)
        arn = client.start_execution(stateMachineArn=machine, input=json.dumps(given))
        return Execution(client, arn["executionArn"]).ended()


@dataclass(frozen=True)
class Execution:
    """An execution that a test follows."""

    client: SFNClient
    arn: str

    def describe(self) -> DescribeExecutionOutputTypeDef:
        """What DescribeExecution says now."""
        return self.client.describe_execution(executionArn=self.arn)

    def ended(self) -> Execution:
        """Wait until it runs no more."""
        until(lambda: self.describe()["status"] != "RUNNING")
        return self

    def redriven(self) -> Execution:
        """Redrive it and wait for its end."""
        self.client.redrive_execution(executionArn=self.arn)
        return self.ended()

    @property
    def status(self) -> str:
        """Its status now."""
        return self.describe()["status"]

    @property
    def cause(self) -> dict[str, Json]:
        """Its cause, which is a JSON document."""
        document: dict[str, Json] = json.loads(self.describe()["cause"])
        return document

    @property
    def events(self) -> list[HistoryEventTypeDef]:
        """Its history."""
        return self.client.get_execution_history(executionArn=self.arn)["events"]

    @property
    def types(self) -> list[str]:
        """The types of the events of its history."""
        return [event["type"] for event in self.events]


def until(claim: object, seconds: float = SECONDS) -> None:
    """Wait until a claim, asked again and again, is true."""
    assert callable(claim)
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def packed(code: str) -> bytes:
    """The archive of a Python function."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("index.py", code)
    return archive.getvalue()


def invoking(function: str, **more: Json) -> dict[str, Json]:
    """A Task state that invokes a function with its whole input."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload.$": "$"},
        **({"End": True} if "Next" not in more else {}),
        **more,
    }


def numbered(prefix: str) -> Iterator[str]:
    """Names that are taken once each."""
    number = 0
    while True:
        number += 1
        yield f"{prefix}-{number}"
