"""Inputs that are not what a plan says, under the digest that it says, and previews that hide."""

from __future__ import annotations

import pytest

from bunsui_core.domain.approval import ask
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.plan import Plan
from bunsui_core.domain.verdict import Mode
from tests.attack.forging import asked, forced
from tests.builders import (
    INPUT,
    SESSION_ID,
    machine,
)
from tests.unit.desk_kit import Bench
from tests.unit.rerun_kit import asking, desk, entering_stage

STATE = '"state":"Write"'
ENVELOPES = {
    "another state": (STATE, '"state":"Read"'),
    "another state, named twice": (STATE, f'"state":"Read",{STATE}'),
    "another payload": (INPUT, '{"source":"s3://mallory/day.csv"}'),
    "another input of the state": ("[1, 2, 3]", "[9]"),
    "other variables": ('"rows":3', '"rows":9'),
}


@pytest.mark.parametrize("edited", [True, False])
@pytest.mark.parametrize("what", ENVELOPES)
def test_a_job_is_entered_with_nothing_but_what_the_step_says(
    bench: Bench, what: str, edited: bool
) -> None:
    """An envelope of its own, under the digest that it has."""
    agent = desk(entering_stage(bench))
    found = agent.rerun_from(SESSION_ID, "extract", Mode.ENTER_AT)
    before, after = ENVELOPES[what]
    text = found.input.replace(before, after)
    told = found.plan.steps[0].model_dump()
    told |= {"input_digest": json_digest(text), "input_edited": edited}
    jobs = list(told["preview"]["jobs"])
    told["preview"]["jobs"] = [{**jobs[0], "input_digest": json_digest(text)}, *jobs[1:]]
    plan = Plan.model_validate({**found.plan.model_dump(), "risk": "high", "steps": (told,)})

    state = forced(bench, ask(plan, "as it was", (text,)))

    assert text != found.input
    is_said = edited and what == "another input of the state"
    assert ("DONE" if is_said else "STALE") in state
    assert len(bench.world.effects) == is_said


def test_another_state_than_the_envelope_names_is_not_entered(bench: Bench) -> None:
    agent = desk(entering_stage(bench))
    found = agent.rerun_from(SESSION_ID, "extract", Mode.ENTER_AT)
    told = {**found.plan.steps[0].model_dump(), "state": "Read"}

    assert "STALE" in forced(bench, asking(found, told))
    assert bench.world.effects == []


@pytest.mark.parametrize(
    "text",
    [
        '{"payload": {}, "bunsui": {"enter_at": {"state": "Write", "input": {}}}}',
        '{"input": {}, "outputs": {}, "bunsui": {"enter_at": {"state": "Write", "input": 1}}}',
    ],
)
def test_a_restart_does_not_enter_in_the_middle_by_its_input(bench: Bench, text: str) -> None:
    """Its preview says that the machine runs from its beginning."""
    found = desk(entering_stage(bench)).rerun_from(
        SESSION_ID, "extract", Mode.RESTART, edited_input='{"a": 1}'
    )
    (step,) = found.plan.steps
    told = {**step.model_dump(), "input_digest": json_digest(text)}
    told["preview"]["jobs"][0]["input_digest"] = json_digest(text)
    plan = Plan.model_validate({**found.plan.model_dump(), "risk": "high", "steps": (told,)})

    assert "enter_at" in forced(bench, ask(plan, "ok", (text,)))
    assert bench.world.effects == []


TWICE = '{"input": {"source": "s3://mallory/day.csv"}, ' + INPUT[1:]


def test_an_input_in_which_a_name_stands_twice_is_not_the_recorded_one(bench: Bench) -> None:
    """Its digest is that of the recorded one; who reads it may take the first of both."""
    found = asked(bench)
    request = ask(found.plan, "as it was", (TWICE,))

    assert json_digest(TWICE) == json_digest(INPUT)
    assert "STALE" in forced(bench, request)
    assert bench.world.effects == []


def test_no_input_is_given_in_which_a_name_stands_twice(bench: Bench) -> None:
    found = desk(entering_stage(bench)).rerun_from(
        SESSION_ID, "extract", Mode.RESTART, edited_input='{"a": 2}'
    )
    request = ask(found.plan, "as it was", ('{"a": 1, "a": 2}',))

    assert "STALE" in forced(bench, request)
    assert bench.world.effects == []


def test_a_preview_without_code_does_not_hide_which_states_run(bench: Bench) -> None:
    found = asked(bench)
    told = found.plan.steps[0].model_dump()
    told["preview"]["jobs"] = [*told["preview"]["jobs"]]
    told["preview"]["jobs"][0] |= {"code": (), "certain": ("Harmless",)}

    assert "STALE" in forced(bench, asking(found, told))
    assert bench.world.effects == []


def test_a_preview_that_hides_a_function_is_not_what_would_run(bench: Bench) -> None:
    """A function that the plan does not name could be another one when it runs."""
    found = asked(bench)
    told = found.plan.steps[0].model_dump()
    jobs = told["preview"]["jobs"]
    jobs[0]["code"] = tuple(one for one in jobs[0]["code"] if one["name"] == machine("extract"))

    assert "STALE" in forced(bench, asking(found, told))
