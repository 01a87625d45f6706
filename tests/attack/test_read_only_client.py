"""What an agent's process asks of AWS is read only, whoever asks and by whatever way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore import xform_name
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from bunsui_core.adapters.aws.client import READS, Access, make_client
from bunsui_core.domain.errors import Refused
from tests.attack.listener import Listener

SERVICES = (
    *("stepfunctions", "lambda", "ecs", "logs", "s3", "sts", "iam", "dynamodb", "ecr", "sqs"),
    *("secretsmanager", "cloudformation", "events", "kms", "scheduler"),
)
"""Every service that bunsui speaks to, whichever actor of it."""

CHANGES = {
    "stepfunctions": ("StartExecution", "RedriveExecution", "StopExecution", "SendTaskSuccess"),
    "lambda": ("Invoke", "UpdateFunctionCode", "DeleteFunction"),
    "logs": ("DeleteLogGroup", "PutLogEvents"),
    "s3": ("PutObject", "DeleteObject", "DeleteBucket"),
    "cloudformation": ("CreateStack", "DeleteStack"),
}


@pytest.fixture
def listener() -> Iterator[Listener]:
    opened = Listener()
    yield opened
    opened.close()


def access(listener: Listener, reading: bool) -> Access:
    return Access(listener.url, "us-east-1", "key", "secret", reading)


def operations(client: BaseClient) -> tuple[OperationModel, ...]:
    model = client.meta.service_model
    return tuple(model.operation_model(name) for name in model.operation_names)


def allowed(client: BaseClient) -> frozenset[str]:
    return READS.get(client.meta.service_model.service_id.hyphenize(), frozenset())


def something(shape: Shape | None) -> object:
    """The least that a shape accepts."""
    if isinstance(shape, StructureShape):
        return {name: something(shape.members[name]) for name in shape.required_members}
    if isinstance(shape, ListShape):
        return [something(shape.member)]
    if isinstance(shape, MapShape):
        return {}
    if shape is None:
        return {}
    plain = {"integer": 1, "long": 1, "boolean": True, "timestamp": 0, "blob": b"x", "double": 1.0}
    return plain.get(shape.type_name, shape.metadata.get("enum", ["x" * 64])[0])


def call(client: BaseClient, operation: OperationModel) -> None:
    params = something(operation.input_shape)
    assert isinstance(params, dict)
    getattr(client, xform_name(operation.name))(**params)


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_outside_the_list_is_refused_before_the_socket(
    service: str, listener: Listener
) -> None:
    client = make_client(service, access(listener, reading=True))
    refused = [o for o in operations(client) if o.name not in allowed(client)]

    for operation in refused:
        with pytest.raises(Refused):
            call(client, operation)

    assert len(refused) > 5
    assert listener.reached == 0
    client.close()


@pytest.mark.parametrize("service", sorted(CHANGES))
def test_the_same_changes_reach_the_socket_with_the_defence_off(
    service: str, listener: Listener
) -> None:
    client = make_client(service, access(listener, reading=False))

    for name in CHANGES[service]:
        before = listener.reached
        with pytest.raises(BotoCoreError):
            call(client, client.meta.service_model.operation_model(name))
        assert listener.reached > before, name
    client.close()


def test_reads_reach_the_socket_with_the_defence_on(listener: Listener) -> None:
    client = make_client("stepfunctions", access(listener, reading=True))

    with pytest.raises(BotoCoreError):
        client.describe_execution(executionArn="arn:aws:states:us-east-1:0:execution:a:b")

    assert listener.reached > 0
    client.close()


@pytest.mark.parametrize(
    ("service", "method", "params"),
    [
        ("s3", "put_object", {"Bucket": "bucket", "Key": "key"}),
        ("s3", "delete_object", {"Bucket": "bucket", "Key": "key"}),
        ("lambda", "invoke", {"FunctionName": "name"}),
    ],
)
def test_no_change_is_signed_for_somebody_else_to_send(
    service: str, method: str, params: dict[str, str], listener: Listener
) -> None:
    client = make_client(service, access(listener, reading=True))

    with pytest.raises(Refused):
        client.generate_presigned_url(method, Params=params)
    client.close()


def test_a_presigned_upload_form_is_refused(listener: Listener) -> None:
    client = make_client("s3", access(listener, reading=True))

    with pytest.raises(Refused):
        client.generate_presigned_post(Bucket="bucket", Key="key")
    client.close()


def test_each_event_that_is_guarded_refuses_alone(listener: Listener) -> None:
    """Three locks on one door: a botocore that drops one event leaves two."""
    client = make_client("stepfunctions", access(listener, reading=True))
    model = client.meta.service_model.operation_model("StartExecution")

    for event in ("provide-client-params", "before-call", "before-send"):
        with pytest.raises(Refused):
            client.meta.events.emit(f"{event}.sfn.StartExecution", model=model, params={})
    client.close()


@pytest.mark.parametrize("name", ["before-call", "before-call.sfn", "before-call.new.Describe"])
def test_an_event_of_another_shape_is_refused(name: str, listener: Listener) -> None:
    client = make_client("stepfunctions", access(listener, reading=True))

    with pytest.raises(Refused):
        client.meta.events.emit(name)
    client.close()


def test_every_service_of_the_list_is_tried(listener: Listener) -> None:
    tried = {make_client(one, access(listener, True)).meta.service_model for one in SERVICES}

    assert {model.service_id.hyphenize() for model in tried} >= READS.keys()


def test_what_is_allowed_are_reads_by_their_names() -> None:
    verbs = ("Describe", "Get", "List", "Filter", "Head")
    names = [name for operations_of in READS.values() for name in operations_of]

    assert names
    assert all(name.startswith(verbs) for name in names)


@pytest.mark.parametrize("service", SERVICES)
def test_every_allowed_operation_exists(service: str, listener: Listener) -> None:
    client = make_client(service, access(listener, reading=True))

    assert allowed(client) <= set(client.meta.service_model.operation_names)
    client.close()
