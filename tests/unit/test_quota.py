"""bunsui's share of the quotas of an account, and the buckets that keep it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.awsrequest import AWSResponse, HTTPHeaders
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from bunsui_core.adapters.aws.quota import Bucket, Buckets, Meter
from bunsui_core.domain.environment import EnvironmentClass
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.quota import SHARES, Allowance, Quota, allowance, quota_of

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def read(self) -> float:
        """The seconds now."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.now += seconds


def most_in(moments: list[float], seconds: float) -> int:
    """The most calls within any such span of time."""
    return max(sum(start <= at < start + seconds for at in moments) for start in moments)


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
@pytest.mark.parametrize("kind", EnvironmentClass)
@pytest.mark.parametrize(
    "operation",
    ["ListExecutions", "DescribeExecution", "GetExecutionHistory", "ListTagsForResource"],
)
def test_a_busy_process_never_calls_more_often_than_the_refill(
    operation: str, kind: EnvironmentClass, region: str
) -> None:
    quota = quota_of("sfn", operation, region)
    assert quota
    time = Time()
    bucket = Bucket(allowance(quota, SHARES[kind]), time.read, time.sleep)
    moments = []
    for _ in range(300):
        assert bucket.take(patience=1e9)
        moments.append(time.now)

    assert most_in(moments, 1.0) <= quota.refill
    assert most_in(moments, 60.0) <= quota.refill * 60


@given(
    refill=st.integers(1, 300),
    share=st.floats(0.05, 0.95),
    pauses=st.lists(st.floats(0, 3), min_size=1, max_size=60),
)
def test_whatever_the_pauses_no_second_sees_more_calls_than_the_refill(
    refill: int, share: float, pauses: list[float]
) -> None:
    time = Time()
    bucket = Bucket(allowance(Quota(100, refill), share), time.read, time.sleep)
    moments = []
    for pause in pauses:
        time.now += pause
        bucket.take(patience=1e9)
        moments.append(time.now)

    assert most_in(moments, 1.0) <= refill


@pytest.mark.parametrize("kind", EnvironmentClass)
def test_a_share_is_left_for_what_runs_there(kind: EnvironmentClass) -> None:
    quota = quota_of("sfn", "ListExecutions", "eu-central-1")
    assert quota == Quota(100, 2)
    assert allowance(quota, SHARES[kind]).rate < quota.refill


def test_a_turn_that_would_come_too_late_is_not_taken() -> None:
    time = Time()
    bucket = Bucket(Allowance(rate=1.0, burst=1.0), time.read, time.sleep)
    assert bucket.take(patience=0.5)
    assert not bucket.take(patience=0.5)

    time.now = 1.0

    assert bucket.take(patience=0.0)
    assert not time.slept


def test_threads_that_ask_at_once_get_turns_one_after_another() -> None:
    lock, given_at = threading.Lock(), []

    def note(seconds: float) -> None:
        with lock:
            given_at.append(seconds)

    bucket = Bucket(Allowance(rate=2.0, burst=1.0), lambda: 0.0, note)
    barrier = threading.Barrier(8)

    def ask() -> None:
        barrier.wait()
        bucket.take(patience=100)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(given_at) == [0.5 * turn for turn in range(1, 8)]


def test_clients_of_one_process_share_a_bucket_and_retries_take_turns_too() -> None:
    time = Time()
    buckets = Buckets(time.read, time.sleep)
    prepare = buckets.metering(Meter("123456789012", "eu-central-1", 0.5, patience=100))
    sent: list[float] = []

    def throttled(request: object, **_: object) -> AWSResponse:
        sent.append(time.now)
        return an_answer(503, b"{}")

    for _ in range(2):
        client = a_client()
        prepare(client)
        client.meta.events.register_last("before-send", throttled)  # type: ignore[arg-type]  # the stub says None, botocore takes an answer
        with pytest.raises(client.exceptions.ClientError):
            client.list_executions(stateMachineArn="arn:aws:states:eu-central-1:1:stateMachine:a")
        client.close()

    assert len(sent) == 4, "each was tried twice"
    assert sent == [float(turn) for turn in range(len(sent))]


def test_an_answer_that_somebody_waits_for_is_refused_with_the_reason() -> None:
    time = Time()
    prepare = Buckets(time.read, time.sleep).metering(Meter("1", "eu-central-1", 0.5, patience=0.5))
    client = a_client()
    prepare(client)
    client.meta.events.register_last("before-send", nothing)  # type: ignore[arg-type]  # the stub says None, botocore takes an answer
    machine = "arn:aws:states:eu-central-1:1:stateMachine:a"
    client.list_executions(stateMachineArn=machine)

    with pytest.raises(Unavailable, match="ListExecutions was used as often as bunsui's share"):
        client.list_executions(stateMachineArn=machine)
    client.close()


def test_another_account_or_region_has_a_quota_of_its_own() -> None:
    time = Time()
    buckets = Buckets(time.read, time.sleep)
    for account, region in (("1", "eu-central-1"), ("2", "eu-central-1"), ("1", "eu-west-2")):
        client = a_client()
        buckets.metering(Meter(account, region, 0.5, patience=0.0))(client)
        client.meta.events.register_last("before-send", nothing)  # type: ignore[arg-type]  # the stub says None, botocore takes an answer
        client.list_executions(stateMachineArn="arn:aws:states:eu-central-1:1:stateMachine:a")
        client.close()

    assert not time.slept


def a_client() -> SFNClient:
    """A client that tries everything twice."""
    return boto3.client(
        "stepfunctions",
        region_name="eu-central-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 2, "mode": "standard"}),
    )


def nothing(**_: object) -> AWSResponse:
    """An answer that lists nothing."""
    return an_answer(200, b'{"executions": []}')


def an_answer(status: int, content: bytes) -> AWSResponse:
    """An answer that came over no network."""
    return AWSResponse("https://states", status, HTTPHeaders(), Body(content))


class Body:
    """A body of an answer, as urllib3 gives it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: object, **__: object) -> list[bytes]:
        """The content in one piece."""
        return [self._content]
