"""The conductor's protocol: stored before it is done, done once, repaired by repetition."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier

import pytest

from bunsui_core.app.advance import advance_session
from bunsui_core.app.fulfil import FRESH
from bunsui_core.domain.errors import Conflict
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.looking import AGAIN
from bunsui_core.domain.performed import SURE_AFTER
from bunsui_core.domain.session import JobStatus, Session, SessionStatus, Wish
from bunsui_core.ports.control import Started
from tests.builders import NOW, a_pipeline
from tests.fakes import Crash, CrashPoint, FakeStepFunctions
from tests.race import together
from tests.unit.conducting_kit import WIDE, Conducting, dying, referring, sleeping
from tests.unit.desk_kit import Bench

PATIENCE = 10.0


@pytest.fixture
def conducting(bench: Bench) -> Conducting:
    """A session of three jobs in a row, of which nothing has begun."""
    return Conducting(bench)


@pytest.fixture
def wide(bench: Bench) -> Conducting:
    """A session of three jobs that wait for nothing."""
    return Conducting(bench, pipeline=WIDE)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_around_any_single_call_starts_nothing_twice_and_loses_nothing(
    bench: Bench, after: bool
) -> None:
    was_reached, number = True, 0
    while was_reached:
        number += 1
        conducting, point = Conducting(bench, id=f"s-{after}-{number}"), CrashPoint(number, after)
        means = dying(conducting, point)
        for _ in range(8):
            try:
                advance_session(conducting.id, means)
            except Crash:
                means = conducting.means
            conducting.succeed()
        was_reached = point.was_reached

        names = [f"start {conducting.id}-{job}-a1" for job in a_pipeline().order]
        assert conducting.world.effects == names
        assert conducting.session.status is SessionStatus.SUCCEEDED
    assert number > 15


def test_two_workers_at_once_start_a_job_once_and_agree(conducting: Conducting) -> None:
    """Both find a start that a third one, which died, had decided."""
    with pytest.raises(Crash):
        advance_session(conducting.id, dying(conducting, CrashPoint(3, after=False)))
    barrier = Barrier(2)

    class Meeting(FakeStepFunctions):
        def start(self, machine: str, name: str, text: str) -> Started:
            barrier.wait(PATIENCE)
            return super().start(machine, name, text)

    conducting.world = Meeting()
    ends = together(conducting.advance, conducting.advance)

    assert conducting.world.effects == ["start s-new-extract-a1"]
    assert conducting.last("extract").status is JobStatus.RUNNING
    assert sum(isinstance(one, Conflict) for one in ends) <= 1


def test_a_cancelled_session_stops_what_runs_and_settles_in_one_round(wide: Conducting) -> None:
    wide.advance()
    wide.wish(Wish.CANCEL)

    wide.advance()

    assert wide.session.status is SessionStatus.CANCELLED
    assert {run.status for run in wide.session.runs} == {JobStatus.ABORTED}
    assert sorted(wide.world.effects)[3:] == [f"stop s-new-{job}-a1" for job in "abc"]


def test_what_somebody_redrives_of_a_cancelled_session_is_not_stopped_again(
    wide: Conducting,
) -> None:
    wide.advance()
    wide.wish(Wish.CANCEL)
    wide.advance()
    arn = next(iter(wide.world.executions))
    wide.world.redrive(arn, "somebody")

    advance_session(wide.id, wide.means, AGAIN)

    assert wide.world.running() == (arn,)
    assert wide.session.status is SessionStatus.CANCELLED


def test_a_paused_session_starts_nothing_and_goes_on_where_it_was(conducting: Conducting) -> None:
    conducting.advance()
    conducting.wish(Wish.PAUSE)
    conducting.world.succeed(conducting.world.running()[0])

    conducting.advance()
    assert conducting.session.status is SessionStatus.PAUSED
    assert conducting.world.running() == ()

    conducting.wish(Wish.RUN)
    conducting.advance()
    assert conducting.last("transform").status is JobStatus.RUNNING


def test_what_is_started_after_another_worker_gave_it_up_is_stopped_and_told(
    bench: Bench,
) -> None:
    """It slept between its last look and its call, which nothing can prevent."""
    conducting = referring(bench)

    def cancelled() -> None:
        conducting.wish(Wish.CANCEL)
        conducting.clock.now += SURE_AFTER
        conducting.advance()

    with pytest.raises(Conflict):
        advance_session(conducting.id, sleeping(conducting, cancelled, 0))
    assert conducting.world.effects[-1] == "stop s-new-extract-a1"
    conducting.advance()

    last = conducting.last("extract")
    assert last.status is JobStatus.ABORTED
    assert last.execution_arn in conducting.world.executions
    assert conducting.world.running() == ()
    assert conducting.session.status is SessionStatus.CANCELLED


def test_a_worker_that_slept_does_nothing_of_what_was_decided_before(bench: Bench) -> None:
    conducting = referring(bench, pipeline=WIDE)

    def cancelled() -> None:
        conducting.wish(Wish.CANCEL)

    asleep = sleeping(conducting, cancelled, FRESH.total_seconds() + 1)
    with pytest.raises(Conflict, match="another worker"):
        advance_session(conducting.id, asleep)

    assert conducting.world.effects == ["start s-new-a-a1"]


def test_nothing_is_stopped_that_another_worker_let_go_on(wide: Conducting) -> None:
    """The stops were decided by a worker that died; this one read them just before."""
    wide.advance()
    wide.sessions.save(cancelling(wide.session))
    world = wide.world

    class Late(FakeStepFunctions):
        def describe(self, execution_arn: str) -> Observation:
            wide.wish(Wish.RUN)
            return super().describe(execution_arn)

    late = Late()
    late.executions = world.executions
    with pytest.raises(Conflict, match="another worker"):
        advance_session(wide.id, replace(wide.means, executions=late))

    assert len(world.running()) == 3


def cancelling(session: Session) -> Session:
    """A session as it is stored when its stops are decided and not done."""
    runs = tuple(
        run.model_copy(
            update={
                "attempts": tuple(
                    one.model_copy(update={"started_at": NOW, "redrive_status": "NOT_REDRIVABLE"})
                    for one in run.attempts
                )
            }
        )
        for run in session.runs
    )
    update = {"runs": runs, "wish": Wish.CANCEL, "status": SessionStatus.CANCELLING}
    return session.model_copy(update=update)


def test_what_somebody_redrives_after_the_session_failed_goes_on_when_it_is_looked_at_again(
    conducting: Conducting,
) -> None:
    conducting.advance()
    (arn,) = conducting.world.running()
    conducting.world.fail_again(arn)
    conducting.advance()

    conducting.world.redrive(arn, "somebody")
    unseen = conducting.advance().session.status
    seen = advance_session(conducting.id, conducting.means, AGAIN).session.status

    assert (unseen, seen) == (SessionStatus.FAILED, SessionStatus.RUNNING)
