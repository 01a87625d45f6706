"""A request that its asker took back keeps its plan from running, until it has begun."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bunsui_core.adapters.local.connect import open_file
from bunsui_core.adapters.local.control.schema import create
from bunsui_core.app.execute import execute
from bunsui_core.app.lease import LEASE, Turn
from bunsui_core.domain.approval import ApprovalStatus, EffectState
from bunsui_core.domain.errors import Unavailable
from tests.builders import a_request
from tests.fakes import Crash, CrashPoint
from tests.local_home import LocalHome
from tests.unit.desk_kit import Bench
from tests.unit.test_execute import FINAL, dying, status, turn
from tests.withdrawals import a_withdrawal


def test_a_request_that_was_taken_back_is_never_executed_though_it_was_approved(
    bench: Bench,
) -> None:
    asked = bench.submit()
    bench.decide(asked)
    request = bench.store.requests.withdraw(a_withdrawal())

    assert execute(request, bench.hands(), turn()) is None
    assert status(bench, request) is ApprovalStatus.WITHDRAWN
    assert bench.world.effects == []


def test_a_withdrawal_that_comes_after_the_executor_looked_still_keeps_it_from_running(
    bench: Bench,
) -> None:
    looked_at = bench.submit()
    bench.decide(looked_at)
    bench.store.requests.withdraw(a_withdrawal())

    assert execute(looked_at, bench.hands(), turn()) is EffectState.WITHDRAWN
    assert status(bench, looked_at) is ApprovalStatus.WITHDRAWN
    assert bench.world.effects == []


def test_a_withdrawal_stops_nothing_that_has_begun(bench: Bench) -> None:
    request = bench.submit()
    bench.decide(request)
    with pytest.raises(Crash):
        execute(request, dying(bench.hands(), CrashPoint(3, after=True)), turn())
    bench.store.requests.withdraw(a_withdrawal())

    later = Turn("worker-2", turn().now + LEASE + timedelta(seconds=1))

    assert execute(request, bench.hands(), later) in FINAL
    assert len(bench.world.effects) == 1


def test_an_inbox_of_the_first_version_is_brought_up_to_date_with_what_was_asked(
    tmp_path: Path,
) -> None:
    home = LocalHome(tmp_path / "home")
    asked = home.requests.submit(a_request())
    with closing(open_file(home.inbox_path, "rw")) as connection:
        connection.execute("DROP TABLE withdrawals")
        connection.execute("PRAGMA user_version = 1")
    with pytest.raises(Unavailable, match=r"older.*bunsui worker"):
        home.requests.newest(10)

    create(home.store_path, home.inbox_path)

    assert home.requests.newest(10) == (asked,)
    assert home.requests.withdraw(a_withdrawal()).withdrawn == a_withdrawal()
