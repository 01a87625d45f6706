"""Every mode goes from a proposal through a decision to the executor, and does as previewed."""

from __future__ import annotations

import json

import pytest

from bunsui_core.app.execute import Turn, execute
from bunsui_core.desk.agent import AgentDesk, Nature
from bunsui_core.domain.advance import advance
from bunsui_core.domain.approval import Approval, EffectState, Request, ask
from bunsui_core.domain.door import with_entry
from bunsui_core.domain.entry import entry_in
from bunsui_core.domain.errors import BadInput, Refused, Stale
from bunsui_core.domain.failure import HistoryEvent
from bunsui_core.domain.plan import EnterJob, Plan, Risk
from bunsui_core.domain.recovery import Proposal
from bunsui_core.domain.session import Attempt, Began, JobRun, JobStatus, Session, SessionStatus
from bunsui_core.domain.verdict import Mode, Ruling
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
from tests.fakes import Clock, SilentLogs
from tests.unit.desk_kit import Bench
from tests.unit.test_desk import Ids

ORDERS = json.dumps(
    {
        "StartAt": "Read",
        "States": {
            "Read": {"Type": "Pass", "Assign": {"rows": 3}, "Next": "Write"},
            "Write": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "orders-write", "Payload.$": "$"},
                "End": True,
            },
        },
    }
)
STATE_INPUT = '{"rows": [1, 2, 3]}'


def event(number: int, kind: str, **more: object) -> HistoryEvent:
    told = {"id": number, "previous_id": number - 1, "type": kind, "at": later(seconds=number)}
    return HistoryEvent.model_validate({**told, **more})


HISTORY = (
    event(1, "ExecutionStarted", input=INPUT),
    event(2, "PassStateEntered", name="Read", input=INPUT),
    event(3, "PassStateExited", name="Read", output=STATE_INPUT, assigned='{"rows": "3"}'),
    event(4, "TaskStateEntered", name="Write", input=STATE_INPUT),
    event(5, "TaskScheduled", resource_type="lambda", resource="invoke"),
    event(6, "TaskFailed", resource_type="lambda", error="Throttled", cause="slow down"),
    event(7, "ExecutionFailed", error="Throttled", cause="slow down"),
)


@pytest.fixture
def stage(bench: Bench) -> Bench:
    """A failed extract on a machine that can be entered, whose history tells its states."""
    bench.inventory.definitions[machine("extract")] = with_entry(ORDERS)
    bench.inventory.codes["orders-write"] = "code-1"
    bench.world.told[execution("extract")] = HISTORY
    bench.store.pipelines.put(a_pipeline())
    return bench


def desk(bench: Bench) -> AgentDesk:
    ids = Ids()
    seeing = Seeing(bench.world, SilentLogs(), bench.inventory)
    return AgentDesk(bench.store, seeing, "agent:claude", Nature(Clock(later(minutes=5)), ids, ids))


def run(bench: Bench, approval: Approval) -> EffectState | None:
    """Approve a request and execute it."""
    bench.decide(approval.request)
    return execute(approval.request, bench.hands(), Turn("worker-1", later(minutes=6)))


def after(bench: Bench, agent: AgentDesk, proposal: Proposal) -> Session:
    """The session after a proposal was asked for, approved and executed."""
    assert run(bench, agent.request(proposal.proposal_id, "it is repaired")) is EffectState.DONE
    return bench.store.sessions.get(SESSION_ID)


def last(session: Session, job: str) -> Attempt:
    found = session.run(job)
    assert found
    assert found.last
    return found.last


def asking(found: Proposal, told: dict[str, object]) -> Request:
    """A request as its asker may write it, with the step as told."""
    plan = Plan.model_validate({**found.plan.model_dump(), "steps": (told,)})
    return ask(plan, "trust me", (found.input,))


def replace(bench: Bench, session: Session) -> Session:
    """Let the stored session be another one."""
    version = bench.store.sessions.get(SESSION_ID).version
    return bench.store.sessions.save(session.model_copy(update={"version": version}))


def done_session() -> Session:
    """A session whose three jobs succeeded."""
    runs = tuple(
        JobRun(job=job, attempts=(an_attempt(job),)) for job in ("extract", "transform", "load")
    )
    return a_session(runs=runs, status="SUCCEEDED")


