"""What a conductor does about payloads, and about what AWS refuses or does not tell."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from bunsui_core.domain.errors import NotAuthorised, NotFound, Unavailable
from bunsui_core.domain.looking import SURE
from bunsui_core.domain.references import references
from bunsui_core.domain.session import JobStatus
from tests.builders import machine
from tests.unit.conducting_kit import WIDE, Conducting, Refusing, referring
from tests.unit.desk_kit import Bench


@pytest.fixture
def wide(bench: Bench) -> Conducting:
    """A session of three jobs that wait for nothing."""
    return Conducting(bench, pipeline=WIDE)


def test_an_input_too_large_is_kept_and_its_reference_is_passed_in_the_same_round(
    bench: Bench,
) -> None:
    jobs = [{"name": "a", "machine": machine("a"), "takes_references": True}]
    text = json.dumps({"rows": "x" * 300_000})
    conducting = Conducting(bench, pipeline={"name": "large", "jobs": jobs}, input=text)

    conducting.advance()

    (passed,) = (one.input for one in conducting.world.executions.values())
    (reference,) = references(passed)
    assert conducting.payloads.kept.keys() == {reference.uri}
    assert json.loads(conducting.payloads.kept[reference.uri])["input"] == json.loads(text)
    assert conducting.payloads.digest(reference.uri) == reference.sha256


def test_a_job_starts_with_a_reference_that_leads_to_its_payload(bench: Bench) -> None:
    conducting = referring(bench)

    conducting.advance()

    assert conducting.last("extract").status is JobStatus.RUNNING


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (lambda kept: kept.update(dict.fromkeys(kept, "{}")), "it was changed since"),
        (lambda kept: kept.clear(), "nothing is there any more"),
    ],
    ids=["changed", "removed"],
)
def test_a_job_does_not_start_with_a_reference_that_leads_elsewhere(
    bench: Bench, harm: Callable[[dict[str, str]], None], why: str
) -> None:
    conducting = referring(bench)
    harm(conducting.payloads.kept)

    conducting.advance()

    assert conducting.last("extract").status is JobStatus.FAILED
    assert why in conducting.last("extract").cause
    assert conducting.world.effects == []


def test_a_start_that_is_denied_keeps_no_other_waiting_and_is_told(wide: Conducting) -> None:
    denied = NotAuthorised("states:StartExecution is denied.", "Allow it.")
    wide.world = Refusing("a", denied)

    ended = wide.advance()

    assert ended.trouble is denied
    assert wide.statuses() == ["STARTING", "RUNNING", "RUNNING"]


def test_what_was_started_before_aws_went_away_is_stored(wide: Conducting) -> None:
    away = Unavailable("AWS does not answer.", "Try again.")
    wide.world = Refusing("b", away)

    ended = wide.advance()

    assert ended.trouble is away
    assert wide.world.effects == ["start s-new-a-a1"]
    assert wide.statuses() == ["RUNNING", "STARTING", "STARTING"]


def test_an_execution_that_cannot_be_seen_hides_no_other(wide: Conducting) -> None:
    wide.advance()
    denied, before = NotAuthorised("states:DescribeExecution is denied.", "Allow it."), wide.world
    wide.world = Refusing("a", denied)
    wide.world.executions = before.executions
    for arn in before.running():
        before.succeed(arn)

    ended = wide.advance()

    assert ended.trouble is denied
    assert wide.statuses() == ["RUNNING", "SUCCEEDED", "SUCCEEDED"]


@pytest.mark.parametrize(("waited", "ends"), [(SURE, "ABORTED"), (SURE / 2, "RUNNING")])
def test_an_execution_that_is_gone_has_ended_once_that_is_sure(
    wide: Conducting, waited: timedelta, ends: str
) -> None:
    wide.advance()
    wide.world = Refusing("a", NotFound("it does not exist.", "Look at the list."))
    wide.clock.now += waited

    wide.advance()

    assert wide.last("a").status == ends
