"""Messages of the event queue from whoever may write to it: taken for what they are, or for none.

A message that is never taken out comes again and again until the queue forgets it, days later.
"""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from bunsui_core.app.listen import Hearing, hear
from bunsui_core.domain.heard import DETAIL_TYPE, SOURCE, Told, told
from bunsui_core.domain.machine import ExecutionRow
from bunsui_core.domain.value import Json
from tests.builders import ACCOUNT, NOW, REGION
from tests.unit.watching_kit import Watched, failed
from tests.watched import FakeAccount, a_machine

YEAR_9999 = 253_402_300_799_000
MINE = failed().execution_arn
MACHINE = failed().machine


class Queue:
    """`Events` whose messages are what somebody wrote."""

    def __init__(self, *bodies: str) -> None:
        self.held = {str(number): body for number, body in zip(count(), bodies, strict=False)}

    def receive(self) -> tuple[Told, ...]:
        """Return what is there, as the reader of the queue does."""
        return tuple(told(receipt, body) for receipt, body in self.held.items())

    def done(self, told: tuple[Told, ...]) -> None:
        """Remove messages."""
        for one in told:
            self.held.pop(one.receipt)


def message(source: Json = SOURCE, **detail: Json) -> str:
    """An event of an execution of a watched machine, otherwise than AWS wrote it."""
    milliseconds = int(NOW.timestamp() * 1000)
    told: dict[str, Json] = {
        "executionArn": MINE,
        "stateMachineArn": MACHINE,
        "status": "FAILED",
        "startDate": milliseconds,
        "stopDate": milliseconds,
        "redriveCount": 0,
        **detail,
    }
    event = {"source": source, "detail-type": DETAIL_TYPE, "time": NOW.isoformat(), "detail": told}
    return json.dumps(event)


FORGED = {
    "brackets without end": "[" * 200_000,
    "objects without end": '{"a":' * 200_000,
    "a number without end": f'{{"detail-type": {"9" * 200_000}}}',
    "of another sender": message(source="mallory"),
    "an execution of another machine": message(executionArn=failed(machine="other").execution_arn),
    "an execution of another account": message(executionArn=MINE.replace(ACCOUNT, "999999999999")),
    "no execution at all": message(executionArn=MACHINE),
    "an execution and more": message(executionArn=f"{MINE}:mallory"),
    "a child of a Map Run": message(executionArn=MINE.replace(":orders:", ":orders/map:")),
    "half a character": message(executionArn=f"{MINE}\ud800"),
    "a screen cleared": message(executionArn=f"{MINE}\x1b[2J"),
    "a name without end": message(executionArn=MINE + "x" * 200_000),
    "redriven more often than there are numbers": message(redriveCount=2**80),
    "redriven less than never": message(redriveCount=-1),
    "a list for a machine": message(stateMachineArn=[MACHINE]),
}


@pytest.fixture
def world(tmp_path: Path) -> Watched:
    made = Watched(tmp_path, FakeAccount(a_machine("orders")))
    made.settle()
    return made


def listen(world: Watched, queue: Queue) -> Hearing:
    """Take in what the queue tells, long after the machines were listed."""
    return hear(queue, world.watching, NOW - timedelta(hours=1), world.time)


@pytest.mark.parametrize("body", FORGED.values(), ids=FORGED)
def test_a_message_that_tells_of_no_execution_is_removed_and_changes_nothing(
    world: Watched, body: str
) -> None:
    queue = Queue(body)

    hearing = listen(world, queue)

    assert not queue.held
    assert not hearing.strangers
    assert not world.sessions


@pytest.mark.parametrize("body", FORGED.values(), ids=FORGED)
def test_what_is_told_beside_it_is_taken_in(world: Watched, body: str) -> None:
    listen(world, Queue(body, message()))

    assert [one.pipeline for one in world.sessions] == ["orders"]


ELSEWHERE = {
    "of another account": (ACCOUNT, "999999999999"),
    "of another region": (REGION, "eu-west-3"),
}


@pytest.mark.parametrize(("here", "there"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_an_execution_of_elsewhere_is_removed_and_makes_nobody_list_machines(
    world: Watched, here: str, there: str
) -> None:
    arns: dict[str, Json] = {
        "executionArn": MINE.replace(here, there),
        "stateMachineArn": MACHINE.replace(here, there),
    }
    queue = Queue(message(**arns))

    hearing = listen(world, queue)

    assert (queue.held, hearing.strangers, world.sessions) == ({}, 0, [])


def of(row: ExecutionRow) -> dict[str, Json]:
    """What an event says of a machine that is not known yet."""
    return {"executionArn": row.execution_arn, "stateMachineArn": row.machine}


def test_an_execution_of_the_far_future_does_not_stay_in_the_queue(world: Watched) -> None:
    queue = Queue(message(**of(failed(machine="made-just-now")), startDate=YEAR_9999))

    hearing = listen(world, queue)

    assert (queue.held, hearing.strangers) == ({}, 0)


def test_an_execution_of_a_machine_that_was_made_just_now_waits_for_the_next_list(
    world: Watched,
) -> None:
    queue = Queue(message(**of(failed(machine="made-just-now"))))

    hearing = listen(world, queue)

    assert (len(queue.held), hearing.strangers) == (1, 1)
