"""What was approved is what runs: no lie in a plan and no change of the world gets through."""

from __future__ import annotations

import json

import pytest

from bunsui_core.app.execute import execute
from bunsui_core.app.lease import Turn
from bunsui_core.desk.agent import Nature
from bunsui_core.desk.veiled import VeiledDesk
from bunsui_core.domain.approval import EffectState
from bunsui_core.domain.environment import Expose
from bunsui_core.domain.errors import BadInput, Stale
from bunsui_core.domain.session import JobRun
from bunsui_core.domain.verdict import Mode
from bunsui_core.ports.observe import Seeing
from tests.builders import (
    INPUT,
    SESSION_ID,
    a_failed_attempt,
    a_pipeline,
    a_session,
    an_attempt,
    execution,
    later,
    machine,
)
from tests.fakes import Clock, Crash, CrashPoint, SilentLogs
from tests.unit.desk_kit import Bench
from tests.unit.rerun_kit import (
    after,
    asking,
    desk,
    entering_stage,
    last,
    replace,
    run,
    succeed,
)
from tests.unit.test_desk import Ids
from tests.unit.test_execute import dying


@pytest.fixture
def stage(bench: Bench) -> Bench:
    return entering_stage(bench)


def test_a_branch_that_ends_meanwhile_does_not_make_a_proposal_stale(stage: Bench) -> None:
    pipeline = a_pipeline(
        jobs=[
            {"name": "extract", "machine": machine("extract"), "effect": "idempotent"},
            {"name": "other", "machine": machine("other"), "effect": "idempotent"},
        ]
    )
    stage.store.pipelines.put(pipeline)
    running = an_attempt("other", status="RUNNING", stopped_at=None, output=None)
    failed = JobRun(job="extract", attempts=(a_failed_attempt(),))
    started = a_session(
        pipeline=pipeline, runs=(failed, JobRun(job="other", attempts=(running,))), status="RUNNING"
    )
    replace(stage, started)
    stage.world.executions[execution("other")] = type(stage.world.executions[execution("extract")])(
        arn=execution("other"), input=INPUT
    )
    agent = desk(stage)
    proposal = agent.rerun_from(SESSION_ID, "extract", Mode.RESTART)
    succeed(stage, "other")
    ended = JobRun(job="other", attempts=(an_attempt("other"),))
    replace(stage, started.model_copy(update={"runs": (failed, ended)}))

    assert last(after(stage, agent, proposal), "extract").number == 2


def test_code_that_changed_after_the_review_makes_the_request_stale(stage: Bench) -> None:
    agent = desk(stage)
    asked = agent.request(agent.rerun_from(SESSION_ID, "extract", Mode.RESTART).proposal_id, "ok")
    stage.inventory.codes["orders-write"] = "code-2"

    assert run(stage, asked) is EffectState.STALE
    effect = stage.store.requests.effect(asked.request.id)
    assert effect
    assert "orders-write, which extract runs, was changed" in effect.note
    assert stage.world.effects == []


def test_code_that_changed_before_it_is_asked_for_is_said(stage: Bench) -> None:
    agent = desk(stage)
    proposal = agent.rerun_from(SESSION_ID, "extract", Mode.RESTART)
    stage.inventory.codes["orders-write"] = "code-2"

    with pytest.raises(Stale, match="orders-write"):
        agent.request(proposal.proposal_id, "ok")


@pytest.mark.parametrize(
    "lie",
    [
        {"runs": ("load",)},
        {"follows": ()},
        {"resets": ("load",)},
        {"jobs": ()},
        {"reused": ({"job": "load", "output_digest": "0" * 64},)},
    ],
    ids=lambda lie: next(iter(lie)),
)
def test_a_plan_whose_preview_is_not_what_would_run_is_not_executed(
    stage: Bench, lie: dict[str, object]
) -> None:
    found = desk(stage).rerun_from(SESSION_ID, "extract", Mode.RESTART)
    (step,) = found.plan.steps
    told = {**step.model_dump(), "preview": {**found.preview.model_dump(), **lie}}
    request = stage.store.requests.submit(asking(found, told))
    stage.decide(request)

    state = execute(request, stage.hands(), Turn("worker-1", later(minutes=6)))

    assert state is EffectState.STALE
    assert stage.world.effects == []


