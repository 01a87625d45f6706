"""Every mode goes from a proposal through a decision to the executor, and does as previewed."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.advance import advance
from bunsui_core.domain.entry import entry_in
from bunsui_core.domain.errors import BadInput, Refused
from bunsui_core.domain.plan import EnterJob, Risk
from bunsui_core.domain.session import Began, JobRun, JobStatus, SessionStatus
from bunsui_core.domain.verdict import Mode, Ruling
from tests.builders import (
    INPUT,
    SESSION_ID,
    a_failed_attempt,
    a_pipeline,
    a_session,
    execution,
    later,
    machine,
)
from tests.unit.desk_kit import Bench
from tests.unit.rerun_kit import (
    HISTORY,
    ORDERS,
    STATE_INPUT,
    after,
    desk,
    done_session,
    entering_stage,
    last,
    replace,
    succeed,
)


@pytest.fixture
def stage(bench: Bench) -> Bench:
    return entering_stage(bench)


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


def test_an_entry_that_is_too_large_leaves_the_other_modes(stage: Bench) -> None:
    large = json.dumps({"rows": "x" * 262_000})
    told = tuple(
        one.model_copy(update={"input": large}) if one.name == "Write" else one for one in HISTORY
    )
    stage.world.told[execution("extract")] = told

    found = desk(stage).propose(SESSION_ID)

    assert {one.mode for one in found.proposals} == {Mode.REDRIVE, Mode.RESTART}
    assert "bytes together" in found.refused[0].why
    with pytest.raises(Refused, match="bytes together"):
        desk(stage).rerun_from(SESSION_ID, "extract", Mode.ENTER_AT)


def test_a_definition_that_cannot_be_read_leaves_the_other_modes(stage: Bench) -> None:
    stage.inventory.definitions[machine("extract")] = "{}"

    found = desk(stage).propose(SESSION_ID)

    assert {one.mode for one in found.proposals} == {Mode.REDRIVE, Mode.RESTART}
    assert "cannot be read" in found.refused[0].why


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


def test_what_runs_again_downstream_and_cannot_be_repeated_makes_it_unsafe(stage: Bench) -> None:
    mails = a_pipeline(
        jobs=[*a_pipeline().jobs[:2], {**a_pipeline().jobs[2].model_dump(), "effect": "external"}]
    )
    stage.store.pipelines.put(mails)
    replace(stage, done_session().model_copy(update={"pipeline": mails}))
    succeed(stage)

    alone = desk(stage).rerun_from(SESSION_ID, "extract", Mode.RESTART).verdict
    below = desk(stage).rerun_from(SESSION_ID, "extract", Mode.RESTART, downstream=True).verdict

    assert (alone.ruling, below.ruling) == (Ruling.SAFE, Ruling.UNSAFE)
    assert "load below runs again, and its effect is external" in below.reasons[0].text


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
