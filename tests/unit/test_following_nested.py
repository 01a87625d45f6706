"""A follower sees what nested executions write, and reads none of them without need."""

from __future__ import annotations

from typing import TypeAlias

import pytest

from bunsui_core.app import follow as following
from bunsui_core.domain.errors import BunsuiError, NotAuthorised
from bunsui_core.domain.failure import HistoryEvent
from bunsui_core.domain.following import LATE, Shown
from tests.builders import execution, later
from tests.unit.histories import FUNCTION, START, event
from tests.unit.test_following import ENDED, RUNNING, Writing, look, texts

Events: TypeAlias = tuple[HistoryEvent, ...]

CHILD = execution("child")
NESTING = (
    START,
    event(2, 1, "TaskStateEntered", name="Child"),
    event(3, 2, "TaskScheduled", resource_type="states", resource="startExecution.sync:2"),
    event(4, 3, "TaskStarted"),
    event(5, 4, "TaskSubmitted", output=f'{{"ExecutionArn": "{CHILD}"}}'),
)
NESTED_DONE = (*NESTING, event(6, 5, "TaskSucceeded"), event(7, 6, "TaskStateExited"))
NESTED_ENDED = (*NESTED_DONE, event(8, 7, "ExecutionSucceeded"))


class Nesting(Writing):
    """A parent and its child, each with a history of its own; an error is what a look gets."""

    def __init__(self, parent: Events, child: Events | BunsuiError) -> None:
        super().__init__(*parent)
        self.child = child
        self.looked: list[str] = []

    def history(self, execution_arn: str) -> Events:
        """Return the events of the child, or of whatever else."""
        self.looked.append(execution_arn.rsplit(":", 2)[-2])
        if execution_arn != CHILD:
            return self.events
        if isinstance(self.child, BunsuiError):
            raise self.child
        return self.child


def test_what_a_nested_execution_writes_is_followed_to_its_end() -> None:
    world = Nesting(NESTING, RUNNING)
    world.write("below", later(seconds=5))
    one = look(world, Shown(), 6)
    world.write("below again", later(seconds=7))
    world.events, world.child = NESTED_ENDED, ENDED
    two = look(world, one.shown, 8)
    over = later(seconds=9)
    three = look(world, two.shown, 8 + LATE.total_seconds(), stopped_at=over)
    four = look(world, three.shown, 9 + LATE.total_seconds(), stopped_at=over)

    assert [texts(one), texts(two)] == [["below"], ["below again"]]
    assert [part.job for part in one.parts] == ["extract"]
    assert (two.is_over, four.is_over) == (False, True)


def test_a_nested_execution_that_was_over_before_is_not_read() -> None:
    world = Nesting(NESTED_DONE, ENDED)

    look(world, Shown(), 6)

    assert world.looked == ["orders-extract"]


def test_a_nested_execution_whose_end_was_seen_is_not_read_again() -> None:
    world = Nesting(NESTING, RUNNING)
    shown = look(world, Shown(), 6).shown
    world.events, world.child = NESTED_DONE, ENDED
    for seconds in (7, 6 + LATE.total_seconds(), 7 + LATE.total_seconds()):
        shown = look(world, shown, seconds).shown
    world.looked.clear()

    look(world, shown, 30)

    assert world.looked == ["orders-extract"]


def test_a_nested_execution_that_cannot_be_seen_spoils_nothing() -> None:
    world = Nesting((*NESTING, *beside()), NotAuthorised("denied.", ""))
    world.write("beside", later(seconds=8))

    assert texts(look(world, Shown(), 9)) == ["beside"]


def beside() -> Events:
    """A function that another branch calls."""
    return (
        event(6, 1, "TaskStateEntered", name="Beside"),
        event(7, 6, "LambdaFunctionScheduled", resource=FUNCTION),
    )


def test_of_many_writers_each_is_read_in_turn_and_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "AT_ONCE", 2)
    calls = [
        event(number, 1, "LambdaFunctionScheduled", resource=f"{FUNCTION}-{number}")
        for number in range(2, 9)
    ]
    world, shown, seen = Writing(START, *calls), Shown(), list[str]()
    for number in range(2, 9):
        world.write(f"of {number}", later(seconds=9), f"orders-load-{number}")
    for second in range(10, 14):
        found = look(world, shown, second)
        shown = found.shown
        seen += texts(found)
    world.events = (*world.events, event(9, 8, "ExecutionAborted"))
    ends = []
    for second in range(30, 36):
        found = look(world, shown, second, stopped_at=later(seconds=14))
        shown = found.shown
        ends.append(found.is_over)

    assert sorted(seen) == [f"of {number}" for number in range(2, 9)]
    assert ends == [False, False, False, False, True, True]
