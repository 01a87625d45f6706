from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.adapters.aws.executions import AwsExecutions, event_of
from bunsui_core.adapters.aws.logs import of_request
from bunsui_core.domain.errors import (
    BadInput,
    BunsuiError,
    Conflict,
    NotAuthorised,
    NotFound,
    Refused,
    Unavailable,
)
from bunsui_core.domain.failure import LogLine
from tests.builders import NOW

REQUEST = "0f1e2d3c-0000-4000-8000-000000000001"
ARN = "arn:aws:states:us-east-1:000000000000:execution:a:b"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ExecutionDoesNotExist", NotFound),
        ("ResourceNotFoundException", NotFound),
        ("404", NotFound),
        ("AccessDeniedException", NotAuthorised),
        ("403", NotAuthorised),
        ("ExpiredTokenException", NotAuthorised),
        ("ExecutionAlreadyExists", Conflict),
        ("ExecutionNotRedrivable", Refused),
        ("InvalidArn", BadInput),
        ("ThrottlingException", Unavailable),
        ("InternalServerError", Unavailable),
    ],
)
def test_a_code_of_aws_becomes_an_error_with_the_next_step(
    code: str, kind: type[BunsuiError]
) -> None:
    said = ClientError({"Error": {"Code": code, "Message": "it is so"}}, "DescribeExecution")

    with pytest.raises(kind) as caught, translated("execution one"):
        raise said

    assert caught.type is kind
    assert caught.value.__cause__ is said
    assert "execution one: it is so" in caught.value.message
    assert code in caught.value.message
    assert caught.value.next_step


def test_an_aws_that_cannot_be_reached_is_unavailable() -> None:
    said = EndpointConnectionError(endpoint_url="http://127.0.0.1:9")

    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9") as caught, translated("execution one"):
        raise said

    assert caught.value.__cause__ is said


def test_a_program_of_a_profile_that_went_away_is_unavailable() -> None:
    said = FileNotFoundError(2, "No such file or directory", "/opt/sign-in")

    with pytest.raises(Unavailable, match="/opt/sign-in") as caught, translated("execution one"):
        raise said

    assert "sign in" in caught.value.next_step


@pytest.fixture
def deaf() -> Iterator[str]:
    """An endpoint whose queue is full: it takes no connection and refuses none."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        place = listening.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(place)
        yield f"http://127.0.0.1:{place[1]}"
        for one in waiting:
            one.close()


def test_a_dead_endpoint_answers_within_about_three_seconds(deaf: str) -> None:
    access = Access(deaf, "us-east-1", "key", "secret")
    clients = Clients(lambda: access)
    executions = AwsExecutions(clients)
    assert clients.stepfunctions.meta.region_name == "us-east-1"
    started = time.monotonic()

    with pytest.raises(Unavailable):
        executions.describe(ARN)

    assert time.monotonic() - started < 4.5
    clients.close()


def test_a_secret_key_is_not_shown_with_the_access() -> None:
    assert "hidden" not in repr(Access("", "us-east-1", "key", "hidden"))


def test_an_event_without_details_is_an_event() -> None:
    found = event_of({"id": 3, "previousEventId": 2, "type": "TaskStateAborted", "timestamp": NOW})

    assert (found.id, found.previous_id, found.type, found.at) == (3, 2, "TaskStateAborted", NOW)


def test_an_event_keeps_all_that_a_reader_needs() -> None:
    found = event_of(
        {
            "id": 3,
            "previousEventId": 2,
            "type": "EvaluationFailed",
            "timestamp": NOW,
            "evaluationFailedEventDetails": {
                "error": "E",
                "cause": "C",
                "state": "Shape",
                "index": 4,
                "length": 5,
                "resource": "r",
                "resourceType": "t",
                "parameters": "{}",
                "input": "1",
                "output": "2",
                "assignedVariables": {"a": "1"},
            },
        }
    )

    assert (found.name, found.error, found.cause) == ("Shape", "E", "C")
    assert (found.index, found.length) == (4, 5)
    assert (found.resource, found.resource_type, found.parameters) == ("r", "t", "{}")
    assert (found.input, found.output, found.assigned) == ("1", "2", '{"a": "1"}')


def of(*texts: str) -> list[str]:
    lines = (LogLine(at=NOW, text=text) for text in texts)
    return [line.text for line in of_request(lines, REQUEST)]


def test_only_what_stands_between_start_and_report_is_the_requests() -> None:
    start, report = f"START RequestId: {REQUEST}", f"REPORT RequestId: {REQUEST}"

    assert of("START RequestId: another", "x", start, "y", report, "z") == [start, "y", report]
    assert of(start, "y") == [start, "y"]
    assert of("x", f"REPORT RequestId: {REQUEST}", start, "y") == []
    assert of(f"someone prints START RequestId: {REQUEST}", "x") == []


def test_a_function_that_logs_json_is_read_by_its_platform_events() -> None:
    start = f'{{"time": "x", "type": "platform.start", "record": {{"requestId": "{REQUEST}"}}}}'
    report = start.replace("platform.start", "platform.report")
    other = start.replace(REQUEST, "another")

    assert of(other, "x", start, "y", report, "z") == [start, "y", report]


@pytest.mark.parametrize(
    ("code", "message", "step"),
    [
        (
            "AccessDeniedException",
            "User: arn:aws:iam::1:user/u is not authorized to perform: states:ListExecutions on x",
            "Allow states:ListExecutions",
        ),
        ("SignatureDoesNotMatch", "Signature expired: 2026 is now earlier than 2026", "clock"),
        ("InvalidSignatureException", "Signature not yet current: 2026", "clock"),
        ("RequestTimeTooSkewed", "The difference is too large", "clock"),
        ("SignatureDoesNotMatch", "The signature does not match", "secret key"),
        ("ExpiredTokenException", "The token has expired", "Sign in again"),
        ("UnrecognizedClientException", "The token is invalid", "region that is off"),
        ("ThrottlingException", "Rate exceeded", "quota"),
    ],
)
def test_the_next_step_is_about_what_went_wrong(code: str, message: str, step: str) -> None:
    said = ClientError({"Error": {"Code": code, "Message": message}}, "ListExecutions")

    with pytest.raises(BunsuiError) as caught, translated("machine one"):
        raise said

    assert step in caught.value.next_step
