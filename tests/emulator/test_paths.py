"""Paths lead where Step Functions says, or fail in its words."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution

PASS: dict[str, Json] = {"Type": "Pass", "End": True}
AT_2 = "An error occurred while executing the state 'Only' (entered at the event id #2). "


def only(state: dict[str, Json], **more: Json) -> dict[str, Json]:
    return {"StartAt": "Only", "States": {"Only": state, "After": PASS}, **more}


def failure(execution: Execution) -> tuple[str, str]:
    described = execution.describe()
    assert described["status"] == "FAILED"
    return described["error"], described["cause"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"InputPath": "$.a.b"}, "Invalid path '$.a.b' : Missing property in path $['a']"),
        ({"InputPath": "$.a"}, "Invalid path '$.a' : No results for path: $['a']"),
        ({"OutputPath": "$.x.y"}, "Invalid path '$.x.y' : No results for path: $['x']['y']"),
        (
            {"Parameters": {"b.$": "$.a"}},
            "The JSONPath '$.a' specified for the field 'b.$' could not be found in the input "
            """'{"x":{"z":1}}'""",
        ),
        (
            {"Parameters": {"b": [{"c.$": "$none.a"}]}},
            "The JSONPath '$none.a' specified for the field 'c.$' could not be found in the input "
            """'{"x":{"z":1}}'""",
        ),
        (
            {"Parameters": {"b.$": "States.Format('{}', States.Array($.a))"}},
            "The function 'States.Format('{}', States.Array($.a))' had the following error: The "
            "JsonPath argument for the field '$.a' could not be found in the input "
            """'{"x":{"z":1}}'""",
        ),
    ],
)
def test_a_path_that_leads_nowhere_fails_the_execution(
    account: Embedded, name: str, state: dict[str, Json], said: str
) -> None:
    machine = account.machine(name, only({**PASS, **state}))

    execution = account.run(machine, {"x": {"z": 1}})

    assert failure(execution) == ("States.Runtime", AT_2 + said)
    assert execution.types == ["ExecutionStarted", "PassStateEntered", "ExecutionFailed"]


def test_an_index_past_the_end_is_null_in_a_template(account: Embedded, name: str) -> None:
    machine = account.machine(name, only({**PASS, "Parameters": {"v.$": "$.items[5]"}}))

    execution = account.run(machine, {"items": [1]})

    assert json.loads(execution.describe()["output"]) == {"v": None}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.rows[*].n", [1, 2, 3]),
        ("$..n", [1, 2, 3]),
        ("$.rows[0:2]", [{"n": 1}, {"n": 2}]),
        ("$.rows[-1].n", 3),
        ("$['odd name']['x']", 5),
        ("$.rows[1]", {"n": 2}),
        ("$$.Execution.Input.rows[0].n", 1),
        ("$.none", None),
        ("$.rows[?(@.n > 1)].n", [2, 3]),
        ("$.rows[?(@.n == 2)]", [{"n": 2}]),
        ("$.rows[?(@.gone)]", []),
    ],
)
def test_paths_of_many_kinds_are_read(account: Embedded, name: str, path: str, found: Json) -> None:
    given: Json = {
        "rows": [{"n": 1}, {"n": 2}, {"n": 3}],
        "odd name": {"x": 5},
        "none": None,
    }
    machine = account.machine(name, only({**PASS, "Parameters": {"found.$": path}}))

    execution = account.run(machine, given)

    assert json.loads(execution.describe()["output"]) == {"found": found}


def test_a_choice_asks_for_what_is_not_there_only_whether_it_is(
    account: Embedded, name: str
) -> None:
    rule: dict[str, Json] = {"Variable": "$.a", "Next": "After"}
    asking = only({"Type": "Choice", "Choices": [{**rule, "IsPresent": False}]})
    reading = only({"Type": "Choice", "Choices": [{**rule, "StringEquals": "x"}]})

    assert account.run(account.machine(f"{name}-asks", asking), {}).status == "SUCCEEDED"
    error, cause = failure(account.run(account.machine(f"{name}-reads", reading), {}))
    assert error == "States.Runtime"
    assert cause == (
        f"{AT_2}Invalid path '$.a': The choice state's condition path references an invalid value."
    )


@pytest.mark.parametrize(
    ("rule", "value", "holds"),
    [
        ({"StringMatches": "log-*.txt"}, "log-1.txt", True),
        ({"StringMatches": "log-\\*.txt"}, "log-1.txt", False),
        ({"StringMatches": "log-\\*.txt"}, "log-*.txt", True),
        ({"NumericGreaterThan": 2}, 3, True),
        ({"NumericEquals": 1}, True, False),
        ({"BooleanEquals": True}, True, True),
        ({"StringEquals": "1"}, 1, False),
        ({"TimestampLessThan": "2026-01-01T00:00:00Z"}, "2025-12-31T23:59:59+00:00", True),
        ({"IsTimestamp": True}, "yesterday", False),
        ({"IsNull": True}, None, True),
        ({"NumericLessThanEqualsPath": "$.limit"}, 5, True),
    ],
)
def test_a_rule_compares_values_of_its_own_type(
    account: Embedded, name: str, rule: dict[str, Json], value: Json, holds: bool
) -> None:
    choice: dict[str, Json] = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.value", "Next": "Yes", **rule}],
        "Default": "No",
    }
    states: dict[str, Json] = {
        "Only": choice,
        "Yes": {"Type": "Pass", "Result": True, "End": True},
        "No": {"Type": "Pass", "Result": False, "End": True},
    }
    machine = account.machine(name, {"StartAt": "Only", "States": states})

    execution = account.run(machine, {"value": value, "limit": 5})

    assert json.loads(execution.describe()["output"]) is holds


def test_a_choice_without_a_way_on_fails_as_on_aws(account: Embedded, name: str) -> None:
    rule: Json = {"Variable": "$.a", "NumericEquals": 1, "Next": "After"}
    machine = account.machine(name, only({"Type": "Choice", "Choices": [rule]}))

    said = "Failed to transition out of the state. The state does not point to a next state."
    assert failure(account.run(machine, {"a": 2})) == ("States.Runtime", AT_2 + said)


@pytest.mark.parametrize("named", ["States.ALL", "States.Runtime"])
def test_nothing_catches_a_path_that_leads_nowhere(
    account: Embedded, name: str, named: str
) -> None:
    bad: Json = {"StartAt": "In", "States": {"In": {**PASS, "InputPath": "$.a"}}}
    rescue: Json = [{"ErrorEquals": [named], "Next": "After"}]
    state: dict[str, Json] = {"Type": "Parallel", "Branches": [bad], "Catch": rescue, "End": True}
    retry: Json = [{"ErrorEquals": [named]}]

    execution = account.run(account.machine(name, only({**state, "Retry": retry})), {})

    assert execution.describe()["error"] == "States.Runtime"
    assert execution.types == [
        "ExecutionStarted",
        "ParallelStateEntered",
        "ParallelStateStarted",
        "PassStateEntered",
        "ExecutionFailed",
    ]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (
            {"Type": "Wait", "SecondsPath": "$.n"},
            "The SecondsPath parameter references a negative value: $.n == -1",
        ),
        (
            {"Type": "Wait", "SecondsPath": "$.t"},
            "The SecondsPath parameter cannot be parsed as a long value: "
            '$.t == "2016-12-05 21:29:29Z"',
        ),
        (
            {"Type": "Pass", "InputPath": "$.n.length()"},
            "Invalid path '$.n.length()' : No results for path: $['n']['length()']",
        ),
        (
            {"Type": "Pass", "InputPath": "$.n[?(@.a =~ /x/)]"},
            "Invalid path '$.n[?(@.a =~ /x/)]' : The filter (@.a =~ /x/) is of a kind that the "
            "embedded AWS cannot read.",
        ),
        (
            {"Type": "Wait", "TimestampPath": "$.t"},
            "The TimestampPath parameter does not reference a valid ISO-8601 extended offset "
            "date-time format string: $.t == 2016-12-05 21:29:29Z",
        ),
        (
            {"Type": "Map", "ItemsPath": "$.n", "ItemProcessor": {}},
            'Reference path "$.n" must point to array.',
        ),
    ],
)
def test_a_value_of_the_wrong_kind_fails_the_execution(
    account: Embedded, name: str, state: dict[str, Json], said: str
) -> None:
    if state["Type"] == "Map":
        state = {**state, "ItemProcessor": {"StartAt": "In", "States": {"In": PASS}}}
    machine = account.machine(name, only({**state, "End": True}))

    execution = account.run(machine, {"n": -1, "t": "2016-12-05 21:29:29Z"})

    assert failure(execution) == ("States.Runtime", AT_2 + said)


def test_a_result_has_its_place_only_in_an_object(account: Embedded, name: str) -> None:
    machine = account.machine(name, only({**PASS, "Result": 1, "ResultPath": "$.x"}))

    error, _ = failure(account.run(machine, [1]))

    assert error == "States.ResultPathMatchFailure"


def test_what_fails_after_the_branches_follows_their_success(account: Embedded, name: str) -> None:
    good: Json = {"StartAt": "In", "States": {"In": PASS}}
    selector: Json = {"m.$": "$.none"}
    state: dict[str, Json] = {"Type": "Parallel", "Branches": [good], "ResultSelector": selector}

    execution = account.run(account.machine(name, only({**state, "End": True})), {})

    assert execution.types[-2:] == ["ParallelStateSucceeded", "ExecutionFailed"]
    succeeded, failed = execution.events[-2:]
    assert failed["previousEventId"] == succeeded["id"]


def test_a_function_that_refuses_its_arguments_can_be_caught(account: Embedded, name: str) -> None:
    bad: Json = {
        "StartAt": "In",
        "States": {"In": {**PASS, "Parameters": {"v.$": "States.ArrayGetItem($.a, 5)"}}},
    }
    catch: Json = [{"ErrorEquals": ["States.IntrinsicFailure"], "Next": "After"}]
    state: dict[str, Json] = {"Type": "Parallel", "Branches": [bad], "Catch": catch, "End": True}

    execution = account.run(account.machine(name, only(state)), {"a": [1]})

    assert execution.status == "SUCCEEDED"
    assert "The function 'States.ArrayGetItem($.a, 5)'" in execution.describe()["output"]
