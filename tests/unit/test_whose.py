"""Whose an execution is: bunsui's own, by its ARN or its name, or somebody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_core.domain.joining import execution_name
from bunsui_core.domain.session import JobRun, JobStatus, SessionOrigin, SessionStatus
from tests.unit.watching_kit import Watched, failed, fine, own_session
from tests.watched import FakeAccount, a_machine, a_row


@pytest.fixture
def world(tmp_path: Path) -> Watched:
    """An account of two machines."""
    return Watched(tmp_path, FakeAccount(a_machine("orders"), a_machine("parcels")))


def test_what_bunsui_started_is_no_session_of_its_own(world: Watched) -> None:
    row = world.run(fine("run-7-orders-a1"))
    session = own_session(world, execution_arn=row.execution_arn)
    world.settle()

    assert [one.session_id for one in world.sessions] == [session]


def test_what_bunsui_is_just_starting_is_known_by_its_name(world: Watched) -> None:
    """The worker died after the start and before it could store the ARN."""
    session = own_session(world, execution_arn="", status=JobStatus.STARTING)
    world.run(a_row("orders", execution_name(session, "orders", 1)))
    world.settle()

    assert [one.session_id for one in world.sessions] == [session]


@pytest.mark.parametrize("name", ["run-7-orders-a2", "run-8-orders-a1", "run-7-orders", "a1"])
def test_a_name_that_only_looks_like_one_of_bunsui_is_somebody_elses(
    world: Watched, name: str
) -> None:
    own_session(world, execution_arn="arn:another")
    row = world.run(fine(name))
    world.settle()
    world.settle(seconds=60)

    assert world.session(row).origin is SessionOrigin.FOUND


def test_a_restart_that_is_not_stored_yet_is_no_session_of_its_own(world: Watched) -> None:
    """The worker starts an approved restart first, and stores the attempt then."""
    session = own_session(world, execution_arn="arn:first")
    row = world.run(fine("run-7-orders-a2"))
    world.settle()
    assert [one.session_id for one in world.sessions] == [session]
    stored = world.store.sessions.get(session)
    second = (
        stored.runs[0]
        .attempts[0]
        .model_copy(
            update={"number": 2, "execution_name": row.name, "execution_arn": row.execution_arn}
        )
    )
    run = JobRun(job="orders", attempts=(*stored.runs[0].attempts, second))
    world.store.sessions.save(stored.model_copy(update={"runs": (run,)}))

    world.settle(seconds=60)

    assert world.sightings.kept[row.execution_arn].session_id == session
    assert [one.session_id for one in world.sessions] == [session]


def test_the_same_name_in_another_machine_is_somebody_elses(world: Watched) -> None:
    session = own_session(world, execution_arn="", status=JobStatus.STARTING)
    row = world.run(fine(execution_name(session, "orders", 1), machine="parcels"))
    world.settle()

    assert world.session(row).origin is SessionOrigin.FOUND


def test_an_approved_restart_of_a_found_session_is_its_next_attempt(world: Watched) -> None:
    first = world.run(failed())
    world.settle()
    session = world.session(first)
    name = execution_name(session.id, "orders", 2)
    row = a_row("orders", name)
    began = (
        session.runs[0]
        .attempts[0]
        .model_copy(
            update={
                "number": 2,
                "execution_name": name,
                "execution_arn": row.execution_arn,
                "status": JobStatus.RUNNING,
                "stopped_at": None,
            }
        )
    )
    run = JobRun(job="orders", attempts=(*session.runs[0].attempts, began))
    world.store.sessions.save(session.model_copy(update={"runs": (run,)}))
    world.run(fine(name))
    world.settle(seconds=60)

    after = world.session(first)
    assert [one.status for one in after.runs[0].attempts] == [JobStatus.FAILED, JobStatus.SUCCEEDED]
    assert after.status is SessionStatus.SUCCEEDED
    assert [one.session_id for one in world.sessions] == [session.id]
