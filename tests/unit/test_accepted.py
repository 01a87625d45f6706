"""What a human may give a job, and what is refused, with what is wrong."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.accepted import require_input, require_output, require_state_input
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.joining import MOST_CARRIED
from bunsui_core.domain.pipeline import Job
from tests.builders import INPUT, machine

SCHEMA = {
    "type": "object",
    "required": ["input"],
    "properties": {"input": {"type": "object", "required": ["source"]}},
}
REFERENCE = {"uri": "s3://bunsui-data/large.json", "sha256": "a" * 64, "bytes": 300_000}


def a_job(**changes: object) -> Job:
    defaults = {"name": "extract", "machine": machine("extract")}
    return Job.model_validate({**defaults, **changes})


def test_an_input_as_the_schema_of_the_job_says_is_taken() -> None:
    require_input(a_job(input_schema=json.dumps(SCHEMA)), INPUT)


def test_an_input_against_the_schema_is_refused_with_its_place() -> None:
    job = a_job(input_schema=json.dumps(SCHEMA))

    with pytest.raises(BadInput, match=r"\$\.input: 'source' is a required property"):
        require_input(job, '{"input": {"from": "s3://orders/day.csv"}}')


def test_of_many_breaches_some_are_told_and_the_others_counted() -> None:
    job = a_job(input_schema=json.dumps({"required": [f"k{n}" for n in range(9)]}))

    with pytest.raises(BadInput, match="and 4 more"):
        require_input(job, "{}")


def test_a_schema_that_is_none_is_named_as_what_is_wrong() -> None:
    with pytest.raises(BadInput, match="input schema of extract is no JSON schema"):
        require_input(a_job(input_schema='{"type": "nothing"}'), INPUT)


@pytest.mark.parametrize("check", [require_state_input, require_output])
def test_what_is_not_json_is_refused(check: object) -> None:
    assert callable(check)
    with pytest.raises(BadInput, match="not JSON"):
        check("{not json")


def test_an_input_up_to_what_is_carried_is_taken_and_a_larger_one_refused() -> None:
    largest = json.dumps("x" * (MOST_CARRIED - 2))
    require_input(a_job(), largest)

    with pytest.raises(BadInput, match="bytes"):
        require_input(a_job(), json.dumps("x" * (MOST_CARRIED - 1)))


def test_bytes_count_and_not_characters() -> None:
    with pytest.raises(BadInput, match="bytes"):
        require_state_input(json.dumps("水" * 100_000, ensure_ascii=False))


def test_a_reference_is_taken_by_a_job_that_understands_one() -> None:
    text = json.dumps({"input": {"bunsui_reference": REFERENCE}})
    require_input(a_job(takes_references=True), text)

    with pytest.raises(BadInput, match="does not understand"):
        require_input(a_job(), text)


@pytest.mark.parametrize(
    "broken", [{"sha256": "short"}, {"uri": "https://elsewhere/x"}, {"uri": ""}]
)
def test_a_reference_that_is_not_whole_is_refused(broken: dict[str, object]) -> None:
    text = json.dumps({"deep": [{"bunsui_reference": {**REFERENCE, **broken}}]})

    with pytest.raises(BadInput, match="not whole"):
        require_input(a_job(takes_references=True), text)
