"""A situation: something fails, is recorded, perhaps changes, is judged, and runs again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from bunsui_core.app.case import Aim, case_of
from bunsui_core.app.diagnose import diagnose_job, followed
from bunsui_core.app.standing import Ended, standings
from bunsui_core.domain.archived import ArchivedExecution
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.entry import entry_envelope, recorded_entry
from bunsui_core.domain.history import read_failure
from bunsui_core.domain.judge import judge
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.session import JobRun
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Verdict
from bunsui_core.ports.observe import Seeing
from tests.builders import a_failed_attempt, a_session
from tests.emulator.embedded import TRUST, Embedded, Execution, invoking, packed
from tests.emulator.queues import client

JOB = "work"
LOGS: Json = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": "*",
}


@cache
def archive(code: str) -> bytes:
    """The archive of a function, the same bytes each time: archives carry the time of packing."""
    return packed(code)


@dataclass
class Lab:
    """The embedded AWS under one name, with what a situation makes in it."""

    aws: Embedded
    seeing: Seeing
    name: str
    effect: SideEffect = SideEffect.IDEMPOTENT
    given: Json = field(default_factory=dict)
    edited: Json = None
    arn: str = ""
    count: Callable[[], int] | None = None

    def boto(self, service: str) -> Any:  # a boto3 client without stubs here
        """A client of root."""
        return client(self.aws, service)

    def function(self, code: str, role: str = "", **settings: Any) -> str:  # of a boto3 client
        """Make the function and return its ARN."""
        made = self.aws.functions().create_function(
            FunctionName=self.name,
            Runtime="python3.12",
            Role=role or self.role(suffix="function"),
            Handler="index.handler",
            Code={"ZipFile": archive(code)},
            Timeout=settings.pop("Timeout", 10),
            **settings,
        )
        return made["FunctionArn"]

    def release(self, code: str) -> None:
        """Deploy other code of the function."""
        self.aws.functions().update_function_code(FunctionName=self.name, ZipFile=archive(code))

    def configure(self, **settings: Any) -> None:  # of a boto3 client
        """Change what is configured of the function."""
        self.aws.functions().update_function_configuration(FunctionName=self.name, **settings)

    def role(self, *statements: Json, service: str = "", suffix: str = "role") -> str:
        """Make a role that may do this, and return its ARN."""
        del service
        iam = self.aws.iam()
        made = iam.create_role(
            RoleName=f"{self.name}-{suffix}", AssumeRolePolicyDocument=json.dumps(TRUST)
        )
        self.grant(*statements, suffix=suffix)
        return made["Role"]["Arn"]

    def grant(self, *statements: Json, suffix: str = "role", policy: str = "own") -> None:
        """Put a policy of the role."""
        document = {"Version": "2012-10-17", "Statement": [LOGS, *statements]}
        self.aws.iam().put_role_policy(
            RoleName=f"{self.name}-{suffix}",
            PolicyName=policy,
            PolicyDocument=json.dumps(document),
        )

    def bucket(self, key: str = "", body: str = "") -> str:
        """Make the bucket, perhaps with an object, and return the object's address."""
        self.aws.s3().create_bucket(Bucket=self.name)
        if key:
            self.put(key, body)
        return f"s3://{self.name}/{key}"

    def put(self, key: str, body: str) -> None:
        """Put an object into the bucket."""
        self.aws.s3().put_object(Bucket=self.name, Key=key, Body=body.encode())

    def table(self, name: str = "") -> str:
        """Make a table and return its name."""
        self.boto("dynamodb").create_table(
            TableName=name or self.name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return name or self.name

    def items(self) -> int:
        """How many items are in the table."""
        return int(self.boto("dynamodb").scan(TableName=self.name)["Count"])

    def objects(self, prefix: str) -> int:
        """How many objects are in the bucket."""
        return self.aws.s3().list_objects_v2(Bucket=self.name, Prefix=prefix)["KeyCount"]

    def messages(self) -> int:
        """How many messages are in the queue."""
        queues = self.boto("sqs")
        url = queues.get_queue_url(QueueName=self.name)["QueueUrl"]
        names = ["ApproximateNumberOfMessages"]
        found = queues.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return int(found["ApproximateNumberOfMessages"])

    def chain(self, *states: dict[str, Json], role: str = "") -> None:
        """Make the machine: states one after the other, S1, S2 and so on."""
        self.arn = self.aws.states().create_state_machine(
            name=self.name,
            definition=json.dumps(chained(states)),
            roleArn=role or self.aws.role(),
        )["stateMachineArn"]

    def redefine(self, *states: dict[str, Json]) -> None:
        """Change the machine."""
        self.aws.states().update_state_machine(
            stateMachineArn=self.arn, definition=json.dumps(chained(states))
        )

    def calls(self, code: str, role: str = "", **settings: Any) -> None:  # of a boto3 client
        """Make a machine that only calls the function."""
        self.chain(invoking(self.function(code, role, **settings)))


def chained(states: Sequence[dict[str, Json]]) -> Json:
    """A definition of states one after the other; those that name a Next or an End keep it."""
    named: dict[str, Json] = {}
    for number, state in enumerate(states, start=1):
        ends = number == len(states) or state.get("Type") in {"Fail", "Succeed", "Choice"}
        rest = {name: value for name, value in state.items() if name not in {"End"} or ends}
        if not ends:
            rest.setdefault("Next", f"S{number + 1}")
        elif state.get("Type") not in {"Fail", "Succeed", "Choice"}:
            rest["End"] = True
        named[f"S{number}"] = rest
    return {"StartAt": "S1", "States": named}


def task(resource: str, **parameters: Json) -> dict[str, Json]:
    """A Task that calls a service."""
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Parameters": parameters,
        "ResultPath": None,
    }