def test_an_entry_whose_envelope_is_not_the_recorded_one_is_not_executed(stage: Bench) -> None:
    agent = desk(stage)
    found = agent.rerun_from(SESSION_ID, "extract", Mode.ENTER_AT, edited_input='{"rows": 9}')
    (step,) = found.plan.steps
    # Edited, and said to be as it was recorded.
    told = {**step.model_dump(), "input_edited": False}
    request = stage.store.requests.submit(asking(found, told))
    stage.decide(request)

    assert execute(request, stage.hands(), Turn("w", later(minutes=6))) is EffectState.STALE
    assert stage.world.effects == []


def test_a_reference_is_compared_with_what_lies_there_before_anything_starts(stage: Bench) -> None:
    takes = [job.model_copy(update={"takes_references": True}) for job in a_pipeline().jobs]
    replace(stage, a_session(pipeline=a_pipeline(jobs=takes)))
    hands = stage.hands()
    uri = hands.control.payloads.keep('{"rows": [1, 2]}')
    good = {"uri": uri, "sha256": hands.control.payloads.digest(uri)}
    states = {}
    for name, told in {"wrong": {**good, "sha256": "0" * 64}, "good": good}.items():
        agent = desk(stage, name)
        text = json.dumps({"input": {"bunsui_reference": told}, "outputs": {}})
        found = agent.rerun_from(SESSION_ID, "extract", Mode.RESTART, edited_input=text)
        request = agent.request(found.proposal_id, "the new file").request
        stage.decide(request)
        states[name] = execute(request, hands, Turn("worker-1", later(minutes=6)))

    assert states == {"wrong": EffectState.STALE, "good": EffectState.DONE}
    assert len(stage.world.effects) == 1


@pytest.mark.parametrize("after_it", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("point", range(1, 6))
@pytest.mark.parametrize("mode", [Mode.ENTER_AT, Mode.MARK_DONE])
def test_a_crash_at_any_point_is_repaired_and_adds_one_attempt(
    stage: Bench, mode: Mode, point: int, after_it: bool
) -> None:
    agent = desk(stage)
    given = '{"rows": 1}' if mode is Mode.MARK_DONE else None
    found = agent.rerun_from(SESSION_ID, "extract", mode, output=given)
    request = agent.request(found.proposal_id, "it is repaired").request
    stage.decide(request)
    crash = CrashPoint(point, after_it)
    try:
        execute(request, dying(stage.hands(), crash), Turn("worker-1", later(minutes=6)))
    except Crash:
        pass
    else:
        assert not crash.was_reached

    execute(request, stage.hands(), Turn("worker-2", later(minutes=8)))

    effect = stage.store.requests.effect(request.id)
    assert effect
    assert effect.state is EffectState.DONE
    session = stage.store.sessions.get(SESSION_ID)
    assert [one.number for one in session.runs[0].attempts] == [1, 2]
    assert len(stage.world.effects) == (mode is Mode.ENTER_AT)


@pytest.mark.parametrize("mode", [Mode.ENTER_AT, Mode.RESTART, Mode.REDRIVE])
def test_what_a_rerun_starts_with_is_not_told_to_who_may_not_see_it(
    stage: Bench, mode: Mode
) -> None:
    seeing = Seeing(stage.world, SilentLogs(), stage.inventory)
    nature = Nature(Clock(later(minutes=5)), Ids(), Ids("S"))
    veiled = VeiledDesk(stage.store, seeing, "agent:claude", nature, Expose.KEYS)

    told = veiled.rerun_from(SESSION_ID, "extract", mode).model_dump_json()
    seen = desk(stage).rerun_from(SESSION_ID, "extract", mode).model_dump_json()

    assert "s3://orders/day.csv" in seen
    assert "s3://orders/day.csv" not in told
    assert "[1, 2, 3]" not in told


def test_hidden_values_do_not_come_back_as_an_input(stage: Bench) -> None:
    seeing = Seeing(stage.world, SilentLogs(), stage.inventory)
    nature = Nature(Clock(later(minutes=5)), Ids(), Ids("S"))
    veiled = VeiledDesk(stage.store, seeing, "agent:claude", nature, Expose.KEYS)
    shown = veiled.rerun_from(SESSION_ID, "extract", Mode.RESTART).editable

    with pytest.raises(BadInput, match="hidden values"):
        veiled.rerun_from(SESSION_ID, "extract", Mode.RESTART, edited_input=shown)
