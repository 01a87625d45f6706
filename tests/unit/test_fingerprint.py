"""Failures that say the same have one fingerprint, whatever differs from run to run."""

from __future__ import annotations

import pytest

from bunsui_core.domain.fingerprint import fingerprint
from tests.builders import a_diagnosis, a_failure


def of(message: str, **changes: object) -> str:
    """The fingerprint of a failure that says this."""
    return fingerprint(a_diagnosis(failure=a_failure(message=message, **changes)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("row 881 is bad", "row 12 is bad"),
        ("took 900.00 seconds", "took 1,200.5 seconds"),
        ("object s3://orders/2026-11-23.csv is gone", "object s3://orders/2026-11-24.csv is gone"),
        ("invalid literal: '12,50'", "invalid literal: 'abc'"),
        ('no field "order_id"', 'no field "customer"'),
        (
            "request 0f8fad5b-d9cb-469f-a165-70867728950e failed",
            "request 7c9e6679-7425-40de-944b-e07fc1f90ae7 failed",
        ),
        (
            "arn:aws:states:eu-west-1:123456789012:execution:a:b does not exist",
            "arn:aws:states:us-east-1:000000000000:execution:c:d does not exist",
        ),
        ("at 2026-11-23T10:00:00Z it broke", "at 2027-01-02T03:04:05.678+01:00 it broke"),
        ("file /var/task/a.py is broken", "file /opt/b/c.py is broken"),
        ("sha 9c41e0ffab12", "sha 00e9c41ffab12"),
        ("Task  timed\n out", "task timed out"),
    ],
)
def test_what_varies_does_not_count(one: str, other: str) -> None:
    assert of(one) == of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("row 881 is bad", "row 881 is missing"),
        ("access denied to bucket", "access denied to table"),
        ("timed out", "timed out while connecting"),
        ("can't open the table, won't retry", "can't open the bucket, won't retry"),
    ],
)
def test_what_is_said_counts(one: str, other: str) -> None:
    assert of(one) != of(other)


def test_the_exception_counts() -> None:
    assert of("it broke", exception="ValueError") != of("it broke", exception="KeyError")


def test_without_an_exception_the_error_counts() -> None:
    one = of("it broke", exception="", error="States.Timeout")

    assert one != of("it broke", exception="", error="States.TaskFailed")


def test_session_job_and_attempt_do_not_count() -> None:
    elsewhere = a_diagnosis(session_id="another", job="load", attempt=3)

    assert fingerprint(elsewhere) == fingerprint(a_diagnosis())


def test_it_is_the_same_in_every_version_of_bunsui() -> None:
    assert of("row 881 is bad", exception="ValueError") == "c8424e2e1d431ad8"
