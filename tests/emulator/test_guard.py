"""Who the embedded AWS answers."""

from __future__ import annotations

import json
import os
from http.client import HTTPConnection
from pathlib import Path

import pytest

from bunsui_core.adapters.emulator.launcher import up
from tests.emulator.embedded import Embedded

HOST = "127.0.0.1"


def asked(aws: Embedded, path: str, headers: dict[str, str], method: str = "GET") -> int:
    """The status that answers a request with exactly these headers."""
    connection = HTTPConnection(HOST, aws.server.port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def host(aws: Embedded) -> str:
    return f"{HOST}:{aws.server.port}"


def token(aws: Embedded) -> str:
    return (aws.home / "local" / "token").read_text()


def test_a_local_client_is_answered(aws: Embedded) -> None:
    assert asked(aws, "/_bunsui/health", {"Host": host(aws)}) == 200


@pytest.mark.parametrize("origin", ["https://example.com", "null", "http://127.0.0.1"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_web_page_is_refused_whatever_it_asks(aws: Embedded, origin: str, method: str) -> None:
    headers = {"Host": host(aws), "Origin": origin, "Content-Length": "0"}

    assert asked(aws, "/", headers, method) == 403


@pytest.mark.parametrize("path", ["/", "/_bunsui/health", "/_ministack/health"])
@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin", "none"])
def test_a_page_s_image_is_refused_though_it_has_no_origin(
    aws: Embedded, path: str, site: str
) -> None:
    headers = {"Host": host(aws), "X-Bunsui-Token": token(aws)}

    assert asked(aws, path, {**headers, "Sec-Fetch-Site": site}) == 403
    assert asked(aws, "/_bunsui/health", headers) == 200


@pytest.mark.parametrize("foreign", ["example.com", "example.com:{port}", "127.0.0.1", "0.0.0.0"])
def test_a_foreign_host_name_is_refused(aws: Embedded, foreign: str) -> None:
    name = foreign.format(port=aws.server.port)

    assert asked(aws, "/_bunsui/health", {"Host": name}) == 403


@pytest.mark.parametrize(
    "path",
    [
        "/_ministack/reset",
        "//_ministack/reset",
        "/%5fministack/reset",
        "/_MINISTACK/reset",
        "/_ministack/config",
        "/_ministack/ready",
        "/_ministack/sqs/messages",
        "/_ministack/lambda-code/actors",
        "/_ministack/cfn-response/1",
        "/_localstack/health",
        "/health",
    ],
)
def test_administration_without_the_token_is_refused(aws: Embedded, path: str) -> None:
    headers = {"Host": host(aws), "Content-Length": "0"}

    assert asked(aws, path, headers, "POST") == 403
    assert asked(aws, path, {**headers, "X-Bunsui-Token": "a guess"}, "POST") == 403


def test_administration_with_the_token_is_answered(aws: Embedded) -> None:
    headers = {"Host": host(aws), "X-Bunsui-Token": token(aws)}

    assert asked(aws, "/_ministack/health", headers) == 200


def test_a_reset_is_done_for_who_has_the_token(home: Path) -> None:
    own = Embedded(up(home, watch_pid=os.getpid()), home)
    headers = {"Host": host(own), "Content-Length": "0"}
    with own.open:
        own.s3().create_bucket(Bucket="kept")

        assert asked(own, "/_ministack/reset", headers, "POST") == 403
        assert [one["Name"] for one in own.s3().list_buckets()["Buckets"]] == ["kept"]
        headers["X-Bunsui-Token"] = token(own)
        assert asked(own, "/_ministack/reset", headers, "POST") == 200
        assert own.s3().list_buckets()["Buckets"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/bucket/key",
        "/2015-03-31/functions",
        "/_aws/lambda-url/abc/",
        "/_aws/execute-api/abc/prod/",
        "/_alb/abc/",
        "/.well-known/openid-configuration",
        "/iceberg/v1/config",
        "/%255fministack/reset",
        "/x/../_ministack/reset",
        "/latest/meta-data/iam/security-credentials/",
        "/v2/credentials",
        "/v20180820/mrap/instances",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_nothing_is_answered_without_a_signature(aws: Embedded, path: str, method: str) -> None:
    headers = {"Host": host(aws), "Content-Length": "0"}

    assert asked(aws, path, headers, method) == 403
    # The token is for the administration alone.
    assert asked(aws, path, {**headers, "X-Bunsui-Token": token(aws)}, method) == 403


def test_a_signed_request_is_answered(aws: Embedded) -> None:
    # Its path begins like one of the administration, and is none.
    aws.s3().create_bucket(Bucket="healthcare")

    assert aws.s3().list_objects_v2(Bucket="healthcare")["KeyCount"] == 0


def test_only_the_owner_can_read_what_opens_doors(aws: Embedded) -> None:
    secrets = [aws.home / "local" / "token", aws.home / "local" / "server.json"]
    secrets += (aws.home / "local" / "credentials").iterdir()

    assert {file.stat().st_mode & 0o777 for file in secrets} == {0o600}


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's table of sockets")
def test_nothing_outside_this_machine_can_connect(aws: Embedded) -> None:
    listening = "0A"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    port = f"{aws.server.port:04X}"
    addresses = {row[1] for row in rows if row[3] == listening and row[1].endswith(f":{port}")}

    assert addresses == {f"0100007F:{port}"}


def test_the_record_says_how_to_reach_the_server(aws: Embedded) -> None:
    record = json.loads((aws.home / "local" / "server.json").read_text())

    assert record["url"] == f"http://127.0.0.1:{aws.server.port}"
    assert (record["account"], record["region"]) == ("000000000000", "us-east-1")
