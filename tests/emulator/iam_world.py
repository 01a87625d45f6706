"""A small account with three principals in it, and the calls that tests let them make."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from bunsui_core.adapters.emulator.access import DIRECT, session
from bunsui_core.adapters.emulator.record import ACCOUNT, REGION, Credentials
from bunsui_core.domain.permissions import (
    AGENT_TAG,
    APPROVER_TAG,
    KEY_TAG,
    MANAGED_TAG,
    Estate,
    Policy,
    approver,
    asker,
    executor,
)
from bunsui_core.domain.value import Json
from tests.emulator.embedded import TRUST, Embedded, Execution
from tests.emulator.iam_calls import Call

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import TagTypeDef

ESTATE = Estate(
    account=ACCOUNT,
    region=REGION,
    machines=("bunsui-*",),
    functions="bunsui-*",
    table="bunsui",
    bucket="bunsui-plans",
    only_managed=True,
)
DENIED = {"AccessDenied", "AccessDeniedException"}
# Fails in a state that a redrive runs again.
BROKEN: Json = {
    "StartAt": "Call",
    "States": {
        "Call": {
            "Type": "Task",
            "Resource": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:bunsui-absent",
            "End": True,
        }
    },
}


@dataclass
class World:
    """The account: its principals' keys, and the names of what is in it."""

    url: str
    keys: dict[str, Credentials]
    names: dict[str, str] = field(default_factory=dict)
    clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    open: ExitStack = field(default_factory=ExitStack)

    def client(self, actor: str, service: str) -> Any:
        """A client of a service with an actor's key."""
        if (actor, service) not in self.clients:
            # Its stubs know each service by a literal name only.
            any_service: Any = session(self.keys[actor])
            made = any_service.client(service, endpoint_url=self.url, config=DIRECT)
            self.open.callback(made.close)
            self.clients[actor, service] = made
        return self.clients[actor, service]

    def answer(self, call: Call) -> str:
        """Make a call and return the code of its error, or `ok`."""
        service, _, operation = call.operation.partition(".")
        parameters = {name: self._filled(value) for name, value in call.parameters.items()}
        try:
            getattr(self.client(call.actor, service), operation)(**parameters)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "ok"

    def grants(self, actor: str, statements: Json) -> None:
        """Give a user these statements and no other."""
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam = self.client("root", "iam")
        iam.put_user_policy(UserName=actor, PolicyName="p", PolicyDocument=policy)

    def reader_of(self, leading: str) -> Credentials:
        """The key of a user who may query what stands under a leading key."""
        table = ESTATE.arn("dynamodb", "table/bunsui")
        grant: dict[str, Json] = {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": table}
        condition: Json = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [leading]}}
        policy: Policy = {"Version": "2012-10-17", "Statement": {**grant, "Condition": condition}}
        if "reader" not in self.keys:
            iam = self.client("root", "iam")
            self.keys["reader"] = principal(iam, "reader", policy, ("part", "reader"))
        return self.keys["reader"]

    def with_session(self, session_keys: Mapping[str, str], service: str) -> Any:
        """A client that signs with the credentials of a session."""
        made: Any = session(as_key(session_keys))
        client = made.client(
            service,
            endpoint_url=self.url,
            config=DIRECT,
            aws_access_key_id=session_keys["AccessKeyId"],
            aws_secret_access_key=session_keys["SecretAccessKey"],
            aws_session_token=session_keys["SessionToken"],
        )
        self.open.callback(client.close)
        return client

    def _filled(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.names.get(value[1:-1], value) if value.startswith("{") else value
        if isinstance(value, dict):
            return {name: self._filled(inner) for name, inner in value.items()}
        return [self._filled(inner) for inner in value] if isinstance(value, list) else value


def as_key(session_keys: Mapping[str, str]) -> Credentials:
    """The key pair of a session, without its token."""
    return Credentials(
        access_key_id=session_keys["AccessKeyId"],
        secret_access_key=session_keys["SecretAccessKey"],
    )


def principal(iam: IAMClient, name: str, policy: Policy, tag: tuple[str, str]) -> Credentials:
    """Make a user with a policy and a tag; return its key."""
    iam.create_user(UserName=name, Tags=[{"Key": tag[0], "Value": tag[1]}])
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"])


def world(aws: Embedded) -> World:
    """The account with everything in it."""
    iam = aws.iam()
    keys = {
        "root": aws.key("root"),
        "asker": principal(iam, "claude", asker(ESTATE), (AGENT_TAG, "claude")),
        "approver": principal(iam, "aiko", approver(ESTATE), (APPROVER_TAG, "aiko")),
        "executor": principal(iam, "executor", executor(ESTATE), ("part", "executor")),
        "deployer": principal(iam, "deployer", DEPLOYER, ("part", "deployer")),
    }
    made = World(aws.server.url, keys)
    _store(made)
    _roles(made, iam)
    _keys(made)
    _machines(made)
    _functions(aws, made)
    return made


DEPLOYER: Policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["lambda:CreateFunction", "states:CreateStateMachine", "ecs:*"],
            "Resource": "*",
        },
        {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": f"arn:aws:iam::{ACCOUNT}:role/bunsui-job",
            "Condition": {"StringEquals": {"iam:PassedToService": "states.amazonaws.com"}},
        },
        {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": f"arn:aws:iam::{ACCOUNT}:role/bunsui-operation",
            "Condition": {"StringLike": {"iam:PassedToService": ["lambda.*", "ecs-tasks.*"]}},
        },
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": f"arn:aws:iam::{ACCOUNT}:role/bunsui-*",
        },
        {
            "Effect": "Deny",
            "Action": ["ecs:StopTask"],
            "NotResource": "*",
        },
        {
            "Effect": "Deny",
            "Action": ["ecs:StopTask", "ecs:ListTasks"],
            "Resource": "*",
            "Condition": {
                "ArnNotLike": {"ecs:cluster": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/bunsui"}
            },
        },
    ],
}


