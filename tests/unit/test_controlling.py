"""A pause, its end and a cancellation are plans like any other."""

from __future__ import annotations

import pytest

from bunsui_core.app.execute import execute
from bunsui_core.app.lease import LEASE, Turn
from bunsui_core.desk.agent import AgentDesk
from bunsui_core.domain.advance import advance
from bunsui_core.domain.approval import EffectState, Request
from bunsui_core.domain.controlling import require_control
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.intents import StopJob
from bunsui_core.domain.plan import Control, Risk
from bunsui_core.domain.session import JobRun, Session, SessionStatus, Wish
from tests.builders import INPUT, SESSION_ID, a_session, an_attempt, execution, later
from tests.fakes import Crash, CrashPoint, FakeExecution
from tests.unit.desk_kit import Bench
from tests.unit.rerun_kit import desk, replace
from tests.unit.test_execute import dying

LATER = Turn("worker-1", later(minutes=6))


@pytest.fixture
def stage(bench: Bench) -> Bench:
    """A session whose first job runs."""
    bench.world.executions[execution("extract")] = FakeExecution(execution("extract"), INPUT)
    replace(bench, running())
    return bench


def running(**changes: object) -> Session:
    attempt = an_attempt(status="RUNNING", stopped_at=None, output=None)
    runs = (JobRun(job="extract", attempts=(attempt,)), *a_session().runs[1:])
    return a_session(**{"runs": runs, "status": "RUNNING", "stopped_at": None, **changes})


def asked(bench: Bench, action: Control, agent: AgentDesk | None = None) -> Request:
    """An approved request to do this to the session."""
    agent = agent or desk(bench)
    proposal = agent.control(SESSION_ID, action)
    request = agent.request(proposal.proposal_id, "the disk is full").request
    bench.decide(request)
    return request


def done(bench: Bench, action: Control, agent: AgentDesk | None = None) -> Session:
    assert execute(asked(bench, action, agent), bench.hands(), LATER) is EffectState.DONE
    return bench.store.sessions.get(SESSION_ID)


def test_a_pause_says_what_runs_on_and_what_does_not_start(stage: Bench) -> None:
    found = desk(stage).control(SESSION_ID, Control.PAUSE)

    assert (found.goes_on, found.holds, found.stops) == (("extract",), ("transform", "load"), ())
    assert found.plan.risk is Risk.MEDIUM
    assert found.proposal_id == found.plan.digest


def test_a_paused_session_starts_nothing_until_it_is_unpaused(stage: Bench) -> None:
    agent = desk(stage)
    paused = done(stage, Control.PAUSE, agent)
    going = done(stage, Control.UNPAUSE, agent)

    assert (paused.status, paused.wish) == (SessionStatus.PAUSED, Wish.PAUSE)
    assert (going.status, going.wish) == (SessionStatus.RUNNING, Wish.RUN)


def test_a_cancelled_session_owes_the_stop_of_what_runs(stage: Bench) -> None:
    session = done(stage, Control.CANCEL)

    (intent,) = advance(session, (), LATER.now).intents

    assert session.status is SessionStatus.CANCELLING
    assert isinstance(intent, StopJob)
    assert intent.execution_arn == execution("extract")


@pytest.mark.parametrize(
    ("session", "action", "why"),
    [
        (a_session(), Control.PAUSE, "nothing of it runs"),
        (a_session(), Control.CANCEL, "nothing of it runs"),
        (running(), Control.UNPAUSE, "not paused"),
        (running(status="PAUSED", wish="pause"), Control.PAUSE, "paused already"),
        (running(status="CANCELLING", wish="cancel"), Control.CANCEL, "being cancelled"),
        (running(origin="found"), Control.CANCEL, "through bunsui"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_is_possible(
    stage: Bench, session: Session, action: Control, why: str
) -> None:
    replace(stage, session)

    with pytest.raises(Refused, match=why):
        desk(stage).control(SESSION_ID, action)


@pytest.mark.parametrize(
    ("status", "wish", "instead"),
    [("CANCELLED", "cancel", "Start a new session."), ("FAILED", "run", "Run a failed job of it")],
)
def test_of_a_session_that_is_over_only_what_is_possible_is_named(
    status: str, wish: str, instead: str
) -> None:
    with pytest.raises(Refused) as raised:
        require_control(a_session(status=status, wish=wish), Control.CANCEL)

    assert raised.value.next_step.startswith(instead)


def test_a_session_that_ended_meanwhile_is_not_paused(stage: Bench) -> None:
    request = asked(stage, Control.PAUSE)
    replace(stage, a_session())

    assert execute(request, stage.hands(), LATER) is EffectState.STALE
    effect = stage.store.requests.effect(request.id)
    assert effect
    assert "nothing of it runs" in effect.note


def test_a_session_that_was_paused_meanwhile_is_cancelled_all_the_same(stage: Bench) -> None:
    request = asked(stage, Control.CANCEL)
    replace(stage, running(status="PAUSED", wish="pause"))

    assert execute(request, stage.hands(), LATER) is EffectState.DONE
    assert stage.store.sessions.get(SESSION_ID).status is SessionStatus.CANCELLING


def test_a_pause_of_an_observed_session_is_not_stale_by_its_version(stage: Bench) -> None:
    request = asked(stage, Control.PAUSE)
    replace(stage, running())

    assert execute(request, stage.hands(), LATER) is EffectState.DONE


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("point", range(1, 5))
def test_a_crash_at_any_point_of_a_cancellation_is_repaired(
    stage: Bench, point: int, after: bool
) -> None:
    request = asked(stage, Control.CANCEL)
    crash = CrashPoint(point, after)
    try:
        execute(request, dying(stage.hands(), crash), LATER)
    except Crash:
        pass
    else:
        assert not crash.was_reached

    execute(request, stage.hands(), Turn("worker-2", LATER.now + LEASE * 2))

    effect = stage.store.requests.effect(request.id)
    assert effect
    assert effect.state is EffectState.DONE
    assert stage.store.sessions.get(SESSION_ID).wish is Wish.CANCEL


def test_the_same_asked_twice_is_one_request_and_a_cancellation_does_not_wait_for_a_pause(
    stage: Bench,
) -> None:
    agent = desk(stage)

    def request(action: Control) -> str:
        return agent.request(agent.control(SESSION_ID, action).proposal_id, "stop").request.id

    first, second, third = map(request, (Control.PAUSE, Control.PAUSE, Control.CANCEL))

    assert first == second
    assert third != first
