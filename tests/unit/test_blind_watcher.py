"""What a watcher's report says while AWS cannot be read, or never could."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bunsui_core.app.measure import NOT_YET, begin
from bunsui_core.domain.errors import BunsuiError, NotAuthorised, Refused, Unavailable
from tests.unit.watching_kit import Watched
from tests.watched import FakeAccount, a_machine, machine_arn

DENIED = NotAuthorised("states:X is denied.", "Ask for it.")
REFUSED = Refused("the profile is of another account.", "Choose another.")
AWAY = Unavailable("AWS does not answer.", "Try again.")


@pytest.fixture
def world(tmp_path: Path) -> Watched:
    """An account of two machines."""
    return Watched(tmp_path, FakeAccount(a_machine("orders"), a_machine("parcels")))


@pytest.mark.parametrize("error", [AWAY, DENIED, REFUSED])
def test_where_nothing_could_ever_be_read_the_report_says_so(
    tmp_path: Path, error: BunsuiError
) -> None:
    world = Watched(tmp_path, FakeAccount())
    world.account.denied["all"] = error
    for _ in range(2):
        with suppress(Unavailable, Refused):
            world.watcher.list_once()
        world.time.sleep(60)

    assert world.report.blind
    assert (world.report.blind.since, world.report.blind.why) == (None, error.message)


def test_an_empty_account_that_can_be_read_is_no_trouble(tmp_path: Path) -> None:
    world = Watched(tmp_path, FakeAccount())
    world.settle()

    assert (world.report.blind, world.report.trouble) == (None, "")


def test_where_every_machine_is_denied_nothing_is_known_since_then(world: Watched) -> None:
    world.settle()
    world.settle(seconds=60)
    last = world.report.found_as_of
    world.account.denied |= {machine_arn(name): DENIED for name in ("orders", "parcels")}
    world.settle(seconds=120)
    world.settle(seconds=120)

    assert world.report.blind
    assert world.report.blind.why == DENIED.message
    assert last
    assert world.report.blind.since
    assert last <= world.report.blind.since <= last + timedelta(seconds=125)

    world.account.denied.clear()
    world.settle(seconds=120)
    world.settle(seconds=120)

    assert world.report.blind is None


def test_while_aws_does_not_answer_it_is_said_since_when(world: Watched) -> None:
    world.settle()
    world.settle(seconds=60)
    last = world.report.found_as_of
    world.account.denied["all"] = AWAY
    for _ in range(3):
        world.time.sleep(600)
        with pytest.raises(Unavailable):
            world.watcher.list_once()

    assert world.report.blind
    assert world.report.blind.since == last


def test_before_the_first_look_the_report_says_that_nothing_is_read_yet(world: Watched) -> None:
    begin(world.store.watches, world.pulse, world.time())
    assert world.report.blind
    assert world.report.blind.why == NOT_YET

    world.settle(seconds=60)
    begin(world.store.watches, world.pulse, world.time())

    assert world.report.blind is None
