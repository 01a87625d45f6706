"""A failed job that somebody starts again in the console is done in its own session."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.session import JobStatus, Session, SessionOrigin, SessionStatus
from bunsui_core.domain.taken_over import STARTED_AGAIN
from tests.builders import later
from tests.unit.watching_kit import Watched, fine, own_session
from tests.watched import FakeAccount, a_machine

INPUT = '{"day": 3}'
BROKEN = {
    "execution_arn": "arn:first",
    "status": JobStatus.FAILED,
    "input": INPUT,
    "input_digest": json_digest(INPUT),
    "output": None,
    "started_at": later(hours=-2),
    "stopped_at": later(hours=-1),
}


@pytest.fixture
def world(tmp_path: Path) -> Watched:
    """An account of one machine, whose job failed in one session."""
    world = Watched(tmp_path, FakeAccount(a_machine("orders")))
    session = world.store.sessions.get(own_session(world, **BROKEN))
    world.store.pipelines.put(session.pipeline)
    return world


def stored(world: Watched, session_id: str = "run-7") -> Session:
    return world.store.sessions.get(session_id)


def test_an_execution_with_the_same_input_repairs_the_session(world: Watched) -> None:
    row = world.run(fine("1f0c5d1e"), INPUT)
    world.settle()
    world.settle(seconds=60)

    (first, second) = stored(world).runs[0].attempts
    assert stored(world).status is SessionStatus.SUCCEEDED
    assert (first.number, second.number) == (1, 2)
    assert (second.execution_arn, second.external) == (row.execution_arn, STARTED_AGAIN)
    assert [one.session_id for one in world.sessions] == ["run-7"]


def test_an_execution_with_another_input_is_somebody_elses(world: Watched) -> None:
    row = world.run(fine("1f0c5d1e"), '{"day": 4}')
    world.settle()
    world.settle(seconds=60)

    assert stored(world).status is SessionStatus.FAILED
    assert world.session(row).origin is SessionOrigin.FOUND


def test_whose_it_is_cannot_be_told_when_two_sessions_failed_alike(world: Watched) -> None:
    other = stored(world).model_copy(update={"id": "run-8", "version": 0})
    world.store.sessions.save(other)
    row = world.run(fine("1f0c5d1e"), INPUT)
    world.settle()
    world.settle(seconds=60)

    assert {stored(world).status, stored(world, "run-8").status} == {SessionStatus.FAILED}
    assert world.session(row).origin is SessionOrigin.FOUND
