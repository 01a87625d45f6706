"""Paths and expressions that fail do so in the words of Step Functions, where it says so."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.value import Json
from tests.emulator.chain import chain, details, recording
from tests.emulator.embedded import Embedded, Execution

PASS: dict[str, Json] = {"Type": "Pass", "End": True}
AT_2 = "An error occurred while executing the state 'Only' (entered at the event id #2). "


def only(state: dict[str, Json], **more: Json) -> dict[str, Json]:
    return {"StartAt": "Only", "States": {"Only": state, "After": PASS}, **more}


def in_jsonata(state: dict[str, Json]) -> dict[str, Json]:
    return only({"End": True, **state}, QueryLanguage="JSONata")


def failure(execution: Execution) -> tuple[str, str]:
    described = execution.describe()
    assert described["status"] == "FAILED"
    return described["error"], described["cause"]


@pytest.mark.parametrize(
    "part",
    [
        "fail-boolean",
        "fail-function",
        "fail-null",
        "fail-number",
        "fail-object",
        "fail-string",
        "sampling--1d3795",
        "sampling--9f47eb",
        "sampling--c110b2",
        "undefined-reference-base-1c3741",
        "undefined-reference-base-24e714",
        "undefined-reference-base-3e2d35",
        "in-choice-condition-false",
        "percentage-path-1-1",
        "percentage-path-non",
        "fail-empty",
        "fail-intrinsic",
        "fail-cause-jsonata",
        "fail-error-jsonata",
        "start-large-input",
    ],
)
def test_it_is_recorded_as_on_aws(aws: Embedded, name: str, part: str) -> None:
    kept = recording(part)

    execution = aws.run(aws.machine(name, kept.definition), kept.input)

    assert chain(execution.events) == chain(kept.events)
    assert details(execution.events) == details(kept.events)


def test_an_expression_that_fails_can_be_caught(account: Embedded, name: str) -> None:
    state: dict[str, Json] = {
        "Type": "Map",
        "Items": "{% 'none' %}",
        "ItemProcessor": {"StartAt": "In", "States": {"In": PASS}},
        "Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "After"}],
    }

    execution = account.run(account.machine(name, in_jsonata(state)), {})

    assert execution.status == "SUCCEEDED"
    assert execution.types[2:5] == ["EvaluationFailed", "MapStateFailed", "MapStateExited"]


@pytest.mark.parametrize(
    ("state", "location", "said"),
    [
        (
            {"Type": "Pass", "Assign": {"x": "{% $states.input.missing %}"}},
            "Assign/x",
            "The JSONata expression '$states.input.missing' specified for the field 'Assign/x' "
            "returned nothing (undefined).",
        ),
        (
            {"Type": "Pass", "Output": {"a": [1, "{% 1 + 'x' %}"]}},
            "Output/a[1]",
            "The JSONata expression '1 + 'x'' specified for the field 'Output/a[1]' threw an "
            "error during evaluation. T2002: ",
        ),
        (
            {"Type": "Wait", "Seconds": "{% 1.5 %}"},
            "Seconds",
            "The Seconds field cannot be parsed as an integer: 1.5",
        ),
        (
            {"Type": "Wait", "Timestamp": "{% 'tomorrow' %}"},
            "Timestamp",
            "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format "
            "string: tomorrow",
        ),
    ],
)
def test_an_expression_that_fails_tells_where(
    account: Embedded, name: str, state: dict[str, Json], location: str, said: str
) -> None:
    execution = account.run(account.machine(name, in_jsonata(state)), {})

    error, cause = failure(execution)
    told = execution.events[-2]["evaluationFailedEventDetails"]
    assert error == "States.QueryEvaluationError"
    assert cause.startswith(AT_2 + said)
    assert told == {"error": error, "cause": cause, "location": location, "state": "Only"}


def test_an_expression_sees_the_context_as_aws_gives_it(account: Embedded, name: str) -> None:
    state: dict[str, Json] = {"Type": "Pass", "Output": "{% $keys($states.context) %}"}

    execution = account.run(account.machine(name, in_jsonata(state)), {})

    assert json.loads(execution.describe()["output"]) == ["Execution", "State", "StateMachine"]


def test_an_output_may_be_as_large_as_aws_allows(account: Embedded, name: str) -> None:
    def text(length: int) -> dict[str, Json]:
        return only({**PASS, "Parameters": {"v": "a" * length}})

    largest = 256 * 1024 - len('{"v":""}')

    assert account.run(account.machine(f"{name}-fits", text(largest)), {}).status == "SUCCEEDED"
    error, cause = failure(account.run(account.machine(f"{name}-over", text(largest + 1)), {}))
    assert error == "States.DataLimitExceeded"
    assert cause == (
        "The state/task 'Only' returned a result with a size exceeding the maximum number of "
        "bytes service limit."
    )


def test_a_result_that_is_null_is_there(aws: Embedded, name: str) -> None:
    function = aws.function(name, "def handler(event, context): return None")
    state: dict[str, Json] = {
        "Type": "Task",
        "Resource": function,
        "Output": {"is": "{% $states.result %}", "error": "{% $exists($states.errorOutput) %}"},
    }

    execution = aws.run(aws.machine(name, in_jsonata(state)), {})

    assert json.loads(execution.describe()["output"]) == {"is": None, "error": False}


def test_a_catcher_that_fails_fails_the_state_again(account: Embedded, name: str) -> None:
    bad: Json = {"StartAt": "In", "States": {"In": {"Type": "Fail", "Error": "Bad"}}}
    catch: Json = [
        {"ErrorEquals": ["Other"], "Next": "After"},
        {"ErrorEquals": ["States.ALL"], "Output": {"v": "{% $none %}"}, "Next": "After"},
    ]
    state: dict[str, Json] = {"Type": "Parallel", "Branches": [bad], "Catch": catch}

    execution = account.run(account.machine(name, in_jsonata(state)), {})

    assert chain(execution.events)[3:] == [
        ("FailStateEntered", 3),
        ("ParallelStateFailed", 4),
        ("EvaluationFailed", 4),
        ("ParallelStateFailed", 6),
        ("ExecutionFailed", 7),
    ]
    told = execution.events[5]["evaluationFailedEventDetails"]
    assert told["location"] == "Catch[1]/Output/v"