def succeed(bench: Bench, job: str = "extract") -> None:
    """Let an execution have succeeded."""
    bench.world.add_failed(execution(job), INPUT)
    known = bench.world.executions[execution(job)]
    ended = type(known)(arn=known.arn, input=INPUT, status=JobStatus.SUCCEEDED)
    bench.world.executions[execution(job)] = ended


def test_an_entry_goes_on_at_the_failed_state_with_its_recorded_input(stage: Bench) -> None:
    agent = desk(stage)
    proposal = agent.rerun_from(SESSION_ID, "extract", Mode.ENTER_AT)

    attempt = last(after(stage, agent, proposal), "extract")

    entered = entry_in(attempt.input)
    assert entered
    assert (entered.state, json.loads(entered.input)) == ("Write", json.loads(STATE_INPUT))
    assert json.loads(entered.variables) == {"rows": 3}
    assert (attempt.began, attempt.entered_state) == (Began.ENTER_AT, "Write")
    assert stage.world.executions[attempt.execution_arn].input == attempt.input
    assert json.loads(proposal.editable) == json.loads(STATE_INPUT)


def test_an_entry_previews_the_states_from_there_on_and_their_code(stage: Bench) -> None:
    own, *_ = desk(stage).rerun_from(SESSION_ID, "extract", Mode.ENTER_AT).preview.jobs

    assert (own.certain, own.possible) == (("Write",), ())
    assert [(used.name, used.revision) for used in own.code] == [
        (machine("extract"), "rev-1"),
        ("orders-write", "code-1"),
    ]


def test_an_entry_at_another_state_is_named_behind_the_job(stage: Bench) -> None:
    proposal = desk(stage).rerun_from(SESSION_ID, "extract/Read")

    (step,) = proposal.plan.steps
    assert isinstance(step, EnterJob)
    assert (step.state, proposal.preview.jobs[0].certain) == ("Read", ("Read", "Write"))


def test_an_entry_with_an_edited_input_carries_that_and_is_of_high_risk(stage: Bench) -> None:
    agent = desk(stage)
    proposal = agent.rerun_from(SESSION_ID, "extract", Mode.ENTER_AT, edited_input='{"rows": []}')

    entered = entry_in(last(after(stage, agent, proposal), "extract").input)

    assert entered
    assert json.loads(entered.input) == {"rows": []}
    assert json.loads(entered.variables) == {"rows": 3}
    assert proposal.plan.risk is Risk.HIGH


def test_a_state_that_never_started_cannot_be_entered(stage: Bench) -> None:
    stage.world.told[execution("extract")] = HISTORY[:3]

    with pytest.raises(Refused, match="Write never started"):
        desk(stage).rerun_from(SESSION_ID, "extract/Write")


def test_a_machine_without_an_entry_is_told_among_what_is_not_possible(bench: Bench) -> None:
    bench.world.told[execution("extract")] = HISTORY
    bench.inventory.definitions[machine("extract")] = ORDERS

    (refused,) = desk(bench).propose(SESSION_ID).refused

    assert refused.mode is Mode.ENTER_AT
    assert "carries no BunsuiEntry" in refused.why
    assert "Restart the job" in refused.instead


def test_a_restart_after_an_entry_begins_with_the_jobs_own_input(stage: Bench) -> None:
    agent = desk(stage)
    session = after(stage, agent, agent.rerun_from(SESSION_ID, "extract", Mode.ENTER_AT))
    entered = last(session, "extract")
    stage.world.fail_again(entered.execution_arn)
    failed = entered.model_copy(update={"status": JobStatus.FAILED, "stopped_at": later(minutes=7)})
    attempts = (session.runs[0].attempts[0], failed)
    replace(stage, a_session(runs=(JobRun(job="extract", attempts=attempts), *session.runs[1:])))

    again = desk(stage).rerun_from(SESSION_ID, "extract", Mode.RESTART)

    assert json.loads(again.input) == json.loads(INPUT)


