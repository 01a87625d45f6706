"""An execution that enters at a state goes on as the one did that it follows."""

from __future__ import annotations

import json

import pytest

from bunsui_core.adapters.aws.executions import event_of
from bunsui_core.domain.door import UNKNOWN_ERROR, enterable, with_entry
from bunsui_core.domain.entry import Entry, entry_envelope, recorded_entry
from bunsui_core.domain.failure import HistoryEvent
from bunsui_core.domain.value import Json
from bunsui_core.domain.walk import paths_from, states_run
from tests.emulator.embedded import Embedded, Execution
from tests.emulator.random_machines import RandomMachine

QUICK, SEEDS = 8, 80
GIVEN: Json = {"date": "2026-11-23", "table": {"k": "v1"}, "parts": [1, 2]}
INNER: dict[str, Json] = {
    "StartAt": "One",
    "States": {"One": {"Type": "Pass", "Assign": {"table": "inner"}, "End": True}},
}
WITH_PATHS: dict[str, Json] = {
    "StartAt": "Read",
    "States": {
        "Read": {
            "Type": "Pass",
            "Assign": {"table.$": "$[0].k", "runs": 3, "none": None},
            "ResultPath": "$.read",
            "Result": [{"k": 1}],
            "Next": "Which",
        },
        "Which": {
            "Type": "Choice",
            "Choices": [
                {
                    "Variable": "$.date",
                    "IsPresent": True,
                    "Assign": {"which": "dated"},
                    "Next": "Both",
                }
            ],
            "Default": "Last",
        },
        "Both": {
            "Type": "Parallel",
            "Branches": [INNER, {"StartAt": "Two", "States": {"Two": {"Type": "Succeed"}}}],
            "ResultPath": "$.both",
            "Next": "Each",
        },
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.parts",
            "ItemProcessor": {
                "StartAt": "Item",
                "States": {"Item": {"Type": "Pass", "Parameters": {"t.$": "$table"}, "End": True}},
            },
            "ResultPath": "$.each",
            "Next": "Last",
        },
        "Last": {
            "Type": "Pass",
            "Parameters": {"all.$": "$", "t.$": "$table", "n.$": "$none", "w.$": "$which"},
            "End": True,
        },
    },
}
WITH_EXPRESSIONS: dict[str, Json] = {
    "QueryLanguage": "JSONata",
    "StartAt": "Read",
    "States": {
        "Read": {
            "Type": "Pass",
            "Assign": {"table": "{% $states.input.table.k %}", "rows": "{% [1] %}"},
            "Output": "{% $merge([$states.input, {'read': [{'k': 1}]}]) %}",
            "Next": "Both",
        },
        "Both": {
            "Type": "Parallel",
            "Branches": [INNER],
            "Output": "{% $states.input %}",
            "Next": "Last",
        },
        "Last": {
            "Type": "Pass",
            "Output": {"all": "{% $states.input %}", "t": "{% $table %}", "r": "{% $rows %}"},
            "End": True,
        },
    },
}


class Entering:
    """A machine with a door, and one execution of it from its beginning."""

    def __init__(self, account: Embedded, name: str, definition: Json) -> None:
        self.account = account
        self.definition = with_entry(json.dumps(definition))
        self.machine = account.machine(name, json.loads(self.definition))
        self.first = account.run(self.machine, GIVEN)

    def entered(self, entry: Entry) -> Execution:
        """An execution that enters there."""
        return self.account.run(self.machine, json.loads(entry_envelope(json.dumps(GIVEN), entry)))


def events(execution: Execution) -> tuple[HistoryEvent, ...]:
    return tuple(event_of(event) for event in execution.events)


def output(execution: Execution) -> Json:
    told = execution.describe()
    assert told["status"] == "SUCCEEDED", told.get("cause")
    found: Json = json.loads(told["output"])
    return found


def machine_of(state: dict[str, Json]) -> dict[str, Json]:
    return {"StartAt": "Only", "States": {"Only": {**state, "End": True}}}


@pytest.mark.parametrize("definition", [WITH_PATHS, WITH_EXPRESSIONS], ids=["paths", "jsonata"])
def test_entered_anywhere_a_machine_gives_what_it_gave_from_its_beginning(
    account: Embedded, name: str, definition: Json
) -> None:
    entering = Entering(account, name, definition)
    recorded = events(entering.first)

    for state in enterable(entering.definition):
        again = entering.entered(recorded_entry(recorded, state))

        assert output(again) == output(entering.first), state
        ran, ways = set(states_run(events(again))), paths_from(entering.definition, state)
        assert {*ways.certain} <= ran <= {*ways.certain, *ways.possible}


def test_an_execution_that_entered_can_itself_be_entered_after(
    account: Embedded, name: str
) -> None:
    entering = Entering(account, name, WITH_PATHS)
    second = entering.entered(recorded_entry(events(entering.first), "Both"))

    third = entering.entered(recorded_entry(events(second), "Last"))

    assert output(third) == output(entering.first)