def _store(made: World) -> None:
    tables = made.client("root", "dynamodb")
    for name in ("bunsui", "other"):
        tables.create_table(
            TableName=name,
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
    for name in ("bunsui-plans", "other-plans"):
        made.client("root", "s3").create_bucket(Bucket=name)


def _roles(made: World, iam: IAMClient) -> None:
    account = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    own = {"Effect": "Allow", "Principal": account, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    trust = {**TRUST, "Statement": [*TRUST["Statement"], own]}
    for name in ("bunsui-job", "bunsui-operation", "other-role"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        made.names[name.replace("-", "_")] = f"arn:aws:iam::{ACCOUNT}:role/{name}"


def _keys(made: World) -> None:
    kms = made.client("root", "kms")
    for name, tags in (
        ("own_key", [(KEY_TAG, "aiko")]),
        ("others_key", [(KEY_TAG, "ben")]),
        ("plain_key", [("use", "other")]),
    ):
        found = kms.create_key(
            KeySpec="ECC_NIST_EDWARDS25519",
            KeyUsage="SIGN_VERIFY",
            Tags=[{"TagKey": key, "TagValue": value} for key, value in tags],
        )
        made.names[name] = found["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/aiko", TargetKeyId=made.names["own_key"])
    kms.create_alias(AliasName="alias/ben", TargetKeyId=made.names["others_key"])


def _machines(made: World) -> None:
    states: SFNClient = made.client("root", "stepfunctions")
    managed: list[TagTypeDef] = [{"key": MANAGED_TAG, "value": "true"}]
    for name, tags in (("bunsui-managed", managed), ("bunsui-plain", []), ("foreign", managed)):
        machine = states.create_state_machine(
            name=name,
            definition=json.dumps(BROKEN),
            roleArn=made.names["bunsui_job"],
            tags=tags,
        )["stateMachineArn"]
        place = name.replace("-", "_")
        made.names[place] = machine
        for number in (1, 2):
            run = states.start_execution(stateMachineArn=machine)["executionArn"]
            made.names[f"{place}_run_{number}"] = run
            Execution(states, run).ended()


def _functions(aws: Embedded, made: World) -> None:
    logs = made.client("root", "logs")
    for name in ("bunsui-f", "other-f"):
        made.names[name.replace("-", "_")] = aws.function(
            name, "def handler(e, c):\n    return 1\n"
        )
        group = f"/aws/lambda/{name}"
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="one")
