"""A plan of several steps: in order, stopped where one is not done, and by whoever may brake."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bunsui_core.app.execute import execute
from bunsui_core.app.lease import LEASE, Turn
from bunsui_core.domain.approval import (
    Answer,
    ApprovalStatus,
    EffectState,
    Request,
    StepState,
    Withdrawal,
    fold,
)
from bunsui_core.domain.session import JobRun
from bunsui_core.domain.waves import Waves
from tests.builders import INPUT, NOW, a_failed_attempt, a_redrive, a_session, execution
from tests.fakes import Crash, CrashPoint
from tests.unit.desk_kit import Bench
from tests.unit.test_execute import dying

POINTS = 11
"""Calls that change something of a plan of three redrives: one claim, three a step, one finish."""


def turn(seconds: float = 0, executor: str = "worker-1") -> Turn:
    return Turn(executor, NOW + timedelta(seconds=60 + seconds))


def arn(number: int) -> str:
    return execution("extract", session_id=f"s-{number}")


def asked(bench: Bench, waves: Waves | None = None) -> Request:
    """An approved plan that redrives three sessions."""
    for number in (1, 2, 3):
        attempt = a_failed_attempt(execution_arn=arn(number))
        first = JobRun(job="extract", attempts=(attempt,))
        runs = (first, JobRun(job="transform"), JobRun(job="load"))
        bench.store.sessions.save(a_session(id=f"s-{number}", runs=runs))
        bench.world.add_failed(arn(number), INPUT)
    steps = tuple(a_redrive(session_id=f"s-{n}", execution_arn=arn(n)) for n in (1, 2, 3))
    request = bench.submit(steps=steps, waves=waves)
    bench.decide(request)
    return request


def redriven(bench: Bench) -> list[str]:
    return [one.rsplit("-", 1)[-1] for one in bench.world.effects]


def note(bench: Bench, request: Request) -> str:
    effect = bench.store.requests.effect(request.id)
    assert effect
    return effect.note


def test_steps_are_done_in_their_order(bench: Bench) -> None:
    request = asked(bench)

    assert execute(request, bench.hands(), turn()) is EffectState.DONE
    assert redriven(bench) == ["1", "2", "3"]


def test_a_step_that_finds_another_world_stops_the_plan_and_says_how_far_it_is(
    bench: Bench,
) -> None:
    request = asked(bench)
    bench.world.redrive(arn(2), "somebody-else")
    bench.world.effects.clear()

    assert execute(request, bench.hands(), turn()) is EffectState.STALE
    assert redriven(bench) == ["1"]
    assert note(bench, request) == (
        "step 2 of 3 (redrive of extract): nothing was called: status was FAILED, is RUNNING; "
        "redrives was 0, is 1; last event was 7, is 8; done: 1; not begun: 3; "
        "what is left needs a new request"
    )
    effect = bench.store.requests.effect(request.id)
    assert effect
    assert [step.state for step in effect.steps] == [StepState.DONE, StepState.FAILED]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("point", range(1, POINTS + 1))
def test_a_crash_at_any_point_of_three_steps_repeats_and_skips_none(
    bench: Bench, point: int, after: bool
) -> None:
    request = asked(bench)
    with pytest.raises(Crash):
        execute(request, dying(bench.hands(), CrashPoint(point, after)), turn())
    for late in (1, 2):
        execute(request, bench.hands(), turn(late * (LEASE.total_seconds() + 1), "worker-2"))

    effect = bench.store.requests.effect(request.id)
    assert effect
    assert effect.state in {EffectState.DONE, EffectState.DONE_AMBIGUOUS}
    done = redriven(bench)
    assert done == ["1", "2", "3"][: len(done)]
    if effect.state is EffectState.DONE:
        assert done == ["1", "2", "3"]
    else:
        assert len(done) == len(effect.steps)


def after_first_step(bench: Bench, request: Request) -> None:
    """Let an executor die when the first of three steps is done."""
    with pytest.raises(Crash):
        execute(request, dying(bench.hands(), CrashPoint(4, after=True)), turn())


def test_who_approved_stops_what_is_not_begun(bench: Bench) -> None:
    request = asked(bench)
    after_first_step(bench, request)
    bench.decide(request, Answer.REJECT)
    requests = bench.store.requests
    told = fold(request, requests.decisions(request.id), requests.effect(request.id), NOW)
    late = turn(LEASE.total_seconds() + 1, "worker-2")

    assert told.status is ApprovalStatus.EXECUTING
    assert "hanako stopped what is not begun" in told.note
    assert execute(request, bench.hands(), late) is EffectState.FAILED
    assert redriven(bench) == ["1"]
    assert "hanako rejected it" in note(bench, request)
    assert note(bench, request).endswith("done: 1; not begun: 3; what is left needs a new request")


def test_without_a_stop_the_rest_is_done(bench: Bench) -> None:
    request = asked(bench)
    after_first_step(bench, request)
    late = turn(LEASE.total_seconds() + 1, "worker-2")

    assert execute(request, bench.hands(), late) is EffectState.DONE
    assert redriven(bench) == ["1", "2", "3"]


def test_a_stop_between_the_claim_and_the_first_step_is_seen(bench: Bench) -> None:
    request = asked(bench)
    with pytest.raises(Crash):
        execute(request, dying(bench.hands(), CrashPoint(1, after=True)), turn())
    bench.decide(request, Answer.REJECT)
    late = turn(LEASE.total_seconds() + 1, "worker-2")

    assert execute(request, bench.hands(), late) is EffectState.STALE
    assert redriven(bench) == []


@pytest.mark.parametrize("called", [False, True], ids=["before the call", "after the call"])
def test_a_wave_that_is_taken_back_leaves_no_step_in_doubt(bench: Bench, called: bool) -> None:
    """Its executor died around a call: it is looked at, and nothing is called any more."""
    request = asked(bench, Waves(canary=1, size=2, most_failures=1))
    with pytest.raises(Crash):
        execute(request, dying(bench.hands(), CrashPoint(3, after=called)), turn())
    taken = Withdrawal(request_id=request.id, by="agent:claude", reason="enough", at=NOW)
    bench.store.requests.withdraw(taken)
    late = turn(LEASE.total_seconds() + 1, "worker-2")

    assert execute(request, bench.hands(), late) is EffectState.FAILED
    assert redriven(bench) == ["1"] * called
    effect = bench.store.requests.effect(request.id)
    assert effect
    assert [step.state for step in effect.steps] != [StepState.INTENDED]
    told = "1 running, 2 not touched" if called else "1 left out, 2 not touched"
    assert told in effect.note


def test_a_lease_is_renewed_while_a_long_plan_goes_on(bench: Bench) -> None:
    request, passed = asked(bench), [0.0]

    def slowly() -> timedelta:
        passed[0] += 1.0
        return timedelta(seconds=passed[0])

    state = execute(request, bench.hands(), Turn("worker-1", turn().now, slowly))

    assert passed[0] > LEASE.total_seconds()
    assert state is EffectState.DONE


def test_an_executor_that_was_silent_for_too_long_calls_nothing(bench: Bench) -> None:
    from bunsui_core.domain.errors import Conflict

    request, passed = asked(bench), [0.0]

    def asleep() -> timedelta:
        passed[0] += 12.0
        return timedelta(seconds=passed[0])

    with pytest.raises(Conflict, match="silent for too long"):
        execute(request, bench.hands(), Turn("worker-1", turn().now, asleep))
    assert redriven(bench) == []
