"""Roles, task definitions and things by name as AWS tells them, against the embedded AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.surroundings import AwsSurroundings
from bunsui_core.adapters.emulator.record import Credentials
from bunsui_core.domain.errors import BadInput, NotAuthorised, NotFound
from bunsui_core.domain.permissions import Estate, Policy, reading
from bunsui_core.domain.thing import Thing, ThingKind
from bunsui_core.ports.observe import Seeing, Surroundings
from tests.emulator.embedded import TRUST, Embedded
from tests.emulator.fargate import Fargate, python
from tests.emulator.reading_account import reader
from tests.emulator.situation import Lab, allow
from tests.emulator.told import eyes

NOTHING: Policy = {"Version": "2012-10-17", "Statement": [allow("sts:GetCallerIdentity")]}


@pytest.fixture(scope="module")
def seeing(aws: Embedded) -> Iterator[Seeing]:
    with eyes(aws) as found:
        yield found


@pytest.fixture
def around(seeing: Seeing) -> Surroundings:
    assert seeing.surroundings is not None
    return seeing.surroundings


@pytest.fixture
def lab(aws: Embedded, seeing: Seeing, name: str) -> Lab:
    return Lab(aws, seeing, name)


def document(action: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [allow(action)]})


def test_a_role_tells_its_own_and_its_attached_policies(lab: Lab, around: Surroundings) -> None:
    lab.role(allow("s3:GetObject"))
    iam = lab.aws.iam()
    made = iam.create_policy(PolicyName=lab.name, PolicyDocument=document("sqs:SendMessage"))
    arn = made["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=f"{lab.name}-role", PolicyArn=arn)

    found = around.role(f"{lab.name}-role")

    assert {policy.name for policy in found.policies} == {"own", arn}
    assert "s3:GetObject" in "".join(found.texts)
    assert "sqs:SendMessage" in "".join(found.texts)
    assert found.boundary is None


def test_a_role_tells_its_boundary(lab: Lab, around: Surroundings) -> None:
    iam = lab.aws.iam()
    made = iam.create_policy(PolicyName=lab.name, PolicyDocument=document("s3:*"))
    iam.create_role(
        RoleName=lab.name,
        AssumeRolePolicyDocument=json.dumps(TRUST),
        PermissionsBoundary=made["Policy"]["Arn"],
    )

    assert "s3:*" in (around.role(lab.name).boundary or "")


def test_a_role_that_is_not_there_is_not_found(around: Surroundings) -> None:
    with pytest.raises(NotFound, match="nobody"):
        around.role("nobody")


def test_a_family_is_its_newest_task_definition(lab: Lab, around: Surroundings) -> None:
    fargate = Fargate.of(lab.aws, lab.name, python("print(1)"))
    first = around.containers(lab.name)
    again = around.containers(fargate.register(python("print(1)")))
    fargate.register(python("print(2)"))

    newest = around.containers(lab.name)

    assert first.state == again.state
    assert newest.state != first.state
    assert newest.definition.endswith(f"{lab.name}:3")
    assert around.containers(f"{lab.name}:1").state == first.state
    assert newest.images == ("public.ecr.aws/docker/library/python:3.12-slim",)


def test_a_task_definition_that_is_not_there_is_not_found(around: Surroundings) -> None:
    with pytest.raises(NotFound):
        around.containers("nobody")


def queue(lab: Lab) -> str:
    return str(lab.boto("sqs").create_queue(QueueName=lab.name)["QueueUrl"])


def secret(lab: Lab) -> str:
    lab.boto("secretsmanager").create_secret(Name=lab.name, SecretString="x")
    return lab.name


def image(lab: Lab) -> str:
    lab.boto("ecr").create_repository(repositoryName=lab.name)
    manifest = json.dumps({"schemaVersion": 2, "config": {}, "layers": []})
    lab.boto("ecr").put_image(repositoryName=lab.name, imageManifest=manifest, imageTag="v1")
    return f"000000000000.dkr.ecr.us-east-1.amazonaws.com/{lab.name}:v1"


def bucket(lab: Lab) -> str:
    lab.bucket()
    return lab.name


def machine(lab: Lab) -> str:
    lab.chain({"Type": "Pass"})
    return lab.arn


def task(lab: Lab) -> str:
    Fargate.of(lab.aws, lab.name, python("print(1)"))
    return lab.name


KINDS: dict[ThingKind, tuple[Callable[[Lab], str], str]] = {
    ThingKind.FUNCTION: (lambda lab: lab.function("x = 1"), "nobody"),
    ThingKind.MACHINE: (machine, "arn:aws:states:us-east-1:000000000000:stateMachine:nobody"),
    ThingKind.TABLE: (lambda lab: lab.table(), "nobody"),
    ThingKind.BUCKET: (bucket, "nobody-at-all"),
    ThingKind.QUEUE: (queue, "http://127.0.0.1/000000000000/nobody"),
    ThingKind.SECRET: (secret, "nobody"),
    ThingKind.IMAGE: (image, "000000000000.dkr.ecr.us-east-1.amazonaws.com/nobody:v1"),
    ThingKind.TASK: (task, "nobody"),
}


@pytest.mark.parametrize("kind", list(ThingKind))
def test_a_thing_is_there_or_it_is_not(lab: Lab, around: Surroundings, kind: ThingKind) -> None:
    make, absent = KINDS[kind]

    assert around.thing(Thing(kind=kind, name=make(lab))).state
    assert not around.thing(Thing(kind=kind, name=absent)).state


def test_a_queue_is_found_by_its_arn_and_tells_its_policy(lab: Lab, around: Surroundings) -> None:
    queues, url = lab.boto("sqs"), queue(lab)
    arn = f"arn:aws:sqs:us-east-1:000000000000:{lab.name}"
    assert around.thing(Thing(kind=ThingKind.QUEUE, name=arn)).policy == ""

    queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document("sqs:*")})

    assert "sqs:*" in (around.thing(Thing(kind=ThingKind.QUEUE, name=arn)).policy or "")


def test_a_bucket_tells_its_policy(lab: Lab, around: Surroundings) -> None:
    place = Thing(kind=ThingKind.BUCKET, name=bucket(lab))
    assert around.thing(place).policy == ""

    lab.aws.s3().put_bucket_policy(Bucket=lab.name, Policy=document("s3:GetObject"))

    assert "s3:GetObject" in (around.thing(place).policy or "")


def test_an_image_of_another_registry_is_not_looked_at(around: Surroundings) -> None:
    with pytest.raises(BadInput, match="not a registry of ECR"):
        around.thing(Thing(kind=ThingKind.IMAGE, name="docker.io/library/python:3.12"))


def looking(aws: Embedded, key: Credentials) -> Clients:
    access = Access(
        endpoint=aws.server.url,
        region=aws.server.region,
        access_key=key.access_key_id,
        secret_key=key.secret_access_key,
    )
    return Clients(lambda: access)


@pytest.mark.parametrize(
    "look",
    [
        lambda around, lab: around.role(f"{lab.name}-role"),
        lambda around, lab: around.thing(Thing(kind=ThingKind.TABLE, name=lab.name)),
        lambda around, lab: around.thing(Thing(kind=ThingKind.SECRET, name=lab.name)),
        lambda around, lab: around.containers(lab.name),
    ],
    ids=["role", "table", "secret", "containers"],
)
def test_the_printed_policy_lets_them_be_seen_and_without_it_that_is_said(
    lab: Lab, look: Callable[[Surroundings, Lab], object]
) -> None:
    lab.role()
    lab.table()
    secret(lab)
    task(lab)
    aws = lab.aws
    granted = reading(Estate(account=aws.server.account, region=aws.server.region))
    may = looking(aws, reader(aws, f"{lab.name}-may", granted))
    may_not = looking(aws, reader(aws, f"{lab.name}-not", NOTHING))
    try:
        assert look(AwsSurroundings(may), lab)
        with pytest.raises(NotAuthorised):
            look(AwsSurroundings(may_not), lab)
    finally:
        may.close()
        may_not.close()
