"""What was approved once is not done again from a copy of the store, nor elsewhere."""

from __future__ import annotations

import shutil
from copy import copy
from pathlib import Path

import pytest

from bunsui_core.adapters.local.control.decisions import LocalDecisions
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.app import execute as executing
from bunsui_core.app import repair as repairing
from bunsui_core.app.execute import execute
from bunsui_core.app.lease import Turn
from bunsui_core.domain.approval import EffectState, Request
from bunsui_core.domain.errors import Conflict
from bunsui_core.settings import Settings
from bunsui_core.wiring.store import store
from tests.builders import ACCOUNT, REGION, later
from tests.unit.desk_kit import Bench


def turn(minutes: int = 6) -> Turn:
    return Turn("worker-1", later(minutes=minutes))


def copied(bench: Bench, folder: Path) -> Bench:
    """A copy of everything that lies in a home, in front of the same Step Functions."""
    shutil.copytree(bench.settings.home, folder)
    made = copy(bench)
    made.settings = Settings(home=folder)
    made.connection = StoreWriter(made.settings.store_path, ACCOUNT, REGION)
    made.store = store(made.settings, made.connection)
    return made


@pytest.fixture
def approved(bench: Bench) -> Request:
    """A redrive that was approved and not executed yet."""
    request = bench.submit()
    bench.decide(request)
    return request


def test_a_copy_of_the_store_executes_nothing_that_was_executed(
    bench: Bench, approved: Request, tmp_path: Path
) -> None:
    other = copied(bench, tmp_path / "copy")

    assert execute(approved, bench.hands(), turn()) is EffectState.DONE
    assert execute(approved, other.hands(), turn(7)) is EffectState.STALE
    assert len(bench.world.effects) == 1


def test_without_a_look_at_the_world_a_copy_would_do_it_again(
    bench: Bench, approved: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = copied(bench, tmp_path / "copy")
    execute(approved, bench.hands(), turn())
    bench.world.add_failed(*failed_again(bench))
    for module in (executing, repairing):
        monkeypatch.setattr(module, "check", lambda _: None)

    execute(approved, other.hands(), turn(7))

    assert len(bench.world.effects) == 2


def failed_again(bench: Bench) -> tuple[str, str]:
    attempt = bench.session.runs[0].attempts[0]
    assert attempt.execution_arn
    return attempt.execution_arn, attempt.input


def test_the_same_request_is_executed_once_from_one_store(bench: Bench, approved: Request) -> None:
    first = execute(approved, bench.hands(), turn())
    again = execute(approved, bench.hands(), turn(60))

    assert (first, again) == (EffectState.DONE, None)
    assert len(bench.world.effects) == 1


def test_a_decision_is_recorded_once_and_not_again_under_another_request(
    bench: Bench, approved: Request
) -> None:
    (signed,) = bench.store.requests.decisions(approved.id)
    execute(approved, bench.hands(), turn())
    twin = bench.submit(request_id="r-twin")
    words = signed.decision.model_copy(update={"request_id": twin.id})
    decisions = LocalDecisions(bench.connection)

    with pytest.raises(Conflict):
        decisions.append(signed)
    decisions.append(signed.model_copy(update={"decision": words}))

    assert execute(twin, bench.hands(), turn()) is None
    assert len(bench.world.effects) == 1
