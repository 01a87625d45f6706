"""Scenes that fail inside something: how they are read, and what then helps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.scenes.branch import FailingBranch
from bunsui_core.adapters.emulator.scenes.container import ExitCode
from bunsui_core.adapters.emulator.scenes.foreign import ForeignMachine
from bunsui_core.adapters.emulator.scenes.iteration import FailingIteration
from bunsui_core.adapters.emulator.scenes.nested import NestedExecution
from bunsui_core.adapters.emulator.scenes.two_reasons import TwoReasons
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.verdict import Mode, Ruling
from bunsui_core.ports.observe import Seeing
from tests.emulator.embedded import Embedded
from tests.emulator.told import Told, eyes

pytestmark = pytest.mark.slow

Scene = Callable[[str], Told]


@pytest.fixture(scope="module")
def account(aws: Embedded) -> Iterator[Account]:
    with Account(aws.server, aws.key("root")) as made:
        yield made


@pytest.fixture(scope="module")
def seeing(aws: Embedded) -> Iterator[Seeing]:
    with eyes(aws) as seen:
        yield seen


@pytest.fixture(params=[1, 2, 3])
def scene(aws: Embedded, account: Account, seeing: Seeing, request: pytest.FixtureRequest) -> Scene:
    """Deploys a scene by its name, for each of three seeds."""
    return lambda name: Told(aws, account, seeing, name, request.param)


def test_a_bad_item_is_named_by_its_iteration_and_corrected(scene: Scene) -> None:
    told = scene("failing-iteration")
    assert isinstance(told.play, FailingIteration)

    found = told.failed()
    assert found.failure.state_path == (f"{told.play.state}[{told.play.bad}]", "ParseInvoice")
    assert f"/in/{told.play.bad:03d}.json" in (found.failure.state_input or "")
    assert found.failure.iterations is not None
    assert found.failure.iterations.failed == 1
    assert f"(1 of {found.failure.iterations.total} iterations failed)" in found.summary
    assert found.category is Category.BAD_INPUT_DATA
    assert told.verdict(Mode.REDRIVE).ruling is Ruling.HOPELESS

    assert not told.is_witnessed()

    told.meanwhile()
    assert told.verdict(Mode.REDRIVE).ruling is Ruling.SAFE
    assert told.executions[told.job].redriven().status == "SUCCEEDED"
    assert told.is_witnessed()


def test_a_branch_that_met_a_fault_is_named_and_passes_the_second_time(scene: Scene) -> None:
    told = scene("failing-branch")
    assert isinstance(told.play, FailingBranch)

    found = told.failed()

    assert found.failure.state_path == (told.play.state, f"Build{told.play.broken}")
    assert (found.category, found.transient) == (Category.SERVICE_FAULT, True)
    assert told.verdict(Mode.REDRIVE).ruling is Ruling.SAFE
    assert told.executions[told.job].redriven().status == "SUCCEEDED"


def test_a_nested_failure_is_followed_down_to_its_code_until_that_is_fixed(scene: Scene) -> None:
    told = scene("nested-execution")
    assert isinstance(told.play, NestedExecution)

    found = told.failed()
    below = [one.state_path for one in found.failure.nested]
    assert found.failure.state_path == (told.play.waiting,)
    assert below == [*((name,) for name in told.play.between), (told.play.broken,)]
    assert found.failure.resource.endswith("load-catalogue")
    assert found.category is Category.CODE_BUG
    assert any("KeyError" in line.text for line in found.logs)
    assert told.verdict(Mode.REDRIVE).ruling is not Ruling.SAFE

    told.meanwhile()
    assert told.verdict(Mode.REDRIVE).ruling is Ruling.SAFE
    assert told.executions[told.job].redriven().status == "SUCCEEDED"


def test_an_exit_code_is_read_with_the_log_of_its_container(scene: Scene) -> None:
    told = scene("exit-code")
    assert isinstance(told.play, ExitCode)

    found = told.failed()
    task = found.failure.task
    assert found.failure.state_path == (told.play.state,)
    assert task is not None
    assert task.exit_code == told.play.code
    assert f"exit code {told.play.code}" in found.failure.message
    assert "local process" in found.summary
    assert any(f"part-{told.play.late:02d}.csv is not there" in line.text for line in found.logs)
    assert found.category is Category.UNKNOWN
    assert told.verdict(Mode.REDRIVE).ruling is Ruling.UNKNOWN

    told.meanwhile()
    assert told.executions[told.job].redriven().status == "SUCCEEDED"


def test_a_foreign_machine_that_died_in_its_fail_state_is_only_helped_by_a_restart(
    scene: Scene,
) -> None:
    told = scene("foreign-machine")
    assert isinstance(told.play, ForeignMachine)

    found = told.failed()
    assert found.failure.died_in_fail_state
    assert found.failure.state_path == (told.play.died,)
    assert found.failure.caught_path == (told.play.broken,)
    assert found.category is Category.MISSING_RESOURCE
    assert found.logs

    told.meanwhile()
    assert told.verdict(Mode.REDRIVE).ruling is Ruling.HOPELESS
    assert told.verdict(Mode.RESTART).ruling is Ruling.SAFE
    assert told.executions[told.job].redriven().status == "FAILED"
    assert told.run().status == "SUCCEEDED"


def test_two_jobs_of_a_session_have_each_their_own_cause(scene: Scene) -> None:
    told = scene("two-reasons")
    assert isinstance(told.play, TwoReasons)

    throttled, misfed = told.failed(told.play.throttled), told.failed(told.play.misfed)

    assert throttled.category is Category.THROTTLING
    assert misfed.category is Category.BAD_INPUT_DATA
    told.meanwhile()
    for job in (told.play.throttled, told.play.misfed):
        assert told.verdict(Mode.REDRIVE, job).ruling is Ruling.SAFE
        assert told.executions[job].redriven().status == "SUCCEEDED"


def test_sessions_of_a_storm_fail_alike_until_their_shared_file_is_corrected(scene: Scene) -> None:
    told = scene("storm")
    staged = told.play.stage(told.account, "many")
    assert len({one.session_input for one in staged}) == len(staged) == 20

    first, second = told.failed(), told.failed()
    assert first.failure.message == second.failure.message
    assert first.failure.state_path == second.failure.state_path
    assert not told.is_witnessed()

    told.meanwhile()
    assert told.verdict(Mode.REDRIVE).ruling is Ruling.SAFE
    assert told.executions[told.job].redriven().status == "SUCCEEDED"
