"""Executions as sessions: their ids, their names, and what their machines start."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunsui_core.domain.failure import HistoryEvent
from bunsui_core.domain.found import (
    STARTED_BY,
    found_id,
    found_session,
    is_found_id,
    machine_pipeline,
    parent_named_in,
    possible_owners,
    with_row,
)
from bunsui_core.domain.joining import execution_name
from bunsui_core.domain.machine import ANY
from bunsui_core.domain.plan import Place
from bunsui_core.domain.session import JobStatus, SessionStatus
from bunsui_core.domain.starting import started_executions, started_machines
from bunsui_core.wiring.nature import new_id
from tests.builders import ACCOUNT, NOW, REGION, later
from tests.watched import a_row, machine_arn

PLACE = Place(environment="shop", account=ACCOUNT, region=REGION)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters=":/"), min_size=1, max_size=80)


def test_an_execution_has_one_id_and_another_one_another() -> None:
    first, second = a_row("orders", "a"), a_row("orders", "b")

    assert found_id(first.execution_arn) == found_id(first.execution_arn)
    assert found_id(first.execution_arn) != found_id(second.execution_arn)
    assert is_found_id(found_id(first.execution_arn))
    assert not is_found_id(new_id())


@given(name=WORDS)
def test_whatever_a_machine_is_called_it_has_a_pipeline_of_one_job(name: str) -> None:
    pipeline = machine_pipeline(f"arn:aws:states:us-east-1:1:stateMachine:{name}")

    assert [job.machine.rsplit(":", 1)[-1] for job in pipeline.jobs] == [name]


def test_names_that_had_to_be_cut_stay_different() -> None:
    long = "x" * 79
    pipelines = {machine_pipeline(machine_arn(f"{long}{end}")).name for end in "ab"}

    assert len(pipelines) == 2


@given(session=st.from_regex(r"[A-Z0-9]{7}-[A-Z0-9]{4}", fullmatch=True), number=st.integers(1, 99))
def test_the_owner_of_a_name_that_bunsui_gave_is_among_the_possible(
    session: str, number: int
) -> None:
    name = execution_name(session, "load-orders", number)

    assert session in possible_owners(name)


@pytest.mark.parametrize("name", ["nightly", "run-a1", "a-b-c", "0b3c-11ee-9f-aa"])
def test_a_name_that_bunsui_never_gives_has_no_owner(name: str) -> None:
    assert not [one for one in possible_owners(name) if name.endswith("a1")]


def test_a_session_stands_as_its_execution_does() -> None:
    row = a_row("orders", "a")
    session = found_session(row, PLACE)
    assert (session.status, session.stopped_at) == (SessionStatus.RUNNING, None)

    ended = row.model_copy(update={"status": JobStatus.FAILED, "stopped_at": later(seconds=5)})
    after = with_row(session, ended)

    assert (after.status, after.stopped_at) == (SessionStatus.FAILED, later(seconds=5))
    assert with_row(after, ended) == after


@pytest.mark.parametrize(
    ("text", "parent"),
    [
        (json.dumps({STARTED_BY: "arn:aws:states:r:1:execution:m:e"}), True),
        (json.dumps({STARTED_BY: 7}), False),
        (json.dumps({STARTED_BY: "hello"}), False),
        (json.dumps([STARTED_BY]), False),
        ("{", False),
        (None, False),
    ],
)
def test_a_parent_is_read_only_where_an_input_names_one(text: str | None, parent: bool) -> None:
    assert bool(parent_named_in(text)) is parent


def starting(target: object, resource: str = "arn:aws:states:::states:startExecution") -> object:
    """A state that starts an execution."""
    return {"Type": "Task", "Resource": resource, **({"Parameters": target} if target else {})}


@pytest.mark.parametrize(
    ("state", "found"),
    [
        (starting({"StateMachineArn": machine_arn("b")}), (machine_arn("b"),)),
        (
            starting(
                {"StateMachineArn": machine_arn("b")},
                "arn:aws:states:::states:startExecution.sync:2",
            ),
            (machine_arn("b"),),
        ),
        (
            starting(
                {"StateMachineArn": machine_arn("b")}, "arn:aws:states:::aws-sdk:sfn:startExecution"
            ),
            (machine_arn("b"),),
        ),
        (starting({"StateMachineArn.$": "$.machine"}), (ANY,)),
        (starting({"StateMachineArn": "{% $machine %}"}), (ANY,)),
        (starting(None), (ANY,)),
        ({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"}, ()),
    ],
)
def test_a_definition_tells_which_machines_it_starts(state: object, found: tuple[str, ...]) -> None:
    inside = {"Type": "Parallel", "Branches": [{"StartAt": "Go", "States": {"Go": state}}]}
    for states in ({"Go": state}, {"All": inside}):
        assert started_machines(json.dumps({"StartAt": "Go", "States": states})) == found


def test_a_definition_that_cannot_be_read_starts_nothing() -> None:
    assert started_machines("{") == ()


def test_a_history_tells_which_executions_it_started() -> None:
    def answered(kind: str, output: str | None, resource: str) -> HistoryEvent:
        return HistoryEvent(
            id=1, previous_id=0, type=kind, at=NOW, resource=resource, output=output
        )

    events = (
        answered("TaskSubmitted", '{"ExecutionArn": "arn:1"}', "startExecution.sync:2"),
        answered("TaskSucceeded", '{"ExecutionArn": "arn:2"}', "startExecution"),
        answered("TaskSucceeded", '{"ExecutionArn": "arn:3"}', "invoke"),
        answered("TaskSubmitted", '{"ExecutionArn": ', "startExecution.sync"),
        answered("TaskSubmitted", None, "startExecution.sync"),
    )

    assert started_executions(events) == {"arn:1", "arn:2"}