def allow(action: str, resource: str = "*") -> Json:
    """A statement that allows one action."""
    return {"Effect": "Allow", "Action": action, "Resource": resource}


@dataclass(frozen=True)
class Ran:
    """What failed, as it was archived."""

    lab: Lab
    execution: Execution
    kept: ArchivedExecution

    @classmethod
    def of(cls, lab: Lab) -> Ran:
        """Run the machine, which fails, and archive it as the worker does."""
        execution = lab.aws.run(lab.arn, lab.given)
        assert execution.status in {"FAILED", "TIMED_OUT", "ABORTED"}
        executions = lab.seeing.executions
        seen, history = executions.describe(execution.arn), executions.history(execution.arn)
        failure = read_failure(JOB, seen, history)
        assert failure is not None
        failure = followed(failure, executions)
        definition = executions.definition(execution.arn)
        kept = ArchivedExecution(
            execution=seen,
            definition=definition,
            history=history,
            logs=(),
            logs_note="",
            standing=standings(
                failure, Ended(seen, history, definition), lab.seeing, datetime.now(UTC)
            ),
        )
        return cls(lab, execution, kept)

    @property
    def diagnosis(self) -> Diagnosis:
        """Why it failed."""
        pipeline = {"name": "shop", "jobs": [{"name": JOB, "machine": self.lab.arn}]}
        attempt = a_failed_attempt(
            JOB, execution_arn=self.execution.arn, input=self.execution.describe()["input"]
        )
        session = a_session(pipeline=pipeline, runs=(JobRun(job=JOB, attempts=(attempt,)),))
        executions, logs = self.lab.seeing.executions, self.lab.seeing.logs
        return diagnose_job(session, JOB, executions, logs, datetime.now(UTC))

    def verdict(self, mode: Mode, is_recorded: bool = True) -> Verdict:
        """What is said of a rerun now."""
        now = datetime.now(UTC)
        seen = self.lab.seeing.executions.describe(self.execution.arn)
        kept = self.kept if is_recorded else None
        ended = (seen, self.kept.history)
        case = case_of(self.diagnosis, ended, Aim(self.lab.effect), kept, self.lab.seeing, now)
        is_edited = self.lab.edited is not None and mode is not Mode.REDRIVE
        return judge(mode, case.model_copy(update={"input_edited": is_edited}), now)

    def again(self, mode: Mode) -> tuple[bool, str]:
        """Run it again all the same: whether it succeeded, and the error when it did not."""
        if mode is Mode.REDRIVE:
            try:
                found = self.execution.redriven().describe()
            except ClientError as error:
                return False, str(error)
        else:
            found = self.lab.aws.run(self.lab.arn, self._given(mode)).describe()
        return found["status"] == "SUCCEEDED", found.get("error", "")

    def _given(self, mode: Mode) -> Json:
        """The input of a new execution; to enter at the failed state, the envelope for it."""
        lab = self.lab
        if mode is not Mode.ENTER_AT:
            return lab.given if lab.edited is None else lab.edited
        state = self.diagnosis.failure.state_path[0]
        envelope = entry_envelope(json.dumps(lab.given), recorded_entry(self.kept.history, state))
        given: Json = json.loads(envelope)
        return given


def words(verdict: Verdict) -> str:
    """All reasons of a verdict."""
    return "; ".join(reason.text for reason in verdict.reasons)
