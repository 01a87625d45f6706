"""`Watches`: machines by name, each stored over what was known, and the last report."""

from __future__ import annotations

import pytest

from bunsui_core.domain.freshness import Bound, Feed, Watch
from bunsui_core.domain.machine import WatchedMachine
from bunsui_core.ports.watch import Watches
from tests.builders import NOW, later
from tests.contract.conftest import Home
from tests.watched import MemoryWatches, a_machine, machine_arn


@pytest.fixture(params=["files", "table", "memory"])
def watches(request: pytest.FixtureRequest) -> Watches:
    if request.param == "memory":
        return MemoryWatches()
    home: Home = request.getfixturevalue(request.param)
    return home.watches


def watched(name: str, **changes: object) -> WatchedMachine:
    """A machine that is watched."""
    return WatchedMachine(machine=a_machine(name), since=NOW).model_copy(update=changes)


def a_report(**changes: object) -> Watch:
    """What a worker measured."""
    bound = Bound(promised_s=60, measured_s=3)
    report = Watch(
        at=NOW,
        feed=Feed.POLLING,
        own=bound,
        found=bound,
        swept=bound,
        redriven=bound,
        machines=2,
        unwatched=1,
    )
    return report.model_copy(update=changes)


def test_machines_come_by_name(watches: Watches) -> None:
    watches.put_machines((watched("b"), watched("c"), watched("a")))

    assert [one.machine.name for one in watches.machines()] == ["a", "b", "c"]


def test_a_machine_is_stored_over_what_was_known_of_it(watches: Watches) -> None:
    watches.put_machines((watched("a"), watched("b")))
    read = watched("a", read_at=later(seconds=1), running=3)
    watches.put_machines((read,))

    assert watches.machines() == (read, watched("b"))


def test_a_machine_that_is_gone_is_forgotten_and_the_others_stay(watches: Watches) -> None:
    watches.put_machines((watched("a"), watched("b")))
    watches.forget((machine_arn("a"), machine_arn("never-there")))

    assert watches.machines() == (watched("b"),)


def test_the_newest_report_is_the_one_that_counts(watches: Watches) -> None:
    assert watches.report() is None

    watches.put_report(a_report())
    watches.put_report(a_report(machines=3))

    assert watches.report() == a_report(machines=3)


def test_another_account_sees_none_of_it(home: Home) -> None:
    home.watches.put_machines((watched("a"),))
    home.watches.put_report(a_report())
    other = home.another(account="999999999999").watches

    assert other.machines() == ()
    assert other.report() is None
