"""What each actor of the embedded AWS may do; every denied call has an allowed twin."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from bunsui_core.adapters.emulator.actors import Actor
from bunsui_core.adapters.emulator.record import Credentials
from tests.emulator.conftest import USER_SECRET
from tests.emulator.embedded import Embedded, invoking


@pytest.fixture(scope="module")
def machine(aws: Embedded) -> str:
    return aws.machine("actors", {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


@pytest.mark.parametrize("actor", ["root", "agent", "worker", "approver"])
def test_a_key_with_its_secret_is_accepted(aws: Embedded, actor: Actor) -> None:
    assert aws.sts(aws.key(actor)).get_caller_identity()["Account"] == "000000000000"


@pytest.mark.parametrize("actor", ["root", "agent", "worker", "approver"])
def test_a_key_with_another_secret_is_refused(aws: Embedded, actor: Actor) -> None:
    wrong = aws.key(actor).model_copy(update={"secret_access_key": "guessed"})

    with pytest.raises(ClientError) as error:
        aws.sts(wrong).get_caller_identity()

    assert code(error) == "SignatureDoesNotMatch"


@pytest.mark.parametrize("key_id", ["test", "000000000000", "AKIAIOSFODNN7EXAMPLE"])
def test_a_well_known_key_is_nobody(aws: Embedded, key_id: str) -> None:
    nobody = Credentials(access_key_id=key_id, secret_access_key="test")

    with pytest.raises(ClientError) as error:
        aws.sts(nobody).get_caller_identity()

    assert code(error) in {"InvalidClientTokenId", "UnrecognizedClientException"}


def test_the_worker_starts_what_the_agent_may_only_read(aws: Embedded, machine: str) -> None:
    with pytest.raises(ClientError) as error:
        aws.states("agent").start_execution(stateMachineArn=machine)

    assert code(error) == "AccessDeniedException"
    started = aws.states("worker").start_execution(stateMachineArn=machine)["executionArn"]
    seen = aws.states("agent").describe_execution(executionArn=started)
    assert seen["stateMachineArn"] == machine


def test_the_agent_neither_redrives_nor_stops(aws: Embedded, machine: str) -> None:
    arn = aws.run(machine, {}).arn

    with pytest.raises(ClientError) as redrive:
        aws.states("agent").redrive_execution(executionArn=arn)
    with pytest.raises(ClientError) as stop:
        aws.states("agent").stop_execution(executionArn=arn)

    assert code(redrive) == code(stop) == "AccessDeniedException"
    # The worker is let through to the answer of Step Functions itself.
    with pytest.raises(ClientError) as refused:
        aws.states("worker").redrive_execution(executionArn=arn)
    assert code(refused) == "ExecutionNotRedrivable"


def test_the_worker_cannot_write_objects_that_it_reads(aws: Embedded) -> None:
    aws.s3("root").create_bucket(Bucket="actors")
    aws.s3("root").put_object(Bucket="actors", Key="a", Body=b"1")

    with pytest.raises(ClientError) as error:
        aws.s3("worker").put_object(Bucket="actors", Key="a", Body=b"2")

    assert code(error) == "AccessDenied"
    assert aws.s3("worker").get_object(Bucket="actors", Key="a")["Body"].read() == b"1"


def test_a_function_sees_no_credential_of_the_user(aws: Embedded, name: str) -> None:
    code = "import os\ndef handler(event, context):\n    return dict(os.environ)\n"
    function = aws.function(name, code)
    machine = aws.machine(name, {"StartAt": "A", "States": {"A": invoking(function)}})

    output = json.loads(aws.run(machine, {}).describe()["output"])["Payload"]

    assert USER_SECRET not in output.values()
    assert output["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert aws.key("root").secret_access_key not in output.values()
