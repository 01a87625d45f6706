"""What a pipeline refuses, and why; and when a condition holds."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from bunsui_core.domain.pipeline import Pipeline, When
from bunsui_core.domain.value import Json
from bunsui_core.domain.when import holds
from tests.builders import machine


def a_pipeline(*jobs: dict[str, object]) -> Pipeline:
    whole = [{"machine": machine(str(job["name"])), **job} for job in jobs]
    return Pipeline.model_validate({"name": "p", "jobs": whole})


A: dict[str, object] = {"name": "a"}
B: dict[str, object] = {"name": "b"}
REFUSED: tuple[tuple[tuple[dict[str, object], ...], str], ...] = (
    ((A, A), "two jobs have the same name: a"),
    (({"name": "a", "after": ["b", "c"]},), "job a waits for b, c, which this pipeline lacks"),
    (({"name": "a", "after": ["a"]},), "these jobs wait for one another: a → a"),
    (
        ({"name": "a", "after": ["b"]}, {"name": "b", "after": ["a"]}),
        "these jobs wait for one another: ",
    ),
    ((A, {"name": "b", "after": ["a", "a"]}), "job b waits twice for a"),
    (({"name": "a", "retries": {"most": 1}},), "job a cannot be retried by itself"),
    (
        (A, {"name": "b", "when": {"of": "a"}}),
        "whether job b runs depends on a, which it does not wait for",
    ),
    (({"name": "a", "when": {"pointer": "day"}},), "'day' is no JSON pointer"),
    (({"name": "a", "when": {"pointer": "/a~2"}},), "'/a~2' is no JSON pointer"),
    (
        ({"name": "a", "when": {"pointer": "/a", "test": "less", "value": "true"}},),
        "less compares numbers or texts",
    ),
    (({"name": "a", "retries": {"most": -1}},), "greater than or equal to 0"),
    (({"name": "a", "when": {"value": "{"}},), "value"),
)


@pytest.mark.parametrize(("jobs", "sentence"), REFUSED, ids=[said for _, said in REFUSED])
def test_a_pipeline_that_cannot_run_says_why(
    jobs: tuple[dict[str, object], ...], sentence: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        a_pipeline(*jobs)

    assert sentence in str(refused.value)


def test_a_pipeline_that_can_run_is_taken() -> None:
    condition = {"of": "a", "pointer": "/b~1c/0", "test": "less", "value": "3"}
    found = a_pipeline(
        {"name": "c", "after": ["b"], "when": condition},
        {"name": "b", "after": ["a"], "effect": "pure", "retries": {"most": 3}},
        A,
    )

    assert found.order == ("a", "b", "c")
    assert found.descendants("a") == ("b", "c")
    assert found.ancestors("c") == ("a", "b")
    assert found == Pipeline.model_validate_json(found.model_dump_json())


def test_a_copy_with_other_jobs_has_another_order_and_another_hash() -> None:
    one = a_pipeline(A)
    assert one.order == ("a",)
    before = one.graph_hash

    two = one.model_copy(update={"jobs": (*one.jobs, one.job("a").model_copy(update=B))})

    assert two.order == ("a", "b")
    assert two.graph_hash != before
    assert one.graph_hash == before


DOCUMENT: Json = {"n": 3, "t": "b", "y": True, "z": None, "l": [1, {"m": 0}], "a/b": 1, "": 2}
HOLDS = (
    ("/n", "equals", "3", True),
    ("/n", "equals", "3.0", True),
    ("/n", "equals", '"3"', False),
    ("/y", "equals", "1", False),
    ("/y", "equals", "true", True),
    ("/l", "equals", '[1,{"m":0}]', True),
    ("/l", "equals", '[true,{"m":0}]', False),
    ("/l/1/m", "equals", "0", True),
    ("/l/01", "exists", "null", False),
    ("/l/-", "exists", "null", False),
    ("/l/2", "missing", "null", True),
    ("/a~1b", "equals", "1", True),
    ("/", "equals", "2", True),
    ("", "exists", "null", True),
    ("/z", "exists", "null", True),
    ("/z", "equals", "null", True),
    ("/gone", "equals", "null", False),
    ("/gone", "not_equals", "null", True),
    ("/gone", "less", "5", False),
    ("/gone", "missing", "null", True),
    ("/n", "not_equals", "4", True),
    ("/n", "less", "4", True),
    ("/n", "less", "3", False),
    ("/n", "greater", "2", True),
    ("/n", "greater", '"2"', False),
    ("/t", "greater", '"a"', True),
    ("/y", "less", "2", False),
)


@pytest.mark.parametrize(("pointer", "test", "value", "expected"), HOLDS)
def test_a_condition_holds_or_not(pointer: str, test: str, value: str, expected: bool) -> None:
    when = When.model_validate({"pointer": pointer, "test": test, "value": value})

    assert holds(when, json.dumps(DOCUMENT)) is expected
