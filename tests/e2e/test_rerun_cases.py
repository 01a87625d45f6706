"""The cases of docs/rerun.md: each failure, run again through plan, decision and executor.

What was shown to the human is compared each time with what AWS recorded: `RerunStage.rerun`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from bunsui_core.domain.errors import BadInput, BunsuiError, Refused
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_core.domain.session import JobStatus, Session, SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling
from tests.e2e.rerun_stage import BROKEN, Made, RerunStage, does, rerun_stage, row
from tests.emulator.aging import age, forget

CAUGHT: list[Json] = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "GiveUp"}]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RerunStage]:
    with rerun_stage(tmp_path_factory.mktemp("rerun")) as made:
        yield made


@pytest.fixture(scope="module")
def doing(stage: RerunStage) -> str:
    return stage.function("doing")


def status(session: Session) -> dict[str, str]:
    return {run.job: run.status.value for run in session.runs}


def arn(session: Session, job: str) -> str:
    """The newest execution of a job."""
    run = session.run(job)
    assert run
    assert run.last
    return run.last.execution_arn


def output(session: Session, job: str) -> Json:
    run = session.run(job)
    assert run
    assert run.last
    found: Json = json.loads(run.last.output or "null")
    return found


def prepared(doing: str, name: str, **states: dict[str, Json]) -> Made:
    """A job that does something first, so that doing it twice would show."""
    return Made(row(Prepare=does(doing, f"{name}-prepare"), **states))


@pytest.mark.slow
def test_a_fail_state_is_left_by_entering_at_the_state_behind_its_catch(
    stage: RerunStage, doing: str
) -> None:
    made = prepared(
        doing,
        "caught",
        Read=does(doing, {"did": "caught-read", "needs": "caught"}, Catch=CAUGHT),
        Write=does(doing, "caught-write"),
    )
    states = made.definition["States"]
    assert isinstance(states, dict)
    states["GiveUp"] = {"Type": "Fail", "Error": "GivenUp"}
    session = stage.failed(stage.pipeline("caught", {"load": made}), {})
    stage.put("caught")

    redrive = stage.asked(session.id, "load", Mode.REDRIVE)
    reran = stage.rerun(session, "load", Mode.ENTER_AT)

    assert redrive.verdict.ruling is Ruling.HOPELESS
    assert reran.preview.jobs[0].certain == ("Read", "Write")
    assert reran.preview.jobs[0].possible == ("GiveUp",)
    assert reran.after.status is SessionStatus.SUCCEEDED
    assert (stage.did("caught-prepare"), stage.did("caught-read")) == (1, 1)


def test_after_a_code_fix_the_same_execution_goes_on_with_the_fixed_code(
    stage: RerunStage, doing: str
) -> None:
    function = stage.function("buggy", BROKEN)
    made = prepared(doing, "buggy", Work=does(function, "buggy-work"))
    session = stage.failed(stage.pipeline("buggy", {"load": made}), {})
    before = stage.asked(session.id, "load", Mode.REDRIVE)
    stage.release(function)

    reran = stage.rerun(session, "load", None)

    assert before.verdict.ruling is not Ruling.SAFE
    assert (reran.proposal.mode, reran.proposal.verdict.ruling) == (Mode.REDRIVE, Ruling.SAFE)
    assert reran.after.status is SessionStatus.SUCCEEDED
    assert arn(reran.after, "load") == arn(session, "load")
    assert stage.did("buggy-prepare") == 1


@pytest.mark.slow
def test_an_edited_input_starts_the_job_anew(stage: RerunStage, doing: str) -> None:
    work: Json = {"did": "edited", "number.$": "$.input.number"}
    made = {"load": Made(row(Work=does(doing, work)))}
    session = stage.failed(stage.pipeline("edited", made), {"number": "12,50"})

    reran = stage.rerun(
        session,
        "load",
        Mode.RESTART,
        edited_input='{"input": {"number": "12.50"}, "outputs": {}}',
    )

    assert reran.after.status is SessionStatus.SUCCEEDED
    assert reran.proposal.verdict.ruling is Ruling.SAFE
    assert arn(reran.after, "load") != arn(session, "load")


@pytest.mark.slow
def test_a_state_is_entered_with_an_edited_input(stage: RerunStage, doing: str) -> None:
    work: Json = {"did": "given-work", "number.$": "$.input.number"}
    made = prepared(doing, "given", Work=does(doing, work))
    session = stage.failed(stage.pipeline("given", {"load": made}), {"number": "12,50"})

    reran = stage.rerun(
        session, "load/Work", Mode.ENTER_AT, edited_input='{"input": {"number": "12.50"}}'
    )

    assert reran.after.status is SessionStatus.SUCCEEDED
    assert output(reran.after, "load") == {"input": {"number": "12.50"}}
    assert stage.did("given-prepare") == 1


@pytest.mark.slow
def test_after_a_fix_of_the_definition_a_new_execution_enters_at_the_failed_state(
    stage: RerunStage, doing: str
) -> None:
    """A redrive keeps the definition that the execution began with."""
    wrong = does(doing, {"did": "redefined-work", "number.$": "$.input.nubmer"})
    right = does(doing, {"did": "redefined-work", "number.$": "$.input.number"})
    pipeline = stage.pipeline("redefined", {"load": prepared(doing, "redefined", Work=wrong)})
    session = stage.failed(pipeline, {"number": "1"})
    stage.deploy(pipeline.jobs[0].machine, prepared(doing, "redefined", Work=right))

    redrive = stage.asked(session.id, "load", Mode.REDRIVE)
    reran = stage.rerun(session, "load", Mode.ENTER_AT)

    assert redrive.verdict.ruling is Ruling.HOPELESS
    assert reran.after.status is SessionStatus.SUCCEEDED
    assert (stage.did("redefined-prepare"), stage.did("redefined-work")) == (1, 1)


@pytest.mark.slow
def test_a_failing_iteration_of_a_map_is_redriven(stage: RerunStage, doing: str) -> None:
    one: Json = {"did": "iteration", "needs.$": "$.needs"}
    each: dict[str, Json] = {
        "Type": "Map",
        "ItemsPath": "$.input.items",
        "MaxConcurrency": 1,
        "ItemProcessor": row(One=does(doing, one)),
        "ResultPath": None,
    }
    made = prepared(doing, "iterations", Each=each, Last=does(doing, "iterations-last"))
    stage.put("item-1")
    items: Json = [{"needs": "item-1"}, {"needs": "item-2"}]
    session = stage.failed(stage.pipeline("iterations", {"load": made}), {"items": items})
    stage.put("item-2")

    with pytest.raises(Refused, match="Enter at Each"):
        stage.asked(session.id, "load/One", Mode.ENTER_AT)
    reran = stage.rerun(session, "load", Mode.REDRIVE)

    assert reran.preview.jobs[0].certain == ("Each", "Last")
    assert reran.preview.jobs[0].possible == ("One",)
    assert reran.after.status is SessionStatus.SUCCEEDED
    assert stage.did("iterations-prepare") == 1


@pytest.mark.slow
def test_a_redrive_starts_a_nested_execution_anew(stage: RerunStage, doing: str) -> None:
    below = stage.aws.machine(
        "nested-below", row(Inner=does(doing, {"did": "nested", "needs": "nested"}))
    )
    waits: dict[str, Json] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": below, "Input": {}},
    }
    made = prepared(doing, "above", Wait=waits)
    session = stage.failed(stage.pipeline("nested", {"load": made}), {})
    stage.put("nested")

    reran = stage.rerun(session, "load", Mode.REDRIVE)

    children = stage.aws.states().list_executions(stateMachineArn=below)["executions"]
    assert sorted(child["status"] for child in children) == ["FAILED", "SUCCEEDED"]
    assert reran.after.status is SessionStatus.SUCCEEDED
    assert stage.did("above-prepare") == 1


@pytest.mark.slow
def test_closed_too_long_ago_it_is_not_redriven_but_starts_anew_from_the_archive(
    stage: RerunStage, doing: str
) -> None:
    made = prepared(doing, "old", Work=does(doing, {"did": "old-work", "needs": "old"}))
    session = stage.failed(stage.pipeline("old", {"load": made}), {"day": 3})
    stage.put("old")
    age(arn(session, "load"), days=15)

    redrive = stage.asked(session.id, "load", Mode.REDRIVE)
    forget(arn(session, "load"))
    entering = stage.asked(session.id, "load", Mode.ENTER_AT)
    reran = stage.rerun(session, "load", Mode.RESTART)

    told = " ".join(reason.text for reason in redrive.verdict.reasons)
    assert redrive.verdict.ruling is Ruling.HOPELESS
    assert "Execution redrivable period exceeded" in told
    assert entering.preview.jobs[0].certain == ("Work",)
    assert reran.after.status is SessionStatus.SUCCEEDED
    assert output(reran.after, "load") == {"input": {"day": 3}, "outputs": {}}


@pytest.mark.slow
def test_with_its_history_nearly_full_a_job_is_entered_in_a_new_execution(
    stage: RerunStage, doing: str
) -> None:
    many: dict[str, Json] = {
        "Type": "Map",
        "ItemsPath": "$.input.items",
        "ItemProcessor": row(One={"Type": "Pass"}),
        "ResultPath": None,
    }
    made = Made(row(Many=many, Work=does(doing, {"did": "full-work", "needs": "full"})))
    # Four events for each item, and twelve beside them.
    session = stage.failed(stage.pipeline("full", {"load": made}), {"items": [0] * 6_247})
    stage.put("full")

    redrive = stage.asked(session.id, "load", Mode.REDRIVE)
    reran = stage.rerun(session, "load", None)

    told = " ".join(reason.text for reason in redrive.verdict.reasons)
    assert redrive.verdict.ruling is Ruling.HOPELESS
    assert "Execution history event limit exceeded" in told
    assert reran.proposal.mode is Mode.ENTER_AT
    assert reran.preview.jobs[0].certain == ("Work",)
    assert reran.after.status is SessionStatus.SUCCEEDED


@pytest.mark.slow
def test_two_failed_branches_are_repaired_one_after_the_other(
    stage: RerunStage, doing: str
) -> None:
    jobs = {
        "left": Made(row(L=does(doing, {"did": "two-left", "needs": "left"}))),
        "right": Made(row(R=does(doing, {"did": "two-right", "needs": "right"}))),
        "last": Made(row(Z=does(doing, "two-last")), after=("left", "right")),
    }
    session = stage.failed(stage.pipeline("two", jobs), {})
    stage.put("left")
    stage.put("right")

    first = stage.rerun(session, "left", Mode.REDRIVE)
    second = stage.rerun(first.after, "right", Mode.REDRIVE)

    assert (first.preview.follows, first.preview.also_needs) == (("last",), ("right",))
    assert status(first.after) == {"left": "SUCCEEDED", "right": "FAILED", "last": "WAITING"}
    assert (second.preview.follows, second.preview.also_needs) == (("last",), ())
    assert second.after.status is SessionStatus.SUCCEEDED
    assert [stage.did(f"two-{one}") for one in ("left", "right", "last")] == [1, 1, 1]


def test_downstream_runs_again_only_on_purpose(stage: RerunStage, doing: str) -> None:
    jobs = {
        "top": Made(row(T=does(doing, "down-top"))),
        "beside": Made(row(B=does(doing, "down-beside"))),
        "below": Made(row(U=does(doing, "down-below")), after=("top",)),
    }
    pipeline = stage.pipeline("down", jobs)
    session = stage.settled(stage.started(pipeline, {}))
    assert session.status is SessionStatus.SUCCEEDED

    alone = stage.rerun(session, "top", Mode.RESTART)
    once = [stage.did(f"down-{one}") for one in jobs]
    purpose = stage.rerun(alone.after, "top", Mode.RESTART, downstream=True)

    assert (alone.preview.resets, once) == ((), [2, 1, 1])
    assert {one.job for one in alone.preview.reused} == {"beside", "below"}
    assert purpose.preview.resets == ("below",)
    assert {one.job for one in purpose.preview.reused} == {"beside"}
    assert [stage.did(f"down-{one}") for one in jobs] == [3, 1, 2]
    assert purpose.after.status is SessionStatus.SUCCEEDED


@pytest.mark.slow
def test_one_branch_is_repaired_while_another_runs(stage: RerunStage, doing: str) -> None:
    client = stage.aws.states()
    activity = client.create_activity(name="slowly")["activityArn"]
    waits: dict[str, Json] = {"Type": "Task", "Resource": activity, "ResultPath": None}
    jobs = {
        "slow": Made(row(Slow=waits)),
        "broken": Made(row(B=does(doing, {"did": "beside-broken", "needs": "beside"}))),
        "last": Made(row(Z=does(doing, "beside-last")), after=("slow", "broken")),
    }
    session_id = stage.started(stage.pipeline("beside", jobs), {})
    stage.until(lambda: status(stage.session(session_id))["broken"] == "FAILED")
    stage.put("beside")

    reran = stage.approved(stage.asked(session_id, "broken", Mode.REDRIVE))
    stage.until(lambda: status(stage.session(session_id))["broken"] == "SUCCEEDED")

    assert status(stage.session(session_id))["slow"] == JobStatus.RUNNING
    token = client.get_activity_task(activityArn=activity)["taskToken"]
    client.send_task_success(taskToken=token, output="{}")
    assert stage.settled(session_id).status is SessionStatus.SUCCEEDED
    assert reran.preview.follows == ("last",)
    assert stage.did("beside-last") == 1


@pytest.mark.slow
def test_a_job_repaired_by_hand_is_marked_done_with_an_output(
    stage: RerunStage, doing: str
) -> None:
    told: dict[str, Json] = {"Type": "Pass", "Parameters": {"above.$": "$.outputs.load"}}
    jobs = {
        "load": Made(row(Work=does(doing, {"did": "hand", "needs": "nothing"}))),
        "after": Made(row(Tell=told), after=("load",)),
    }
    session = stage.failed(stage.pipeline("hand", jobs), {})

    reran = stage.rerun(session, "load", Mode.MARK_DONE, output='{"rows": 3}')

    assert (reran.preview.runs, reran.preview.follows) == ((), ("after",))
    assert reran.after.status is SessionStatus.SUCCEEDED
    assert output(reran.after, "after") == {"above": {"rows": 3}}


@pytest.mark.slow
def test_a_machine_without_a_door_is_not_entered(stage: RerunStage, doing: str) -> None:
    work = does(doing, {"did": "closed", "needs": "closed"})
    made = Made(row(Work=work), enters=False)
    session = stage.failed(stage.pipeline("closed", {"load": made}), {})
    stage.put("closed")

    with pytest.raises(Refused, match="carries no BunsuiEntry"):
        stage.asked(session.id, "load", Mode.ENTER_AT)
    assert stage.rerun(session, "load", Mode.RESTART).after.status is SessionStatus.SUCCEEDED


@pytest.mark.slow
def test_an_express_workflow_is_refused_as_a_job(stage: RerunStage, doing: str) -> None:
    machine = stage.aws.states().create_state_machine(
        name="express",
        type="EXPRESS",
        definition=json.dumps(row(Work=does(doing, "express"))),
        roleArn=stage.aws.role(),
    )["stateMachineArn"]
    stage.store.pipelines.put(Pipeline(name="express", jobs=(Job(name="load", machine=machine),)))

    with pytest.raises(BadInput, match=r"job load, .* is an Express workflow"):
        stage.desk.start("express", "{}", "it is fast")
    assert stage.did("express") == 0


@pytest.mark.slow
def test_a_machine_that_became_express_starts_nothing_and_says_why(
    stage: RerunStage, doing: str
) -> None:
    """It was deleted and made anew between two looks at it."""
    made = Made(row(Work=does(doing, {"did": "turned", "needs": "turned"})))
    pipeline = stage.pipeline("turned", {"load": made})
    session = stage.failed(pipeline, {})
    stage.put("turned")
    proposal = stage.asked(session.id, "load", Mode.RESTART)
    client = stage.aws.states()
    client.delete_state_machine(stateMachineArn=pipeline.jobs[0].machine)
    client.create_state_machine(
        name="turned-load",
        type="EXPRESS",
        definition=json.dumps(made.definition),
        roleArn=stage.aws.role(),
    )

    with pytest.raises(BunsuiError):
        stage.desk.request(proposal.proposal_id, "it can go on")
    with pytest.raises(BunsuiError, match="Express"):
        stage.asked(session.id, "load", Mode.RESTART)
    assert stage.did("turned") == 0


@pytest.mark.slow
def test_a_deleted_machine_is_only_marked_done(stage: RerunStage, doing: str) -> None:
    made = Made(row(Work=does(doing, {"did": "deleted", "needs": "deleted"})))
    pipeline = stage.pipeline("deleted", {"load": made})
    session = stage.failed(pipeline, {})
    stage.aws.states().delete_state_machine(stateMachineArn=pipeline.jobs[0].machine)

    for mode in (Mode.REDRIVE, Mode.ENTER_AT, Mode.RESTART):
        with pytest.raises(Refused, match="was deleted"):
            stage.asked(session.id, "load", mode)
    with pytest.raises(Refused, match="is not there"):
        stage.desk.start("deleted", "{}", "once more")
    marked = stage.rerun(session, "load", Mode.MARK_DONE, output="1")
    assert marked.after.status is SessionStatus.SUCCEEDED
