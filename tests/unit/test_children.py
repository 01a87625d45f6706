"""Executions that another execution started: whose they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bunsui_core.domain.failure import HistoryEvent
from bunsui_core.domain.found import STARTED_BY, found_id
from bunsui_core.domain.machine import ExecutionRow
from bunsui_core.domain.session import JobStatus
from tests.builders import NOW
from tests.unit.watching_kit import Watched, fine, own_session
from tests.watched import FakeAccount, a_machine, a_row, machine_arn


@pytest.fixture
def world(tmp_path: Path) -> Watched:
    """`orders` starts `count`."""
    account = FakeAccount(a_machine("count"), a_machine("orders"))
    starting = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": machine_arn("count")},
        "End": True,
    }
    definition = {"StartAt": "Count", "States": {"Count": starting}}
    account.definitions[machine_arn("orders")] = json.dumps(definition)
    return Watched(tmp_path, account)


def test_a_child_belongs_to_the_session_of_its_parent(world: Watched) -> None:
    child = world.run(fine("child", machine="count"))
    parent = world.run(a_row("orders", "parent", status=JobStatus.RUNNING))
    world.executions.histories[parent.execution_arn] = started(child)
    world.settle()
    world.settle(seconds=30)

    assert world.sightings.kept[child.execution_arn].parent == parent.execution_arn
    assert [one.session_id for one in world.sessions] == [found_id(parent.execution_arn)]


def test_a_child_that_names_its_parent_needs_no_history(world: Watched) -> None:
    parent = world.run(a_row("orders", "parent", status=JobStatus.RUNNING))
    named = json.dumps({STARTED_BY: parent.execution_arn})
    child = world.run(fine("child", machine="count"), named)
    world.settle()
    world.settle(seconds=30)

    assert world.session(child).id == found_id(parent.execution_arn)
    assert ("history", parent.execution_arn) not in world.executions.looks


def test_a_parent_that_was_never_met_is_not_believed(world: Watched) -> None:
    child = world.run(fine("child", machine="count"), json.dumps({STARTED_BY: "a:execution:b:c"}))
    for _ in range(5):
        world.settle(seconds=30)

    assert [one.session_id for one in world.sessions] == [found_id(child.execution_arn)]


def test_a_child_of_what_bunsui_started_belongs_to_that_session(world: Watched) -> None:
    parent = world.run(a_row("orders", "run-7-orders-a1", status=JobStatus.RUNNING))
    session = own_session(world, execution_arn=parent.execution_arn)
    child = world.run(fine("child", machine="count"))
    world.executions.histories[parent.execution_arn] = started(child)
    world.settle()
    world.settle(seconds=30)

    assert world.sightings.kept[child.execution_arn].session_id == session
    assert [one.session_id for one in world.sessions] == [session]


def test_what_somebody_started_by_himself_is_a_session_once_that_is_sure(
    world: Watched,
) -> None:
    row = world.run(fine("by-hand", machine="count"))
    world.settle()
    assert not world.sessions, "a parent may still show"
    for _ in range(5):
        world.settle(seconds=30)

    assert [one.session_id for one in world.sessions] == [found_id(row.execution_arn)]


def started(child: ExecutionRow) -> tuple[HistoryEvent, ...]:
    """The history of an execution that started another one."""
    return (
        HistoryEvent(id=1, previous_id=0, type="ExecutionStarted", at=NOW),
        HistoryEvent(
            id=2,
            previous_id=1,
            type="TaskSubmitted",
            at=NOW,
            resource="startExecution.sync:2",
            resource_type="states",
            output=json.dumps({"ExecutionArn": child.execution_arn}),
        ),
    )