def test_a_job_that_is_marked_done_has_the_given_output_and_runs_nothing(stage: Bench) -> None:
    agent = desk(stage)
    proposal = agent.rerun_from(SESSION_ID, "extract", Mode.MARK_DONE, output='{"rows": 7}')

    session = after(stage, agent, proposal)

    marked = last(session, "extract")
    assert (marked.status, marked.output, marked.began) == ("SUCCEEDED", '{"rows": 7}', "marked")
    assert stage.world.effects == []
    assert (proposal.plan.risk, proposal.preview.runs) == (Risk.HIGH, ())
    following = advance(session, (), later(minutes=7)).session
    assert json.loads(last(following, "transform").input)["outputs"] == {"extract": {"rows": 7}}


def test_to_mark_a_job_done_needs_an_output_that_is_json(stage: Bench) -> None:
    with pytest.raises(BadInput, match="needs the output"):
        desk(stage).rerun_from(SESSION_ID, "extract", Mode.MARK_DONE)
    with pytest.raises(BadInput, match="not JSON"):
        desk(stage).rerun_from(SESSION_ID, "extract", Mode.MARK_DONE, output="rows: 7")


def test_without_a_mode_the_best_one_is_taken(stage: Bench) -> None:
    best = desk(stage).propose(SESSION_ID).proposals[0]

    assert desk(stage).rerun_from(SESSION_ID, "extract").mode is best.mode


def test_downstream_runs_again_what_was_done_below(stage: Bench) -> None:
    replace(stage, done_session())
    succeed(stage)
    agent = desk(stage)
    proposal = agent.rerun_from(SESSION_ID, "extract", Mode.RESTART, downstream=True)

    session = after(stage, agent, proposal)

    assert proposal.preview.resets == ("transform", "load")
    assert (proposal.preview.reused, proposal.plan.risk) == ((), Risk.HIGH)
    assert session.status is SessionStatus.RUNNING
    assert [one.status for one in session.runs] == ["RUNNING", "WAITING", "WAITING"]


def test_what_was_done_below_stays_unless_it_is_asked_for(stage: Bench) -> None:
    replace(stage, done_session())
    succeed(stage)
    agent = desk(stage)
    proposal = agent.rerun_from(SESSION_ID, "extract", Mode.RESTART)

    session = after(stage, agent, proposal)

    assert {one.job for one in proposal.preview.reused} == {"transform", "load"}
    assert [one.status for one in session.runs] == ["RUNNING", "SUCCEEDED", "SUCCEEDED"]


def test_what_succeeded_is_judged_by_its_effect_alone(stage: Bench) -> None:
    replace(stage, done_session())
    succeed(stage)

    verdict = desk(stage).rerun_from(SESSION_ID, "extract", Mode.RESTART).verdict

    assert verdict.ruling is Ruling.SAFE
    assert "it did not fail" in verdict.reasons[0].text


def test_a_job_that_could_not_be_started_is_restarted(stage: Bench) -> None:
    refused = a_failed_attempt(execution_arn="", cause="the role was not there.")
    runs = (JobRun(job="extract", attempts=(refused,)), *a_session().runs[1:])
    replace(stage, a_session(runs=runs))
    agent = desk(stage)
    proposal = agent.rerun_from(SESSION_ID, "extract")

    attempt = last(after(stage, agent, proposal), "extract")

    assert (proposal.mode, proposal.verdict.ruling) == (Mode.RESTART, Ruling.UNKNOWN)
    assert (attempt.number, attempt.status) == (2, "RUNNING")


def test_a_machine_that_was_deleted_leaves_a_job_to_be_marked_done(stage: Bench) -> None:
    stage.inventory.gone.add(machine("extract"))

    for mode in (Mode.REDRIVE, Mode.ENTER_AT, Mode.RESTART):
        with pytest.raises(Refused, match=r"was deleted.*mark the job done"):
            desk(stage).rerun_from(SESSION_ID, "extract", mode)
    agent = desk(stage)
    proposal = agent.rerun_from(SESSION_ID, "extract", Mode.MARK_DONE, output="{}")
    assert last(after(stage, agent, proposal), "extract").output == "{}"


def test_a_pipeline_with_other_jobs_by_now_is_not_followed(stage: Bench) -> None:
    stage.store.pipelines.put(a_pipeline(jobs=a_pipeline().jobs[:2]))

    with pytest.raises(Refused, match="was changed since"):
        desk(stage).rerun_from(SESSION_ID, "extract")


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
