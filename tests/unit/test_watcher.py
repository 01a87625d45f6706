"""What a watcher finds, whose it is, and what it does when AWS says no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bunsui_core.app.sweep import FIRST_PAGE, MOST_TAGS
from bunsui_core.domain.advance import advance
from bunsui_core.domain.errors import NotAuthorised, Unavailable
from bunsui_core.domain.found import found_id
from bunsui_core.domain.freshness import BACKLOG, said
from bunsui_core.domain.machine import MachineKind
from bunsui_core.domain.pipeline import Job
from bunsui_core.domain.selection import Selection
from bunsui_core.domain.session import JobRun, JobStatus, SessionOrigin, SessionStatus
from tests.builders import NOW, later
from tests.unit.watching_kit import Watched, failed, fine
from tests.watched import FakeAccount, a_machine, a_row, machine_arn

DENIED = NotAuthorised("states:X is denied.", "Ask for it.")
AWAY = Unavailable("AWS does not answer.", "Try again.")


@pytest.fixture
def world(tmp_path: Path) -> Watched:
    """An account of two machines."""
    return Watched(tmp_path, FakeAccount(a_machine("orders"), a_machine("parcels")))


def test_a_found_execution_is_a_session_of_one_job_with_its_input(world: Watched) -> None:
    row = world.run(failed(), '{"order_id": 42}')
    world.settle()

    session = world.session(row)
    assert session.id == found_id(row.execution_arn)
    assert session.origin is SessionOrigin.FOUND
    assert session.status is SessionStatus.FAILED
    assert session.input == '{"order_id": 42}'
    assert [job.machine for job in session.pipeline.jobs] == [machine_arn("orders")]
    assert world.store.diagnoses.get(session.id, "orders")


def test_a_closed_execution_is_described_once_however_often_it_is_listed(world: Watched) -> None:
    row = world.run(fine())
    for _ in range(5):
        world.settle(seconds=60)

    looks = [look for look, arn in world.executions.looks if arn == row.execution_arn]
    assert looks.count("describe") == 1
    assert len(world.sessions) == 1


def test_nothing_ever_starts_in_a_session_that_was_found(world: Watched) -> None:
    row = world.run(failed())
    world.settle()
    session = world.session(row)
    more = session.pipeline.model_copy(
        update={"jobs": (*session.pipeline.jobs, Job(name="next", machine=machine_arn("next")))}
    )
    wider = session.model_copy(
        update={"pipeline": more, "runs": (*session.runs, JobRun(job="next"))}
    )

    after = advance(wider, (), later(minutes=1))

    assert after.intents == ()
    assert after.session.runs[1].attempts == ()


def test_one_machine_that_may_not_be_listed_keeps_no_other_from_being_read(
    world: Watched,
) -> None:
    world.account.denied[machine_arn("orders")] = DENIED
    row = world.run(fine(machine="parcels"))
    world.settle()

    assert world.session(row).status is SessionStatus.SUCCEEDED
    orders, parcels = world.store.watches.machines()
    assert (orders.trouble, parcels.trouble) == (DENIED.message, "")
    assert world.report.unwatched == 1


def test_what_may_be_listed_and_not_described_is_a_session_all_the_same(world: Watched) -> None:
    world.executions.denied["describe"] = DENIED
    world.run(failed())
    world.settle()

    (line,) = world.sessions
    assert (line.pipeline, line.status) == ("orders", SessionStatus.FAILED)


def test_without_the_list_of_machines_those_that_are_known_are_read_on(world: Watched) -> None:
    world.settle()
    world.account.denied["all"] = DENIED
    row = world.run(fine())
    world.settle(seconds=120)

    assert world.session(row).status is SessionStatus.SUCCEEDED
    assert world.report.trouble == DENIED.message


def test_without_definitions_every_execution_stands_for_itself(world: Watched) -> None:
    world.account.denied["definition"] = DENIED
    row = world.run(fine())
    world.settle()

    assert world.session(row).pipeline.name == "orders"


def test_an_execution_is_read_again_once_aws_answers(world: Watched) -> None:
    row = world.run(failed())
    world.watcher.list_once()
    world.executions.denied["describe"] = AWAY
    with pytest.raises(Unavailable):
        world.watcher.read_once()
    assert world.session(row).status is SessionStatus.FAILED, "the list said so"
    del world.executions.denied["describe"]

    world.settle(seconds=60)

    assert world.store.diagnoses.get(world.session(row).id, "orders")


def test_a_long_list_is_read_down_to_what_is_known(world: Watched) -> None:
    world.settle()
    rows = [fine(f"e-{number}") for number in range(3 * FIRST_PAGE)]
    for row in rows:
        world.account.run(row)
    world.time.sleep(60)
    list_all(world)

    assert {row.execution_arn for row in rows} <= set(world.sightings.kept)


def test_of_a_list_that_breaks_off_nothing_is_lost(world: Watched) -> None:
    world.settle()
    rows = [fine(f"e-{number}") for number in range(2 * FIRST_PAGE)]
    for row in rows:
        world.account.run(row)
    world.time.sleep(60)
    world.account.before = breaking_at(2)
    with pytest.raises(Unavailable):
        list_all(world)
    world.account.before = lambda: None

    world.time.sleep(60)
    list_all(world)

    assert {row.execution_arn for row in rows} <= set(world.sightings.kept)


def list_all(world: Watched) -> None:
    """List every machine that is due."""
    while world.watcher.list_once():
        pass


def breaking_at(call: int) -> Callable[[], None]:
    """A hook that raises once, at a call."""
    calls = iter(range(1, 1_000))

    def count() -> None:
        if next(calls) == call:
            raise AWAY

    return count


def test_what_began_long_before_bunsui_looked_is_left_alone(world: Watched) -> None:
    world.account.run(a_row("orders", "old", NOW - timedelta(days=8), JobStatus.FAILED))
    recent = world.run(a_row("orders", "recent", NOW - timedelta(days=6), JobStatus.FAILED))
    world.settle()

    assert list(world.sightings.kept) == [recent.execution_arn]


def test_a_redrive_in_the_list_opens_the_session_again(world: Watched) -> None:
    row = world.run(failed())
    world.settle()
    again = row.model_copy(
        update={"status": JobStatus.RUNNING, "stopped_at": None, "redrive_count": 1}
    )
    world.run(again)
    world.settle(seconds=60)

    assert world.session(row).status is SessionStatus.RUNNING
    assert world.session(row).runs[0].attempts[0].redrive_count == 1


def test_a_list_that_lags_behind_opens_nothing(world: Watched) -> None:
    row = world.run(failed())
    world.settle()
    world.account.run(row.model_copy(update={"status": JobStatus.RUNNING, "stopped_at": None}))
    world.settle(seconds=60)

    assert world.session(row).status is SessionStatus.FAILED


def test_an_old_failure_that_was_redriven_is_noticed_within_its_bound(world: Watched) -> None:
    """It is far down the list, where no first page shows it."""
    row = world.run(failed())
    world.settle()
    for number in range(2 * FIRST_PAGE):
        world.account.run(fine(f"later-{number}"))
        world.executions.hold(fine(f"later-{number}"))
    world.executions.hold(
        row.model_copy(update={"status": JobStatus.RUNNING, "stopped_at": None}), redrive_count=1
    )
    world.watcher.list_once()
    promised = world.report.redriven.promised_s
    began = world.time.seconds

    while world.session(row).status is not SessionStatus.RUNNING:
        world.time.sleep(1.0)
        world.watcher.read_once()
        assert world.time.seconds - began <= promised


def test_tags_are_read_once_a_day(tmp_path: Path) -> None:
    account = FakeAccount(a_machine("orders"), a_machine("parcels"))
    account.tagged[machine_arn("orders")] = {"team": "data"}
    world = Watched(tmp_path, account, selection=Selection(include=("tag:team=data",)))
    for _ in range(10):
        world.settle(seconds=300)

    assert [one.machine.name for one in world.store.watches.machines() if one.is_watched] == [
        "orders"
    ]
    assert len([call for call in account.calls if call[0] == "tags"]) == 2


def test_an_express_machine_is_never_listed(tmp_path: Path) -> None:
    account = FakeAccount(a_machine("clicks", MachineKind.EXPRESS))
    world = Watched(tmp_path, account)
    world.settle(seconds=60)

    (one,) = world.store.watches.machines()
    assert "Express" in one.why_not
    assert not account.calls


def test_many_tags_are_read_some_at_a_time(tmp_path: Path) -> None:
    names = [f"m-{number:02}" for number in range(MOST_TAGS + 5)]
    world = Watched(
        tmp_path,
        FakeAccount(*map(a_machine, names)),
        selection=Selection(exclude=("tag:state=retired",)),
    )
    world.watcher.list_once()
    assert sum(one.is_watched for one in world.store.watches.machines()) == MOST_TAGS

    world.watcher.list_once()

    assert all(one.is_watched for one in world.store.watches.machines())


def test_while_aws_does_not_answer_the_report_says_so_and_grows_older(world: Watched) -> None:
    world.settle()
    before = world.report.swept.measured_s or 0
    world.account.denied["all"] = AWAY
    world.time.sleep(600)
    with pytest.raises(Unavailable):
        world.watcher.list_once()

    assert world.report.trouble == AWAY.message
    assert (world.report.swept.measured_s or 0) >= before + 600
    del world.account.denied["all"]
    for _ in range(3):
        world.settle(seconds=30)

    assert (world.report.trouble, world.report.is_kept) == ("", True)


def test_what_is_still_to_be_read_is_counted_and_said(world: Watched) -> None:
    for number in range(BACKLOG + 1):
        world.account.run(failed(f"e-{number}"))
    world.watcher.list_once()
    world.watcher.list_once()
    world.time.sleep(60)
    world.watcher.list_once()

    assert world.report.unread == BACKLOG + 1
    assert f"{BACKLOG + 1} still to be read" in said(world.report)
