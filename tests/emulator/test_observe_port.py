"""The observe ports as AWS fills them, against the embedded AWS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.executions import AwsExecutions
from bunsui_core.adapters.aws.inventory import AwsInventory
from bunsui_core.adapters.aws.logs import AwsLogs
from bunsui_core.domain.errors import BadInput, NotFound, Unavailable
from bunsui_core.domain.history import read_failure
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.value import Json
from bunsui_core.ports.observe import LogWindow, Seeing
from tests.emulator.embedded import Embedded, Execution, invoking

NOBODY = "arn:aws:states:us-east-1:000000000000:execution:nobody:nothing"
RAISING = """
def handler(event, context):
    print("before")
    if event["row"] == "bad":
        raise ValueError("row 7 is bad")
    print("after")
    return event
"""


@pytest.fixture(scope="session")
def seeing(aws: Embedded) -> Iterator[Seeing]:
    key = aws.key("agent")
    access = Access(
        endpoint=aws.server.url,
        region=aws.server.region,
        access_key=key.access_key_id,
        secret_key=key.secret_access_key,
    )
    clients = Clients(lambda: access)
    yield Seeing(AwsExecutions(clients), AwsLogs(clients), AwsInventory(clients))
    clients.close()


@pytest.fixture(scope="session")
def failed(aws: Embedded) -> Execution:
    """An execution whose second state failed in a Lambda function."""
    function = aws.function("observed", RAISING)
    first: Json = {"Type": "Pass", "Next": "Load"}
    machine = aws.machine(
        "observed", {"StartAt": "First", "States": {"First": first, "Load": invoking(function)}}
    )
    aws.run(machine, {"row": "good"})
    return aws.run(machine, {"row": "bad"})


def test_describe_tells_status_input_times_and_redrive_status(
    seeing: Seeing, failed: Execution
) -> None:
    found = seeing.executions.describe(failed.arn)

    assert (found.status, found.error) == (JobStatus.FAILED, "ValueError")
    assert found.input == '{"row": "bad"}'
    assert found.stopped_at is not None
    assert found.started_at <= found.stopped_at
    assert (found.redrive_count, found.redrive_status) == (0, "REDRIVABLE")


def test_history_comes_whole_and_in_order(seeing: Seeing, failed: Execution) -> None:
    found = seeing.executions.history(failed.arn)

    assert [event.id for event in found] == list(range(1, len(found) + 1))
    assert [event.type for event in found] == failed.types
    assert [e.name for e in found if e.type.endswith("StateEntered")] == ["First", "Load"]


def test_a_history_of_many_pages_comes_whole(
    aws: Embedded, seeing: Seeing, monkeypatch: pytest.MonkeyPatch, failed: Execution
) -> None:
    monkeypatch.setattr("bunsui_core.adapters.aws.executions._PAGE", 2)

    found = seeing.executions.history(failed.arn)

    assert [event.id for event in found] == [event["id"] for event in failed.events]


def test_a_failure_is_read_out_of_what_was_observed(seeing: Seeing, failed: Execution) -> None:
    observation = seeing.executions.describe(failed.arn)

    found = read_failure("job", observation, seeing.executions.history(failed.arn))

    assert found is not None
    assert (found.state_path, found.exception) == (("Load",), "ValueError")
    assert found.message == "row 7 is bad"
    assert found.resource.endswith(":function:observed")
    assert len(found.request_id) == 36


def test_the_definition_is_that_of_the_execution(aws: Embedded, seeing: Seeing, name: str) -> None:
    old: Json = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
    machine = aws.machine(name, old)
    execution = aws.run(machine, {})
    now = seeing.inventory.definition_revision(machine)
    assert seeing.executions.definition(execution.arn).revision == now

    text = '{"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}'
    aws.states().update_state_machine(stateMachineArn=machine, definition=text)

    then = seeing.executions.definition(execution.arn)
    assert '"A"' in then.definition
    assert then.machine == machine
    assert then.revision != seeing.inventory.definition_revision(machine)


@pytest.mark.parametrize("read", ["describe", "history", "definition"])
def test_an_unknown_execution_is_not_found(seeing: Seeing, read: str) -> None:
    with pytest.raises(NotFound, match="nobody"):
        getattr(seeing.executions, read)(NOBODY)


def window(function: str, request_id: str = "", minutes: int = 5) -> LogWindow:
    now = datetime.now(UTC)
    return LogWindow(
        function=function,
        request_id=request_id,
        start=now - timedelta(minutes=minutes),
        end=now + timedelta(minutes=minutes),
    )


def test_log_lines_are_those_of_the_very_request(seeing: Seeing, failed: Execution) -> None:
    request_id = str(failed.cause["requestId"])

    lines = [line.text for line in seeing.logs.lines(window("observed", request_id), 100)]

    assert lines[0].startswith(f"START RequestId: {request_id}")
    assert lines[-1].startswith(f"REPORT RequestId: {request_id}")
    assert sum("before" in line for line in lines) == 1
    assert not any("after" in line for line in lines)
    assert any("row 7 is bad" in line for line in lines)


def test_without_a_request_all_lines_of_the_time_come(seeing: Seeing, failed: Execution) -> None:
    del failed
    lines = [line.text for line in seeing.logs.lines(window("observed"), 100)]

    assert sum(line.startswith("START") for line in lines) == 2


def test_log_lines_stop_at_the_limit(seeing: Seeing, failed: Execution) -> None:
    request_id = str(failed.cause["requestId"])

    assert len(seeing.logs.lines(window("observed", request_id), 2)) == 2


def test_a_request_that_never_ran_has_no_lines(seeing: Seeing, failed: Execution) -> None:
    del failed
    nothing = "00000000-0000-4000-8000-000000000000"

    assert seeing.logs.lines(window("observed", nothing), 100) == ()


def test_the_log_of_an_unknown_function_is_not_found(seeing: Seeing) -> None:
    with pytest.raises(NotFound):
        seeing.logs.lines(window("nobody"), 100)


def test_the_state_of_code_moves_when_it_is_deployed(
    aws: Embedded, seeing: Seeing, name: str
) -> None:
    aws.function(name, RAISING)
    before = seeing.inventory.code(name)

    aws.functions().update_function_configuration(FunctionName=name, MemorySize=256)

    after = seeing.inventory.code(name)
    assert after.code_sha256 == before.code_sha256
    assert before.modified_at.tzinfo is not None
    assert after.modified_at > before.modified_at


def test_an_unknown_function_is_not_found(seeing: Seeing) -> None:
    with pytest.raises(NotFound, match="nobody"):
        seeing.inventory.code("nobody")


def test_an_object_tells_its_etag_and_its_absence(aws: Embedded, seeing: Seeing, name: str) -> None:
    aws.s3().create_bucket(Bucket=name)
    put = aws.s3().put_object(Bucket=name, Key="day one.csv", Body=b"1")

    there = seeing.inventory.stored_object(f"s3://{name}/day one.csv")
    gone = seeing.inventory.stored_object(f"s3://{name}/day two.csv")

    assert there.etag == put["ETag"].strip('"')
    assert there.modified_at is not None
    assert (gone.etag, gone.modified_at) == ("", None)


@pytest.mark.parametrize("uri", ["s3://bucket", "s3://bucket/", "https://bucket/key", ""])
def test_what_is_no_address_of_an_object_is_bad_input(seeing: Seeing, uri: str) -> None:
    with pytest.raises(BadInput):
        seeing.inventory.stored_object(uri)


def test_an_unknown_machine_is_not_found(seeing: Seeing) -> None:
    with pytest.raises(NotFound):
        seeing.inventory.definition_revision(
            "arn:aws:states:us-east-1:000000000000:stateMachine:nobody"
        )


def test_a_user_with_a_broken_aws_profile_is_seen_for_all_the_same(
    aws: Embedded, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, failed: Execution
) -> None:
    config = tmp_path / "config"
    config.write_text("[this is not a config")
    monkeypatch.setenv("AWS_PROFILE", "does-not-exist")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    key = aws.key("agent")
    access = Access(aws.server.url, aws.server.region, key.access_key_id, key.secret_access_key)
    clients = Clients(lambda: access)

    assert AwsExecutions(clients).describe(failed.arn).status is JobStatus.FAILED
    clients.close()


def test_clients_follow_an_aws_that_moved(seeing: Seeing, aws: Embedded, failed: Execution) -> None:
    key = aws.key("agent")
    secret = (key.access_key_id, key.secret_access_key)
    places = [Access("http://127.0.0.1:9", "us-east-1", *secret)]
    clients = Clients(lambda: places[-1])
    executions = AwsExecutions(clients)
    with pytest.raises(Unavailable):
        executions.describe(failed.arn)

    places.append(Access(aws.server.url, "us-east-1", *secret))

    assert executions.describe(failed.arn).status is JobStatus.FAILED
    clients.close()
