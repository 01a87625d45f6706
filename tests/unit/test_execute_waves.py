"""A plan in waves: the canary's end decides, each session is touched once, whatever dies."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest

from bunsui_core.app.execute import execute
from bunsui_core.app.learn import learn
from bunsui_core.app.lease import LEASE, Turn
from bunsui_core.app.request import approval, withdraw
from bunsui_core.domain.approval import Effect, EffectState, Request, Withdrawal
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.session import JobRun, Session
from bunsui_core.domain.waves import Fate, Waves
from tests.builders import (
    INPUT,
    NOW,
    a_failed_attempt,
    a_redrive,
    a_session,
    an_attempt,
    execution,
)
from tests.fakes import Crash, CrashPoint
from tests.unit.desk_kit import Bench
from tests.unit.test_execute import dying

SESSIONS = 6
WAVES = Waves(canary=1, size=3, most_failures=1)


def turn(seconds: float = 0, executor: str = "worker-1") -> Turn:
    return Turn(executor, NOW + timedelta(seconds=60 + seconds))


def arn(number: int) -> str:
    return execution("extract", session_id=f"s-{number}")


def hit(bench: Bench, number: int) -> None:
    """A failed session and its execution."""
    attempt = a_failed_attempt(execution_arn=arn(number))
    runs = (JobRun(job="extract", attempts=(attempt,)), JobRun(job="transform"), JobRun(job="load"))
    bench.store.sessions.save(a_session(id=f"s-{number}", runs=runs))
    bench.world.add_failed(arn(number), INPUT)


@pytest.fixture
def request_(bench: Bench) -> Request:
    """An approved plan that redrives every session."""
    numbers = range(1, SESSIONS + 1)
    for number in numbers:
        hit(bench, number)
    steps = tuple(a_redrive(session_id=f"s-{n}", execution_arn=arn(n)) for n in numbers)
    request = bench.submit(steps=steps, waves=WAVES)
    bench.decide(request)
    return request


def end(bench: Bench, number: int, well: bool = True) -> None:
    """Let the job of a session end, as the conductor would see and store it."""
    session: Session = bench.store.sessions.get(f"s-{number}")
    made = an_attempt if well else a_failed_attempt
    attempt = made(execution_arn=arn(number), redrive_count=1)
    runs = (JobRun(job="extract", attempts=(attempt,)), *session.runs[1:])
    status = "RUNNING" if well else "FAILED"
    changed = {"runs": runs, "status": status}
    bench.store.sessions.save(session.model_validate({**session.model_dump(), **changed}))


def effect_of(bench: Bench, request: Request) -> Effect:
    effect = bench.store.requests.effect(request.id)
    assert effect
    return effect


def redriven(bench: Bench) -> list[str]:
    return [effect.rsplit("-", 1)[-1] for effect in bench.world.effects]


def test_the_canary_alone_is_redriven_first(bench: Bench, request_: Request) -> None:
    states = [execute(request_, bench.hands(), turn()) for _ in range(3)]

    assert states == [EffectState.EXECUTING, None, None]
    assert redriven(bench) == ["1"]


def test_wave_follows_wave_to_the_end(bench: Bench, request_: Request) -> None:
    execute(request_, bench.hands(), turn())
    end(bench, 1)
    assert execute(request_, bench.hands(), turn()) is EffectState.EXECUTING
    assert redriven(bench) == ["1", "2", "3", "4"]
    end(bench, 2)
    end(bench, 3, well=False)
    assert execute(request_, bench.hands(), turn()) is None
    end(bench, 4)
    execute(request_, bench.hands(), turn())
    assert redriven(bench) == ["1", "2", "3", "4", "5", "6"]
    end(bench, 5)
    end(bench, 6)

    assert execute(request_, bench.hands(), turn()) is EffectState.DONE
    assert effect_of(bench, request_).note == "5 of 6 recovered, 1 failed again"
    assert [step.fate for step in effect_of(bench, request_).steps].count(Fate.FAILED) == 1


def test_how_far_it_is_stands_in_one_line(bench: Bench, request_: Request) -> None:
    execute(request_, bench.hands(), turn())
    end(bench, 1)
    execute(request_, bench.hands(), turn())

    said = approval(request_, bench.store.requests, turn().now).note
    assert said == "1 of 6 recovered, 3 running, 2 not touched"


def test_a_canary_that_fails_again_stops_the_plan(bench: Bench, request_: Request) -> None:
    execute(request_, bench.hands(), turn())
    end(bench, 1, well=False)

    assert execute(request_, bench.hands(), turn()) is EffectState.FAILED
    assert redriven(bench) == ["1"]
    said = "stopped after the canary, which failed; 0 of 6 recovered, 1 failed again, 5 not touched"
    assert effect_of(bench, request_).note == said


def test_too_many_failures_in_a_wave_stop_the_plan(bench: Bench, request_: Request) -> None:
    execute(request_, bench.hands(), turn())
    end(bench, 1)
    execute(request_, bench.hands(), turn())
    for number, well in ((2, False), (3, False), (4, True)):
        end(bench, number, well)

    assert execute(request_, bench.hands(), turn()) is EffectState.FAILED
    assert redriven(bench) == ["1", "2", "3", "4"]


def test_a_session_that_somebody_else_repaired_is_left_out(bench: Bench, request_: Request) -> None:
    execute(request_, bench.hands(), turn())
    end(bench, 1)
    bench.world.redrive(arn(3), "somebody-else")
    bench.world.effects.clear()

    execute(request_, bench.hands(), turn())

    assert redriven(bench) == ["2", "4"]
    left = effect_of(bench, request_).steps[2]
    assert left.fate is Fate.LEFT_OUT
    assert "redrives was 0, is 1" in left.result


def test_the_asker_can_take_back_what_is_not_done_yet(bench: Bench, request_: Request) -> None:
    execute(request_, bench.hands(), turn())
    end(bench, 1)
    taken = Withdrawal(request_id=request_.id, by="agent:claude", reason="enough", at=NOW)
    bench.store.requests.withdraw(taken)

    assert execute(request_, bench.hands(), turn()) is EffectState.FAILED
    assert redriven(bench) == ["1"]
    assert "took back the rest; 1 of 6 recovered" in effect_of(bench, request_).note


class Silent:
    """Executions that AWS does not tell of, after so many questions."""

    def __init__(self, bench: Bench, answers: int) -> None:
        self._real = bench.world.describe
        self.left = answers

    def __call__(self, execution_arn: str) -> object:
        self.left -= 1
        if self.left < 0:
            raise Unavailable("AWS does not answer.", "Try again.")
        return self._real(execution_arn)


@pytest.mark.parametrize("answers", range(8))
def test_silence_in_the_middle_of_a_wave_touches_nothing_twice(
    bench: Bench, request_: Request, answers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(request_, bench.hands(), turn())
    end(bench, 1)
    with monkeypatch.context() as silent:
        silent.setattr(bench.world, "describe", Silent(bench, answers))
        with contextlib.suppress(Unavailable):
            execute(request_, bench.hands(), turn(1))
    late = LEASE.total_seconds() + 2
    execute(request_, bench.hands(), turn(late, "worker-2"))

    assert redriven(bench) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("point", range(1, 13))
def test_a_crash_at_any_point_of_a_wave_touches_nothing_twice(
    bench: Bench, request_: Request, point: int, after: bool
) -> None:
    execute(request_, bench.hands(), turn())
    end(bench, 1)
    crash = CrashPoint(point, after)
    try:
        execute(request_, dying(bench.hands(), crash), turn(1))
    except Crash:
        pass
    else:
        assert not crash.was_reached
    late = LEASE.total_seconds() + 2
    for second in range(3):
        execute(request_, bench.hands(), turn(late + second, "worker-2"))

    assert redriven(bench) == ["1", "2", "3", "4"]
    assert effect_of(bench, request_).state is EffectState.EXECUTING


def test_each_session_that_was_tried_teaches_something(bench: Bench, request_: Request) -> None:
    execute(request_, bench.hands(), turn())
    end(bench, 1, well=False)
    execute(request_, bench.hands(), turn())

    assert learn(request_, bench.store, bench.world, turn().now)

    (outcome,) = bench.store.outcomes.all()
    assert (outcome.request_id, outcome.session_id) == (request_.id, "s-1")
    assert not outcome.worked


def test_what_the_policy_does_not_allow_any_more_stops_between_waves(
    bench: Bench, request_: Request
) -> None:
    execute(request_, bench.hands(), turn())
    end(bench, 1)
    with bench.connection.writing() as connection:
        connection.execute("DROP TRIGGER policies_never_vanish")
        connection.execute("DELETE FROM policies")

    assert execute(request_, bench.hands(), turn()) is EffectState.FAILED
    assert redriven(bench) == ["1"]
    assert "does not count any more" in effect_of(bench, request_).note


def test_waves_that_outlast_their_request_go_on(bench: Bench, request_: Request) -> None:
    execute(request_, bench.hands(), turn())
    end(bench, 1)

    execute(request_, bench.hands(), turn(3600 * 3))

    assert redriven(bench) == ["1", "2", "3", "4"]


def test_a_desk_takes_back_the_rest_between_waves(bench: Bench, request_: Request) -> None:
    execute(request_, bench.hands(), turn())
    end(bench, 1)

    taken = Withdrawal(request_id=request_.id, by="agent:claude", reason="enough", at=NOW)
    standing = withdraw(taken, bench.store.requests)

    assert standing.request.withdrawn
    assert execute(request_, bench.hands(), turn()) is EffectState.FAILED
    assert redriven(bench) == ["1"]
