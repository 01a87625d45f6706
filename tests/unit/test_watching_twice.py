"""A watcher that dies half way, one beside another, and what is logged of a lasting trouble."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bunsui_core.adapters.local.watching import LocalSightings, LocalWatches
from bunsui_core.app.sweep import Watching, meet
from bunsui_core.domain.machine import Sighting
from bunsui_core.domain.session import JobStatus
from bunsui_core.log import Troubles
from tests.builders import later
from tests.fakes import Crash
from tests.unit.watching_kit import Noting, Watched, failed, fine
from tests.watched import FakeAccount, a_machine, a_row, machine_arn


@pytest.fixture
def world(tmp_path: Path) -> Watched:
    """An account of one machine."""
    return Watched(tmp_path, FakeAccount(a_machine("orders")))


class Dying(Noting):
    """Sightings of a process that dies before it stores any."""

    def put(self, sightings: tuple[Sighting, ...]) -> None:
        """Die."""
        raise Crash


def test_what_a_dead_watcher_stored_half_is_made_whole_and_not_doubled(world: Watched) -> None:
    rows = [failed(f"e-{number}") for number in range(5)]
    for row in rows:
        world.run(row)
    dying = replace(world.watching, sightings=Dying(world.time))
    with pytest.raises(Crash):
        meet(rows, dying, world.time())
    assert len(world.sessions) == 5

    world.settle()

    assert len(world.sessions) == 5
    assert {row.execution_arn for row in rows} == set(world.sightings.kept)


def test_two_watchers_of_one_home_make_each_session_once(world: Watched) -> None:
    rows = [fine(f"e-{number}") for number in range(20)]
    barrier = threading.Barrier(2)

    def watch(watching: Watching) -> None:
        barrier.wait()
        meet(rows, watching, world.time())

    def stored() -> Watching:
        kept = replace(world.store, watches=LocalWatches(world.connection))
        return replace(world.watching, sightings=LocalSightings(world.connection), store=kept)

    threads = [threading.Thread(target=watch, args=(stored(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(world.sessions) == 20
    assert len(stored().sightings.known(tuple(row.execution_arn for row in rows))) == 20


def test_an_end_that_is_told_before_its_beginning_stays_the_end(world: Watched) -> None:
    """Events come in any order."""
    world.settle()
    ended = world.run(failed())
    begun = a_row("orders", "e-1")
    meet((ended,), world.watching, later(seconds=1))
    meet((begun,), world.watching, later(seconds=2))
    world.settle(seconds=60)

    assert world.session(ended).runs[0].status is JobStatus.FAILED


def test_the_same_event_twice_changes_nothing(world: Watched) -> None:
    world.settle()
    row = world.run(failed())
    meet((row,), world.watching, later(seconds=1))
    before = world.session(row)

    assert meet((row,), world.watching, later(seconds=2)) == 0
    assert world.session(row) == before


def test_a_trouble_is_logged_once_for_as_long_as_it_lasts() -> None:
    troubles = Troubles("test")
    with capture_logs() as logged:
        for _ in range(3):
            troubles.tell("not_read", "a", "unavailable", "AWS does not answer.")
        troubles.tell("not_read", "b", "unavailable", "AWS does not answer.")
        troubles.tell("not_read", "a", "not_authorised", "Denied.")
        troubles.over("not_read", "a")
        troubles.tell("not_read", "a", "not_authorised", "Denied.")

    assert [(one["subject"], one["error"]) for one in logged] == [
        ("a", "AWS does not answer."),
        ("b", "AWS does not answer."),
        ("a", "Denied."),
        ("a", "Denied."),
    ]


def test_a_machine_that_cannot_be_understood_keeps_no_other_waiting(tmp_path: Path) -> None:
    account = FakeAccount(a_machine("orders"), a_machine("parcels"))
    world = Watched(tmp_path, account)
    world.settle()
    row = world.run(fine(machine="parcels"))

    account.odd = {machine_arn("orders")}
    with capture_logs() as logged:
        for _ in range(3):
            world.settle(seconds=60)

    assert row.execution_arn in world.sightings.kept
    assert [one["subject"] for one in logged] == [machine_arn("orders")], "once"
    orders, _ = world.store.watches.machines()
    assert "ValueError" in orders.trouble


def test_an_execution_that_cannot_be_understood_keeps_no_other_waiting(world: Watched) -> None:
    odd, plain = world.run(failed("odd")), world.run(failed("plain"))
    world.executions.denied[odd.execution_arn] = ValueError("what is this?")
    with capture_logs() as logged:
        world.settle()
        world.settle(seconds=600)

    assert world.store.diagnoses.get(world.session(plain).id, "orders")
    assert [one["subject"] for one in logged] == [odd.execution_arn], "once"
