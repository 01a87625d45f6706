"""Ways around permissions and signatures, each beside the same request made honestly."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bunsui_core.adapters.emulator.record import LocalServer
from tests.emulator.embedded import Embedded
from tests.emulator.iam_world import DENIED, World
from tests.emulator.raw import FORM, Raw, json_call, sha256

STATES = "AWSStepFunctions"
DYNAMODB = "DynamoDB_20120810"
LIST = json_call("states", f"{STATES}.ListStateMachines", "{}")
REFUSED = {*DENIED, "IncompleteSignature", "SignatureDoesNotMatch", "InvalidSignatureException"}
FUNCTION = "/2015-03-31/functions/bunsui-f"


@pytest.fixture(scope="module")
def server(aws: Embedded) -> LocalServer:
    return aws.server


def start(estate: World, path: str = "/") -> Raw:
    """A start of a machine, which the asker may not make."""
    body = json.dumps({"stateMachineArn": estate.names["bunsui_managed"]})
    return json_call("states", f"{STATES}.StartExecution", body, path)


def test_a_harmless_operation_in_the_query_hides_no_other(
    estate: World, server: LocalServer
) -> None:
    hidden = start(estate, "/?Action=ListStateMachines")

    assert hidden.signed(estate.keys["asker"], server).send().code in DENIED
    assert LIST.signed(estate.keys["asker"], server).send().code == "ok"


def test_an_ambiguous_request_is_refused_to_root_too(estate: World, server: LocalServer) -> None:
    hidden = start(estate, "/?Action=ListStateMachines")

    assert hidden.signed(estate.keys["root"], server).send().code in DENIED
    assert start(estate).signed(estate.keys["root"], server).send().code == "ok"


def test_a_harmless_operation_in_a_form_hides_no_other(estate: World, server: LocalServer) -> None:
    body = "Action=GetFunctionConfiguration&Version=1"
    headers = {"content-type": FORM}
    invoke = Raw("lambda", "POST", f"{FUNCTION}/invocations", body, headers)

    assert invoke.signed(estate.keys["asker"], server).send().code in DENIED


@pytest.mark.parametrize(
    "path",
    [
        f"{FUNCTION}/invocations",
        "/functions/functions/bunsui-f/invocations",
        "//2015-03-31/functions/bunsui-f/invocations",
        "/2015-03-31/./functions/bunsui-f/invocations",
        "/2015-03-31/functions/bunsui-f/invocat%2569ons",
        "/2015-03-31/functions/bunsui-f%252Finvocations",
        "/2015-03-31/functions/bunsui-f/configuration/../invocations",
        "/2021-11-15/functions/bunsui-f/response-streaming-invocations",
        "/2014-11-13/functions/bunsui-f/invoke-async/",
        f"/2015-03-31/{'a' * 5000}%25",
    ],
)
def test_no_spelling_of_its_path_lets_an_agent_call_a_function(
    estate: World, server: LocalServer, path: str
) -> None:
    ran = Raw("lambda", "POST", path, "{}").signed(estate.keys["asker"], server).send()
    as_read = Raw("lambda", "POST", path, "{}", {"x-amz-target": "a.GetFunctionConfiguration"})

    assert ran.code in DENIED
    assert as_read.signed(estate.keys["asker"], server).send().code in DENIED


def test_an_agent_reads_a_function_s_configuration_by_its_plain_path(
    estate: World, server: LocalServer
) -> None:
    read = Raw("lambda", "GET", f"{FUNCTION}/configuration")

    assert read.signed(estate.keys["asker"], server).send().code == "ok"


def test_another_resource_beside_the_one_that_is_read_counts_for_nothing(
    estate: World, server: LocalServer
) -> None:
    named = {"executionArn": estate.names["foreign_run_1"]}
    beside = {**named, "stateMachineArn": estate.names["bunsui_managed_run_1"]}
    target = f"{STATES}.DescribeExecution"

    honest = json_call(
        "states", target, json.dumps({"executionArn": estate.names["bunsui_managed_run_1"]})
    )
    assert (
        json_call("states", target, json.dumps(beside))
        .signed(estate.keys["asker"], server)
        .send()
        .code
        in DENIED
    )
    assert honest.signed(estate.keys["asker"], server).send().code == "ok"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-HTTP-Method", "DELETE"),
        ("X-Method-Override", "DELETE"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "example.com"),
        ("X-Forwarded-For", "10.0.0.1"),
        ("Forwarded", "for=10.0.0.1;proto=https"),
    ],
)
def test_no_header_says_that_the_request_is_another(
    estate: World, server: LocalServer, name: str, value: str
) -> None:
    request = LIST.signed(estate.keys["asker"], server)

    assert request.with_header(name, value).send().code in REFUSED
    assert request.send().code == "ok"


@pytest.mark.parametrize(
    "name", ["host", "authorization", "x-amz-target", "x-amz-date", "content-type"]
)
def test_a_header_that_decides_is_there_once(estate: World, server: LocalServer, name: str) -> None:
    request = LIST.signed(estate.keys["asker"], server)

    assert request.with_header(name, request.header(name)).send().status in (400, 403)
    assert request.send().code == "ok"


def test_a_signature_covers_the_body(estate: World, server: LocalServer) -> None:
    request = LIST.signed(estate.keys["asker"], server)

    assert request.but(body='{"maxResults": 1}').send().code in REFUSED
    assert request.send().code == "ok"


def test_a_claimed_digest_of_the_body_is_checked(estate: World, server: LocalServer) -> None:
    claimed = LIST.but(headers={**LIST.headers, "x-amz-content-sha256": sha256("{}")})
    request = claimed.signed(estate.keys["asker"], server)

    assert request.but(body='{"maxResults": 1}').send().code in REFUSED
    assert request.send().code == "ok"


def test_only_s3_takes_a_body_that_is_not_signed(estate: World, server: LocalServer) -> None:
    loose = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
    listed = Raw("s3", "GET", "/bunsui-plans", headers=loose)

    assert (
        LIST.but(headers={**LIST.headers, **loose}).signed(estate.keys["asker"], server).send().code
        in REFUSED
    )
    assert listed.signed(estate.keys["root"], server).send().code == "ok"


def test_a_signature_covers_the_operation(estate: World, server: LocalServer) -> None:
    request = LIST.signed(estate.keys["executor"], server, leaves_out="x-amz-target")

    assert request.send().code in REFUSED
    assert LIST.signed(estate.keys["executor"], server).send().code == "ok"


@pytest.mark.parametrize("age", [timedelta(minutes=16), timedelta(minutes=-16)])
def test_an_old_and_an_early_signature_are_refused(
    estate: World, server: LocalServer, age: timedelta
) -> None:
    assert LIST.signed(estate.keys["root"], server, age).send().code in REFUSED
    assert LIST.signed(estate.keys["root"], server, age / 16).send().code == "ok"


def test_an_unsigned_request_is_refused(estate: World, server: LocalServer) -> None:
    request = LIST.signed(estate.keys["root"], server)

    assert request.without("authorization").send().code == "MissingAuthenticationToken"
    assert request.send().code == "ok"


@pytest.mark.parametrize(
    "header",
    [
        "Basic QUtJQTp4",
        "Bearer Credential=KEY/20260101/us-east-1/states/aws4_request",
        "AWS KEY:signature",
        "AWS4-HMAC-SHA256",
        "AWS4-ECDSA-P256-SHA256 Credential=KEY/20260101/states/aws4_request",
    ],
)
def test_no_other_scheme_stands_for_a_signature(
    estate: World, server: LocalServer, header: str
) -> None:
    key = estate.keys["root"]
    request = LIST.signed(key, server).without("authorization")

    answer = request.with_header("authorization", header.replace("KEY", key.access_key_id)).send()

    assert answer.status in (400, 403)


def test_a_key_named_in_the_query_does_not_ride_on_another_s_signature(
    estate: World, server: LocalServer
) -> None:
    root = estate.keys["root"].access_key_id
    for query in (
        f"?X-Amz-Credential={root}",
        f"?AWSAccessKeyId={root}",
        f"?x-amz-credential={root}",
    ):
        ridden = start(estate, f"/{query}").signed(estate.keys["asker"], server)
        assert ridden.send().code in REFUSED


@pytest.mark.parametrize(
    "condition",
    [
        "NOT pk = :own",
        "pk = :own OR pk = :other",
        ":other = pk",
        "pk <> :own",
        "pk >= :own",
        "#a = :other",
    ],
)
def test_no_query_reads_past_its_leading_key(
    estate: World, server: LocalServer, condition: str
) -> None:
    asked = {
        "TableName": "bunsui",
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": {
            f":{name}": {"S": f"{name}#1"} for name in ("own", "other") if f":{name}" in condition
        },
        **({"ExpressionAttributeNames": {"#a": "pk"}} if "#a" in condition else {}),
    }
    honest = {
        **asked,
        "KeyConditionExpression": "pk = :own",
        "ExpressionAttributeValues": {":own": {"S": "own#1"}},
    }
    honest.pop("ExpressionAttributeNames", None)
    reader = estate.reader_of("own#*")

    sent = [json_call("dynamodb", f"{DYNAMODB}.Query", json.dumps(one)) for one in (asked, honest)]
    assert sent[0].signed(reader, server).send().code in DENIED
    assert sent[1].signed(reader, server).send().code == "ok"
