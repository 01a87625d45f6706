from __future__ import annotations

import json

import pytest

from bunsui_core.domain.asl import assigned_by, read_asl, rules, states_of
from bunsui_core.domain.door import (
    ENTRY,
    UNKNOWN,
    beginning,
    enterable,
    require_enterable,
    with_entry,
)
from bunsui_core.domain.entry import (
    LARGEST,
    Entry,
    entry_envelope,
    entry_in,
    payload_of,
    recorded_entry,
)
from bunsui_core.domain.errors import BadInput, BunsuiError, Refused
from bunsui_core.domain.failure import HistoryEvent
from bunsui_core.domain.value import Json
from tests.unit.histories import START, event, failed, task

MACHINE: dict[str, Json] = {
    "StartAt": "Read",
    "States": {
        "Read": {"Type": "Pass", "Assign": {"rows.$": "$.rows"}, "Next": "Each"},
        "Each": {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}},
            "Next": "Write",
        },
        "Write": {"Type": "Task", "Resource": "arn:x", "Assign": {"late": 1}, "Next": "Done"},
        "Done": {"Type": "Succeed"},
    },
}
TEXT = json.dumps(MACHINE)


def walked() -> tuple[HistoryEvent, ...]:
    """Read assigned `rows`, Each had one iteration, Write failed."""
    rows = json.dumps({"rows": "[1, 2]"})
    return (
        START,
        event(2, 0, "PassStateEntered", name="Read", input='{"rows": [1, 2]}'),
        event(3, 2, "PassStateExited", name="Read", output="{}", assigned=rows),
        event(4, 3, "MapStateEntered", name="Each", input="[1.10]"),
        event(5, 4, "MapStateStarted", length=1),
        event(6, 5, "MapIterationStarted", name="Each", index=0),
        event(7, 6, "PassStateEntered", name="One", input="1"),
        event(8, 7, "PassStateExited", name="One", assigned=json.dumps({"rows": "0"})),
        event(9, 8, "MapIterationSucceeded", name="Each", index=0),
        event(10, 9, "MapStateSucceeded"),
        event(11, 10, "MapStateExited", name="Each", output="[]"),
        *task(12, 11, "Write", "Boom"),
        failed(15, 14),
    )


def refusal(events: tuple[HistoryEvent, ...], state: str) -> str:
    with pytest.raises(Refused) as refused:
        recorded_entry(events, state)
    return str(refused.value)


def test_the_recorded_entry_has_the_input_and_what_was_assigned_before() -> None:
    assert recorded_entry(walked(), "Write") == Entry(
        state="Write", input='{"day": 1}', variables='{"rows":[1,2]}'
    )


def test_the_first_state_is_entered_without_variables() -> None:
    assert recorded_entry(walked(), "Read").variables == "{}"


def test_a_state_that_was_entered_twice_has_its_last_input() -> None:
    again = [
        event(4, 3, "PassStateEntered", name="Read", input="2"),
        event(5, 4, "PassStateExited", name="Read", assigned='{"rows": "3"}'),
    ]

    found = recorded_entry((*walked()[:3], *again), "Read")

    assert (found.input, found.variables) == ("2", '{"rows":[1,2]}')


def test_what_a_redriven_state_assigned_is_known_behind_it() -> None:
    """The variables from before the redrive stay, and the state is not entered again."""
    on = (
        event(16, 15, "ExecutionRedriven"),
        event(17, 16, "LambdaFunctionScheduled", resource="x"),
        event(18, 17, "LambdaFunctionSucceeded"),
        event(19, 18, "TaskStateExited", name="Write", assigned='{"late": "7"}'),
        event(20, 19, "TaskStateEntered", name="Send", input="5"),
    )

    found = recorded_entry((*walked(), *on), "Send")

    assert (found.input, json.loads(found.variables)) == ("5", {"rows": [1, 2], "late": 7})
    assert recorded_entry((*walked(), *on), "Write").input == '{"day": 1}'


def test_what_a_history_does_not_tell_is_refused_with_the_reason() -> None:
    assert "never started" in refusal(walked(), "Done")
    assert "inside the Map state Each" in refusal(walked(), "One")
    assert "Enter at Each" in refusal(walked(), "One")
    assert "is gone" in refusal((), "Write")
    unseen = (START, event(2, 0, "TaskStateEntered", name="Write"))
    assert "was not recorded" in refusal(unseen, "Write")


def test_an_envelope_carries_every_digit_as_it_was_recorded() -> None:
    entry = Entry(state='Wri"te', input="[1.10]", variables='{"n":12345678901234567890}')

    text = entry_envelope('{"price":1.00}', entry)

    assert text == (
        '{"payload":{"price":1.00},"bunsui":{"enter_at":{"state":"Wri\\"te","input":[1.10],'
        '"variables":{"n":12345678901234567890}}}}'
    )