def test_a_machine_without_an_envelope_gives_what_it_gives_without_a_door(
    account: Embedded, name: str
) -> None:
    bare = account.run(account.machine(f"{name}-bare", WITH_PATHS), GIVEN)

    assert output(Entering(account, name, WITH_PATHS).first) == output(bare)


def test_an_input_that_is_only_a_payload_begins_at_the_beginning_with_it(
    account: Embedded, name: str
) -> None:
    entering = Entering(account, name, WITH_PATHS)

    assert output(account.run(entering.machine, {"payload": GIVEN})) == output(entering.first)


@pytest.mark.parametrize(
    "told",
    [
        {"payload": GIVEN, "bunsui": {"enter_at": {"state": "Gone", "input": GIVEN}}},
        {"payload": GIVEN, "bunsui": {"enter_at": {}}},
        {"payload": GIVEN, "bunsui": {}},
        {"payload": GIVEN, "bunsui": None},
        {"bunsui": [{"enter_at": 3}]},
    ],
)
def test_an_envelope_that_names_no_state_runs_nothing(
    account: Embedded, name: str, told: Json
) -> None:
    entering = Entering(account, name, WITH_PATHS)

    refused = account.run(entering.machine, told)

    assert (refused.status, refused.describe()["error"]) == ("FAILED", UNKNOWN_ERROR)
    assert states_run(events(refused)) == ()


SHAPES: list[Json] = [
    None, [], [1], [[1]], [None], [[]], {}, "", "x", 0, 1.5, False, True, [{"a": 1}],
    {"a": None}, {"a": [1]}, {"payload": 1, "more": 2}, [{"payload": 1}], {"Payload": {}},
]  # fmt: skip
"""Inputs on which an expression of JSONata is known to stumble, and some that look like ours."""


def test_every_shape_of_input_passes_the_door_unchanged(account: Embedded, name: str) -> None:
    """Without an envelope, as a payload, and as the recorded input of a state."""
    machine = account.machine(
        name, json.loads(with_entry(json.dumps(machine_of({"Type": "Pass"}))))
    )

    for shape in SHAPES:
        envelope = entry_envelope("{}", Entry(state="Only", input=json.dumps(shape)))
        for given in (shape, {"payload": shape}, json.loads(envelope)):
            assert output(account.run(machine, given)) == shape, given


@pytest.mark.parametrize("state", ["It's", 'Say "no"', "Zähle Ärger 水", "a\\b", "{% x %}", "`"])
def test_a_state_of_any_name_can_be_entered_at(account: Embedded, name: str, state: str) -> None:
    definition: dict[str, Json] = {
        "StartAt": "First",
        "States": {
            "First": {"Type": "Fail", "Error": "NotHere"},
            state: {"Type": "Pass", "End": True},
        },
    }
    made = account.machine(name, json.loads(with_entry(json.dumps(definition))))

    entered = account.run(made, json.loads(entry_envelope("1", Entry(state=state, input="2"))))

    assert output(entered) == 2


def test_what_a_redrive_runs_is_told_from_its_history(account: Embedded, name: str) -> None:
    function = account.function(name, "def handler(event, context):\n    raise ValueError('no')")
    states: dict[str, Json] = {
        "Before": {"Type": "Pass", "Next": "Load"},
        "Load": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": function, "Payload.$": "$"},
            "End": True,
        },
    }
    machine = account.machine(name, {"StartAt": "Before", "States": states})
    execution = account.run(machine, {})
    end = events(execution)[-1].id

    execution.redriven()

    assert states_run(events(execution), since=end) == ("Load",)
    assert states_run(events(execution)) == ("Before", "Load")


@pytest.mark.parametrize(
    "seed", [pytest.param(n, marks=() if n < QUICK else pytest.mark.slow) for n in range(SEEDS)]
)
def test_what_a_machine_of_any_shape_runs_is_what_was_foretold(
    account: Embedded, name: str, seed: int
) -> None:
    """From its beginning, and from each state that it entered."""
    made = RandomMachine(seed)
    definition = with_entry(json.dumps(made.definition))
    machine = account.machine(name, json.loads(definition))
    first = account.run(machine, made.given)
    recorded = events(first)
    must_be_foretold(definition, "", first)

    for state in set(enterable(definition)) & set(states_run(recorded)):
        envelope = entry_envelope(json.dumps(made.given), recorded_entry(recorded, state))
        again = account.run(machine, json.loads(envelope))
        assert output(again) == output(first), state
        must_be_foretold(definition, state, again)


def must_be_foretold(definition: str, state: str, execution: Execution) -> None:
    ways, ran = paths_from(definition, state), set(states_run(events(execution)))
    assert {*ways.certain} <= ran <= {*ways.certain, *ways.possible}
    assert not {*ways.certain} & {*ways.possible}
