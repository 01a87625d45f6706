"""What was approved happens once, whatever dies and whoever else acts."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from bunsui_core.app.execute import execute
from bunsui_core.app.lease import LEASE, Turn
from bunsui_core.app.perform import Hands
from bunsui_core.domain.approval import Answer, ApprovalStatus, EffectState, Request, fold
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.plan import RedriveJob, RestartJob
from bunsui_core.domain.session import JobRun, SessionStatus
from bunsui_core.ports.control import Control, Effects, Runner
from tests.builders import (
    NOW,
    a_pipeline,
    a_redrive,
    a_restart,
    a_start,
    an_attempt,
    execution,
    machine,
)
from tests.fakes import Crash, CrashPoint
from tests.unit.desk_kit import Bench

FINAL = {EffectState.DONE, EffectState.DONE_AMBIGUOUS}
POINTS = 6
"""Calls of one step that change something: claim, intent, call, save, record, finish."""


def turn(seconds: float = 0) -> Turn:
    return Turn("worker-1", NOW + timedelta(seconds=60 + seconds))


def status(bench: Bench, request: Request) -> ApprovalStatus:
    requests = bench.store.requests
    found = fold(request, requests.decisions(request.id), requests.effect(request.id), turn().now)
    return found.status


def test_an_approved_redrive_happens_once(bench: Bench) -> None:
    request = bench.submit()
    bench.decide(request)

    states = [execute(request, bench.hands(), turn()) for _ in range(3)]

    assert states == [EffectState.DONE, None, None]
    assert bench.world.effects == [f"redrive {request.id}-1"]
    assert bench.store.sessions.get(bench.session.id).status is SessionStatus.RUNNING


def test_an_approved_restart_adds_one_attempt(bench: Bench) -> None:
    request = bench.submit(steps=(a_restart(),))
    bench.decide(request)

    execute(request, bench.hands(), turn())

    run = bench.store.sessions.get(bench.session.id).run("extract")
    assert run
    assert [a.number for a in run.attempts] == [1, 2]
    assert bench.world.effects == ["start s-20260302-orders-extract-a2"]


def test_an_approved_start_makes_a_session(bench: Bench) -> None:
    bench.store.pipelines.put(a_pipeline())
    request = bench.submit(steps=(a_start(session_id="s-new"),), risk="medium")
    bench.decide(request)

    assert execute(request, bench.hands(), turn()) is EffectState.DONE
    assert bench.store.sessions.get("s-new").request_id == request.id


def test_without_a_decision_nothing_happens(bench: Bench) -> None:
    request = bench.submit()

    assert execute(request, bench.hands(), turn()) is None
    assert bench.world.effects == []


def test_a_rejected_request_is_never_executed(bench: Bench) -> None:
    request = bench.submit()
    bench.decide(request, Answer.REJECT)

    assert execute(request, bench.hands(), turn()) is None
    assert status(bench, request) is ApprovalStatus.REJECTED
    assert bench.world.effects == []


def test_an_expired_request_is_never_executed(bench: Bench) -> None:
    request = bench.submit()
    bench.decide(request)

    assert execute(request, bench.hands(), turn(3600)) is None
    assert bench.world.effects == []


def test_a_world_that_moved_makes_the_request_stale_with_a_difference(bench: Bench) -> None:
    request = bench.submit()
    bench.decide(request)
    bench.world.redrive(execution("extract"), "someone-else")
    bench.world.fail_again(execution("extract"))
    bench.world.effects.clear()

    state = execute(request, bench.hands(), turn())

    effect = bench.store.requests.effect(request.id)
    assert effect
    assert state is EffectState.STALE
    assert "redrives was 0, is 1" in effect.note
    assert bench.world.effects == []


def test_a_new_definition_makes_the_request_stale(bench: Bench) -> None:
    request = bench.submit()
    bench.decide(request)
    bench.inventory.revision = "rev-2"

    assert execute(request, bench.hands(), turn()) is EffectState.STALE
    assert bench.world.effects == []


class DyingRunner:
    """A runner whose process dies around a call."""

    def __init__(self, runner: Runner, point: CrashPoint) -> None:
        self.runner = runner
        self.point = point

    def __getattr__(self, name: str) -> object:
        method = getattr(self.runner, name)
        return lambda *given: self.point.passing(lambda: method(*given))


class DyingEffects(DyingRunner):
    """Effects whose process dies around a write."""

    def __init__(self, effects: Effects, point: CrashPoint) -> None:
        self.runner = effects  # type: ignore[assignment]  # any port can be wrapped
        self.point = point


def dying(hands: Hands, point: CrashPoint) -> Hands:
    """The same hands, of a process that dies at that point."""
    old = hands.control
    control = Control(
        effects=DyingEffects(old.effects, point),  # type: ignore[arg-type]  # by __getattr__
        runner=DyingRunner(old.runner, point),  # type: ignore[arg-type]  # by __getattr__
        payloads=old.payloads,
        keys=old.keys,
        audit=old.audit,
    )
    return Hands(hands.store, hands.seeing, control, hands.place)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("point", range(1, POINTS))
@pytest.mark.parametrize("step", [a_redrive(), a_restart()], ids=["redrive", "restart"])
def test_a_crash_at_any_point_is_repaired_without_a_second_effect(
    bench: Bench, step: RedriveJob | RestartJob, point: int, after: bool
) -> None:
    request = bench.submit(steps=(step,))
    bench.decide(request)
    crash = CrashPoint(point, after)
    hands = dying(bench.hands(), crash)
    try:
        execute(request, hands, turn())
    except Crash:
        pass
    else:
        assert not crash.was_reached

    later = Turn("worker-2", turn().now + LEASE + timedelta(seconds=1))
    execute(request, bench.hands(), later)

    effect = bench.store.requests.effect(request.id)
    assert effect
    assert effect.state in FINAL
    assert len(bench.world.effects) == 1


def test_a_lease_that_still_runs_keeps_another_executor_away(bench: Bench) -> None:
    request = bench.submit()
    bench.decide(request)
    with pytest.raises(Crash):
        execute(request, dying(bench.hands(), CrashPoint(2, after=True)), turn())

    assert execute(request, bench.hands(), Turn("worker-2", turn(5).now)) is None
    assert bench.world.effects == []


def test_a_second_redrive_by_somebody_after_our_crash_needs_a_human(bench: Bench) -> None:
    request = bench.submit()
    bench.decide(request)
    with pytest.raises(Crash):
        execute(request, dying(bench.hands(), CrashPoint(3, after=True)), turn())
    bench.world.fail_again(execution("extract"))
    bench.world.redrive(execution("extract"), "someone-else")

    later = Turn("worker-2", turn().now + LEASE + timedelta(seconds=1))

    assert execute(request, bench.hands(), later) is EffectState.NEEDS_HUMAN


def test_two_workers_and_two_approvals_at_once_make_one_effect(bench: Bench) -> None:
    request = bench.submit()
    signed = bench.decide(request)
    gate = threading.Barrier(8)
    states: list[EffectState | None] = []

    def work(number: int) -> None:
        hands = bench.hands()
        gate.wait()
        states.append(execute(request, hands, Turn(f"worker-{number}", turn().now)))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert signed.decision.decision is Answer.APPROVE
    assert states.count(EffectState.DONE) == 1
    assert len(bench.world.effects) == 1


@pytest.mark.parametrize(
    ("step", "what"),
    [
        (a_redrive(machine=machine("payroll")), "machine"),
        (a_redrive(execution_arn=execution("payroll")), "execution"),
        (a_redrive(input_digest="0" * 64), "input"),
        (a_restart(machine=machine("payroll")), "machine"),
        (a_restart(execution_name="another-name"), "name"),
        (a_restart(attempt=7), "attempt"),
        (a_restart(input_digest="0" * 64), "input"),
    ],
)
def test_a_plan_that_names_what_is_not_the_sessions_own_is_not_executed(
    bench: Bench, step: RedriveJob | RestartJob, what: str
) -> None:
    """Its asker wrote it; a human approved it without noticing."""
    request = bench.submit(steps=(step,), risk="high")
    bench.decide(request)

    assert execute(request, bench.hands(), turn()) is EffectState.STALE
    effect = bench.store.requests.effect(request.id)
    assert effect
    assert f"another {what}" in effect.note
    assert bench.world.effects == []


def test_a_plan_that_understates_its_risk_is_not_executed(bench: Bench) -> None:
    edited = '{"input": {"source": "s3://elsewhere/day.csv"}, "outputs": {}}'
    step = a_restart(input_edited=True, input_digest=json_digest(edited))
    request = bench.submit(steps=(step,), risk="low")
    bench.decide(request)

    assert execute(request, bench.hands(), turn()) is EffectState.FAILED
    assert bench.world.effects == []


def test_a_start_that_understates_its_risk_is_not_executed(bench: Bench) -> None:
    bench.store.pipelines.put(a_pipeline())
    request = bench.submit(steps=(a_start(session_id="s-new"),), risk="low")
    bench.decide(request)

    assert execute(request, bench.hands(), turn()) is EffectState.FAILED
    with pytest.raises(NotFound):
        bench.store.sessions.get("s-new")


def test_a_plan_for_another_account_is_not_executed(bench: Bench) -> None:
    request = bench.submit(account="111122223333")
    bench.decide(request)

    assert execute(request, bench.hands(), turn()) is None
    assert bench.world.effects == []


def test_what_died_before_its_redrive_does_not_redrive_what_began_anew_meanwhile(
    bench: Bench,
) -> None:
    request = bench.submit()
    bench.decide(request)
    with pytest.raises(Crash):
        execute(request, dying(bench.hands(), CrashPoint(3, after=False)), turn())
    session = bench.store.sessions.get(bench.session.id)
    again = an_attempt(number=2, execution_arn=execution("extract", 2), status="RUNNING")
    runs = (JobRun(job="extract", attempts=(again,)), *session.runs[1:])
    bench.store.sessions.save(session.model_copy(update={"runs": runs}))

    late = LEASE.total_seconds() + 1
    assert execute(request, bench.hands(), turn(late)) is EffectState.STALE
    assert bench.world.effects == []
