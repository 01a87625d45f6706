"""From the archive of a failure to the verdict on it."""

from __future__ import annotations

import pytest

from bunsui_core.app.archive import Shelf, archive_closed, recall
from bunsui_core.app.case import Aim, case_of
from bunsui_core.app.diagnose import diagnose_job
from bunsui_core.domain.archived import ArchivedExecution
from bunsui_core.domain.judge import judge
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.verdict import Mode, Ruling, Subject, Verdict
from bunsui_core.ports.observe import CodeState
from tests.builders import NOW, a_session, execution, later
from tests.unit.histories import event, failed, observed, task
from tests.unit.seen import World
from tests.unit.test_reading_jobs import Memory, MemoryArchive, MemoryBlobs

CAUSE = '{"errorMessage": "name \'currency\' is not defined", "errorType": "NameError"}'


class Deployed(World):
    """A world in which a function has a bug."""

    def __init__(self) -> None:
        super().__init__()
        self.events = (
            event(1, 0, "ExecutionStarted"),
            *task(2, 0, "Load", "NameError", CAUSE),
            failed(5, 4, "NameError", CAUSE),
        )
        self.observation = observed(error="NameError", cause=CAUSE, stopped_at=later(seconds=5))
        self.sha, self.code_at = "first", NOW

    def code(self, function: str) -> CodeState:
        """Return the function as it is deployed."""
        return CodeState(
            function=function,
            code_sha256=self.sha,
            modified_at=self.code_at,
            settings="same",
            limits="128 MB, 3 s, 512 MB of disk",
        )

    def deploy(self, sha: str) -> None:
        """Deploy the function, which moves its time of change."""
        self.sha, self.code_at = sha, later(minutes=30)


def archived(world: World) -> ArchivedExecution:
    """The archive that the worker makes right after the failure."""
    memory = Memory()
    shelf = Shelf(archive=MemoryArchive(memory), blobs=MemoryBlobs(memory))
    archive_closed(a_session(), shelf, world.seeing, later(seconds=8))
    kept = recall(execution("extract"), 0, shelf)
    assert kept is not None
    return kept


def verdict(
    world: World,
    kept: ArchivedExecution | None,
    mode: Mode = Mode.REDRIVE,
    effect: SideEffect = SideEffect.IDEMPOTENT,
) -> Verdict:
    """What is said an hour later."""
    seeing, now = world.seeing, later(hours=1)
    diagnosis = diagnose_job(a_session(), "extract", seeing.executions, seeing.logs, now)
    ended = (world.describe(execution("extract")), world.events)
    case = case_of(diagnosis, ended, Aim(effect), kept, seeing, now)
    return judge(mode, case, now)


def test_a_failure_is_archived_with_how_everything_stood() -> None:
    standing = {one.subject: one.state for one in archived(Deployed()).standing}

    assert standing[Subject.CODE] == "first"
    assert {Subject.SETTINGS, Subject.LIMITS, Subject.DEFINITION} <= set(standing)


def test_a_deployment_of_the_same_code_is_no_change_beside_what_was_recorded() -> None:
    world = Deployed()
    kept = archived(world)

    world.deploy("first")

    assert verdict(world, kept).ruling is Ruling.HOPELESS
    assert verdict(world, None).ruling is Ruling.SAFE  # only the time of the change is known


@pytest.mark.parametrize("mode", [Mode.REDRIVE, Mode.ENTER_AT, Mode.RESTART])
def test_other_code_than_was_recorded_is_worth_another_run(mode: Mode) -> None:
    world = Deployed()
    kept = archived(world)

    world.deploy("second")

    assert verdict(world, kept, mode).ruling is Ruling.SAFE
    assert verdict(world, kept, mode, SideEffect.EXTERNAL).ruling is Ruling.UNSAFE


def test_an_archive_of_an_older_bunsui_is_judged_by_times_of_change() -> None:
    world = Deployed()
    kept = archived(world).model_copy(update={"standing": ()})
    assert verdict(world, kept).ruling is Ruling.HOPELESS

    world.deploy("second")

    assert verdict(world, kept).ruling is Ruling.SAFE
