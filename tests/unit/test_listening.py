"""What is taken in of a queue of events, and what stays in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_core.domain.machine import ExecutionRow
from bunsui_core.domain.session import JobStatus, SessionStatus
from tests.builders import later
from tests.unit.watching_kit import Watched, failed
from tests.watched import FakeAccount, a_machine, a_row, machine_arn


@pytest.fixture
def world(tmp_path: Path) -> Watched:
    """An account of one machine that is known, and a queue."""
    made = Watched(tmp_path, FakeAccount(a_machine("orders")), has_queue=True)
    made.watcher.list_once()
    return made


def told(world: Watched, *rows: ExecutionRow) -> None:
    """Let the queue hold events."""
    assert world.queue
    for row in rows:
        world.queue.send(row, world.time())


def test_what_is_told_is_a_session_before_its_machine_is_listed(world: Watched) -> None:
    told(world, failed())
    calls = len(world.account.calls)

    assert world.watcher.listen_once()

    assert [one.status for one in world.sessions] == [SessionStatus.FAILED]
    assert len(world.account.calls) == calls


def test_events_in_any_order_end_with_the_end(world: Watched) -> None:
    begun = a_row("orders", "e-1")
    told(world, failed(), begun)
    world.watcher.listen_once()

    assert [one.status for one in world.sessions] == [SessionStatus.FAILED]


def test_a_machine_of_which_too_little_is_known_waits_in_the_queue(world: Watched) -> None:
    """It may start others, or be started by one: that is read first."""
    world.account.machines[machine_arn("new")] = a_machine("new")
    row = a_row("new", "e-1", later(seconds=1), JobStatus.FAILED)
    world.time.sleep(2)
    told(world, row)
    world.watcher.listen_once()
    assert not world.sessions

    world.watcher.list_once()
    world.watcher.listen_once()

    assert [one.pipeline for one in world.sessions] == ["new"]


def test_what_is_left_out_is_removed_from_the_queue_and_no_session(world: Watched) -> None:
    (orders,) = world.store.watches.machines()
    world.store.watches.put_machines((orders.model_copy(update={"why_not": "left out"}),))
    told(world, failed())

    assert world.watcher.listen_once()
    assert not world.watcher.listen_once()
    assert not world.sessions
