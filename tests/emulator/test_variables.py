"""Variables: what states assign, who sees it, and what the history tells of it."""

from __future__ import annotations

import json

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution

PASS: dict[str, Json] = {"Type": "Pass", "End": True}
FAIL: dict[str, Json] = {"Type": "Fail", "Error": "Bad", "Cause": "It is"}


def machine_of(states: dict[str, Json], **more: Json) -> dict[str, Json]:
    return {"StartAt": next(iter(states)), "States": states, **more}


def assigned(execution: Execution) -> list[dict[str, str]]:
    """What each exit tells of variables."""
    exits = [e["stateExitedEventDetails"] for e in execution.events if e["type"].endswith("Exited")]
    return [details.get("assignedVariables", {}) for details in exits]


def output(execution: Execution) -> Json:
    found: Json = json.loads(execution.describe()["output"])
    return found


def test_an_exit_tells_what_was_assigned(account: Embedded, name: str) -> None:
    first: dict[str, Json] = {
        "Type": "Pass",
        "Assign": {"text": "a", "number": 1.5, "list.$": "$.list", "none": None},
        "Next": "Last",
    }

    execution = account.run(
        account.machine(name, machine_of({"First": first, "Last": PASS})), {"list": [1, {"b": 2}]}
    )

    told = {"text": '"a"', "number": "1.5", "list": '[1,{"b":2}]', "none": "null"}
    assert assigned(execution) == [told, {}]
    details = execution.events[2]["stateExitedEventDetails"]
    assert details["assignedVariablesDetails"] == {"truncated": False}


def test_variables_are_read_wherever_a_path_stands(account: Embedded, name: str) -> None:
    states: dict[str, Json] = {
        "Keep": {"Type": "Pass", "Assign": {"kept": {"n": 0, "who": "Ada"}}, "Next": "Pause"},
        "Pause": {"Type": "Wait", "SecondsPath": "$kept.n", "Next": "Which"},
        "Which": {
            "Type": "Choice",
            "Choices": [{"Variable": "$kept.n", "NumericEquals": 0, "Next": "Say"}],
        },
        "Say": {
            "Type": "Pass",
            "InputPath": "$kept",
            "Parameters": {"said.$": "States.Format('{} {}', $kept.who, $.n)"},
            "End": True,
        },
    }

    assert output(account.run(account.machine(name, machine_of(states)), {})) == {"said": "Ada 0"}


def test_an_expression_sees_the_values_before_the_state(account: Embedded, name: str) -> None:
    states: dict[str, Json] = {
        "First": {"Type": "Pass", "Assign": {"n": 1}, "Next": "Second"},
        "Second": {
            "Type": "Pass",
            "Assign": {"n": "{% $n + 1 %}", "before": "{% $n %}"},
            "Output": "{% $n %}",
            "Next": "Third",
        },
        "Third": {
            "Type": "Pass",
            "Output": {"given": "{% $states.input %}", "n": "{% $n %}", "before": "{% $before %}"},
            "End": True,
        },
    }
    machine = account.machine(name, machine_of(states, QueryLanguage="JSONata"))

    assert output(account.run(machine, {})) == {"given": 1, "n": 2, "before": 1}


def test_a_branch_sees_what_is_around_it_and_keeps_its_own(account: Embedded, name: str) -> None:
    inner: dict[str, Json] = {
        "In": {"Type": "Pass", "Assign": {"own": "{% $n + 1 %}"}, "Next": "Out"},
        "Out": {"Type": "Pass", "Output": "{% $own %}", "End": True},
    }
    states: dict[str, Json] = {
        "Keep": {"Type": "Pass", "Assign": {"n": 1}, "Next": "All"},
        "All": {"Type": "Parallel", "Branches": [machine_of(inner)], "Next": "After"},
        "After": {
            "Type": "Pass",
            "Output": {"branch": "{% $states.input %}", "own": "{% $exists($own) %}"},
            "End": True,
        },
    }
    machine = account.machine(name, machine_of(states, QueryLanguage="JSONata"))

    assert output(account.run(machine, {})) == {"branch": [2], "own": False}


def test_iterations_do_not_share_variables(account: Embedded, name: str) -> None:
    inner: dict[str, Json] = {
        "In": {"Type": "Pass", "Assign": {"own.$": "$"}, "Next": "Out"},
        "Out": {"Type": "Pass", "Parameters": {"own.$": "$own"}, "End": True},
    }
    each: Json = {"Type": "Map", "ItemProcessor": machine_of(inner), "End": True}

    execution = account.run(account.machine(name, machine_of({"Each": each})), [1, 2, 3])

    assert output(execution) == [{"own": 1}, {"own": 2}, {"own": 3}]


def test_a_result_is_assigned_from_the_branches(account: Embedded, name: str) -> None:
    all_of: dict[str, Json] = {
        "Type": "Parallel",
        "Branches": [machine_of({"In": PASS})],
        "Assign": {"first.$": "$[0].a"},
        "ResultPath": None,
        "Next": "Tell",
    }
    tell: dict[str, Json] = {"Type": "Pass", "Parameters": {"first.$": "$first"}, "End": True}
    machine = account.machine(name, machine_of({"All": all_of, "Tell": tell}))

    assert output(account.run(machine, {"a": 7})) == {"first": 7}


def test_a_catcher_assigns_from_the_error(account: Embedded, name: str) -> None:
    catch: Json = [
        {"ErrorEquals": ["Bad"], "Assign": {"why.$": "$.Cause"}, "ResultPath": None, "Next": "Tell"}
    ]
    all_of: dict[str, Json] = {
        "Type": "Parallel",
        "Branches": [machine_of({"In": FAIL})],
        "Catch": catch,
        "End": True,
    }
    tell: dict[str, Json] = {"Type": "Pass", "Parameters": {"why.$": "$why"}, "End": True}

    execution = account.run(account.machine(name, machine_of({"All": all_of, "Tell": tell})), {})

    assert output(execution) == {"why": "It is"}
    assert assigned(execution)[0] == {"why": '"It is"'}


def test_a_rule_assigns_and_says_its_own(account: Embedded, name: str) -> None:
    choice: dict[str, Json] = {
        "Type": "Choice",
        "Choices": [
            {
                "Condition": "{% $states.input = 1 %}",
                "Assign": {"which": "one"},
                "Output": "first",
                "Next": "Tell",
            }
        ],
        "Default": "Tell",
        "Assign": {"which": "other"},
        "Output": "default",
    }
    tell: dict[str, Json] = {
        "Type": "Pass",
        "Output": "{% [$states.input, $which] %}",
        "End": True,
    }
    states: dict[str, Json] = {"Which": choice, "Tell": tell}
    machine = account.machine(name, machine_of(states, QueryLanguage="JSONata"))

    assert output(account.run(machine, 1)) == ["first", "one"]
    assert output(account.run(machine, 2)) == ["default", "other"]


def test_a_rule_of_paths_assigns_its_own(account: Embedded, name: str) -> None:
    choice: dict[str, Json] = {
        "Type": "Choice",
        "Choices": [
            {"Variable": "$", "NumericEquals": 1, "Assign": {"which": "one"}, "Next": "Tell"}
        ],
        "Default": "Tell",
        "Assign": {"which": "other"},
    }
    tell: dict[str, Json] = {"Type": "Pass", "Parameters": {"which.$": "$which"}, "End": True}
    machine = account.machine(name, machine_of({"Which": choice, "Tell": tell}))

    assert output(account.run(machine, 1)) == {"which": "one"}
    assert output(account.run(machine, 2)) == {"which": "other"}
