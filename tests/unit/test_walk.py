from __future__ import annotations

import json
from itertools import pairwise

import pytest

from bunsui_core.domain.door import with_entry
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.value import Json
from bunsui_core.domain.walk import Paths, paths_from, states_run
from tests.unit.histories import START, event, failed, task


def machine(**states: Json) -> str:
    return json.dumps({"StartAt": next(iter(states)), "States": states})


def go(following: str, **more: Json) -> Json:
    return {"Type": "Task", "Next": following, **more}


END: Json = {"Type": "Task", "End": True}
FAIL: Json = {"Type": "Fail"}


def choice(*names: str) -> Json:
    rules: list[Json] = [{"Condition": "{% true %}", "Next": name} for name in names[1:]]
    return {"Type": "Choice", "Choices": rules, "Default": names[0]}


def branch(*names: str) -> Json:
    states: dict[str, Json] = {a: go(b) for a, b in pairwise(names)}
    return {"StartAt": names[0], "States": {**states, names[-1]: END}}


def test_states_in_a_row_are_certain_from_the_one_on() -> None:
    assert paths_from(machine(A=go("B"), B=go("C"), C=END), "B") == Paths(("B", "C"), ())


def test_behind_a_choice_only_what_all_ways_meet_is_certain() -> None:
    text = machine(A=choice("B", "C"), B=go("D"), C=go("D"), D=END)

    assert paths_from(text, "A") == Paths(("A", "D"), ("B", "C"))


def test_a_catch_is_a_way_around() -> None:
    caught: Json = [{"ErrorEquals": ["States.ALL"], "Next": "Tidy"}]
    text = machine(A=go("B", Catch=caught), B=go("C"), C=END, Tidy=go("C"))

    assert paths_from(text, "A") == Paths(("A", "C"), ("B", "Tidy"))


def test_a_last_state_that_is_caught_may_also_be_the_end() -> None:
    caught: Json = [{"ErrorEquals": ["States.ALL"], "Next": "Tidy"}]
    text = machine(A={"Type": "Task", "End": True, "Catch": caught}, Tidy=END)

    assert paths_from(text, "A") == Paths(("A",), ("Tidy",))


def test_a_way_that_only_fails_takes_nothing_from_what_is_certain() -> None:
    caught: Json = [{"ErrorEquals": ["States.ALL"], "Next": "Bad"}]
    text = machine(A=go("B", Catch=caught), B=END, Bad=FAIL)

    assert paths_from(text, "A") == Paths(("A", "B"), ("Bad",))


def test_where_nothing_can_succeed_the_failing_end_is_certain() -> None:
    assert paths_from(machine(A=go("Bad"), Bad=FAIL), "A") == Paths(("A", "Bad"), ())


def test_a_loop_is_walked_once() -> None:
    text = machine(A=go("B"), B=choice("A", "C"), C=END)

    assert paths_from(text, "A") == Paths(("A", "B", "C"), ())


def test_both_branches_of_a_parallel_state_are_certain_and_a_maps_states_possible() -> None:
    both: Json = {
        "Type": "Parallel",
        "Branches": [branch("L1", "L2"), branch("R")],
        "Next": "Each",
    }
    each: Json = {"Type": "Map", "ItemProcessor": branch("I1", "I2"), "Next": "Old"}
    old: Json = {"Type": "Map", "Iterator": branch("J"), "End": True}
    text = machine(Both=both, Each=each, Old=old)

    assert paths_from(text, "Both") == Paths(
        ("Both", "L1", "L2", "R", "Each", "Old"), ("I1", "I2", "J")
    )


def test_a_redrive_runs_of_a_parallel_state_only_what_had_failed() -> None:
    both: Json = {"Type": "Parallel", "Branches": [branch("L"), branch("R")], "Next": "A"}

    found = paths_from(machine(Both=both, A=END), "Both", redriven=True)

    assert found == Paths(("Both", "A"), ("L", "R"))


def test_a_parallel_state_that_is_only_possible_has_possible_states() -> None:
    both: Json = {"Type": "Parallel", "Branches": [branch("L")], "End": True}

    found = paths_from(machine(A=choice("Both", "B"), B=END, Both=both), "A")

    assert found == Paths(("A",), ("Both", "L", "B"))


def test_what_is_inside_a_state_whose_failure_is_caught_is_possible() -> None:
    caught: Json = [{"ErrorEquals": ["States.ALL"], "Next": "A"}]
    both: Json = {"Type": "Parallel", "Branches": [branch("L")], "Catch": caught, "Next": "A"}

    assert paths_from(machine(Both=both, A=END), "Both") == Paths(("Both", "A"), ("L",))


def test_from_the_beginning_the_door_is_not_told() -> None:
    text = with_entry(machine(A=go("B"), B=END))

    assert paths_from(text) == paths_from(text, "A") == Paths(("A", "B"), ())


@pytest.mark.parametrize("name", ["Nowhere", "L", "BunsuiEntry"])
def test_a_state_that_is_not_the_machines_own_has_no_way(name: str) -> None:
    both: Json = {"Type": "Parallel", "Branches": [branch("L")], "End": True}

    with pytest.raises(Refused):
        paths_from(with_entry(machine(Both=both)), name)


def test_states_that_ran_are_told_once_in_their_order() -> None:
    events = (
        START,
        event(2, 0, "ChoiceStateEntered", name="BunsuiEntry"),
        event(3, 2, "ChoiceStateExited", name="BunsuiEntry"),
        event(4, 3, "MapStateEntered", name="Each"),
        event(5, 4, "MapStateStarted"),
        event(6, 5, "MapIterationStarted", name="Each", index=0),
        event(7, 5, "MapIterationStarted", name="Each", index=1),
        event(8, 6, "PassStateEntered", name="One"),
        event(9, 7, "PassStateEntered", name="One"),
    )

    assert states_run(events) == ("Each", "One")


def test_a_task_that_a_redrive_schedules_again_ran_though_it_was_not_entered_again() -> None:
    events = (
        START,
        event(2, 0, "PassStateEntered", name="Before"),
        event(3, 2, "PassStateExited", name="Before"),
        *task(4, 3, "Load", "Boom"),
        failed(7, 6),
        event(8, 7, "ExecutionRedriven"),
        event(9, 8, "LambdaFunctionScheduled", resource="x"),
        event(10, 9, "LambdaFunctionSucceeded"),
        event(11, 10, "TaskStateExited", name="Load"),
        event(12, 11, "PassStateEntered", name="After"),
    )

    assert states_run(events, since=7) == ("Load", "After")