def test_an_envelope_is_read_back() -> None:
    entry = Entry(state="Write", input='{"a":[]}', variables='{"n":1}')
    text = entry_envelope('{"source":"s3://b/k"}', entry)

    assert (payload_of(text), entry_in(text)) == ('{"source":"s3://b/k"}', entry)


@pytest.mark.parametrize("text", ["1", "null", '{"payload": 1}', '{"payload": 1, "bunsui": 2}'])
def test_an_input_that_is_no_envelope_stays_as_it_is(text: str) -> None:
    assert (payload_of(text), entry_in(text)) == (text, None)


def test_an_envelope_as_large_as_step_functions_carries_is_taken_and_a_larger_one_refused() -> None:
    empty = len(entry_envelope('""', Entry(state="S", input="1")))
    fits = json.dumps("x" * (LARGEST - empty))

    assert len(entry_envelope(fits, Entry(state="S", input="1"))) == LARGEST
    with pytest.raises(Refused, match="262,145 bytes together"):
        entry_envelope(fits, Entry(state="S", input="10"))


def test_a_payload_that_is_not_json_is_refused() -> None:
    with pytest.raises(BadInput, match="not JSON"):
        entry_envelope("{", Entry(state="S", input="1"))


def test_a_machine_with_a_door_can_be_entered_at_every_state_that_does_something() -> None:
    assert enterable(with_entry(TEXT)) == ("Read", "Each", "Write")
    assert enterable(TEXT) == ()


def test_a_door_begins_where_the_machine_began_and_fails_where_it_is_not_told() -> None:
    machine = read_asl(with_entry(TEXT))
    door = states_of(machine)[ENTRY]

    assert (machine["StartAt"], door["Default"], beginning(machine)) == (ENTRY, UNKNOWN, "Read")


def test_a_door_is_made_anew_and_not_twice() -> None:
    assert with_entry(with_entry(TEXT)) == with_entry(TEXT)


def test_only_variables_that_can_be_assigned_by_then_are_assigned() -> None:
    doors = rules(states_of(read_asl(with_entry(TEXT)))[ENTRY])

    assert [assigned_by(rule) for rule in doors] == [set(), {"rows"}, {"rows"}, set(), set()]


def test_where_a_machine_cannot_be_entered_is_refused_with_the_reason() -> None:
    made = with_entry(TEXT)
    said = {name: _refused(made, name) for name in ("Done", "One", "Nowhere", ENTRY)}

    assert "is a Succeed state" in said["Done"]
    assert "Read, Each, Write" in said["Done"]
    assert "inside the Map state Each" in said["One"]
    assert "no state Nowhere. It has Read, Each, Write, Done" in said["Nowhere"]
    assert f"no state {ENTRY}" in said[ENTRY]
    assert "carries no BunsuiEntry" in _refused(TEXT, "Write")
    require_enterable(made, "Write")


@pytest.mark.parametrize(
    "reads",
    [
        {"Parameters": {"day.$": "$$.Execution.Input.day"}},
        {"Parameters": {"day.$": "$$['Execution']['Input']"}},
        {"QueryLanguage": "JSONata", "Output": "{% $states.context.Execution.Input %}"},
    ],
)
def test_a_state_that_reads_the_executions_input_forbids_to_enter_before_it(
    reads: dict[str, Json],
) -> None:
    states = MACHINE["States"]
    assert isinstance(states, dict)
    write: dict[str, Json] = {"Type": "Pass", "Next": "Done", **reads}
    made = with_entry(json.dumps({**MACHINE, "States": {**states, "Write": write}}))

    assert "Write reads the input of the execution" in _refused(made, "Each")
    assert enterable(made) == ()


def test_a_state_that_reads_the_payload_of_it_does_not() -> None:
    reads: dict[str, Json] = {"Parameters": {"day.$": "$$.Execution.Input.payload.day"}}
    states = MACHINE["States"]
    assert isinstance(states, dict)
    write: dict[str, Json] = {"Type": "Pass", "Next": "Done", **reads}

    assert "Write" in enterable(
        with_entry(json.dumps({**MACHINE, "States": {**states, "Write": write}}))
    )


@pytest.mark.parametrize("name", [ENTRY, UNKNOWN])
def test_a_state_of_that_name_that_is_somebody_elses_is_left_alone(name: str) -> None:
    text = json.dumps({"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}})

    with pytest.raises(BadInput, match=f"has a state {name} of its own"):
        with_entry(text)
    assert enterable(text) == ()
    assert beginning(read_asl(text)) == name


def test_a_definition_that_becomes_too_large_is_refused() -> None:
    states = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(6_000)}
    states["S6000"] = {"Type": "Succeed"}

    with pytest.raises(BadInput, match="Step Functions takes 1,048,576"):
        with_entry(json.dumps({"StartAt": "S0", "States": states}))


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"StartAt": "A", "States": {}}'])
def test_what_is_no_definition_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="not the definition of a state machine"):
        with_entry(text)


def _refused(definition: str, state: str) -> str:
    with pytest.raises(BunsuiError) as refused:
        require_enterable(definition, state)
    return str(refused.value)
