"""The cases of docs/rerun.md about time, limits and several jobs, through plan and executor.

What was shown to the human is compared each time with what AWS recorded: `RerunStage.rerun`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from bunsui_core.domain.errors import BadInput, BunsuiError, Refused
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_core.domain.session import JobStatus, SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling
from tests.e2e.rerun_machines import Made, arn, does, output, prepared, row, status
from tests.e2e.rerun_stage import RerunStage, rerun_stage
from tests.emulator.aging import age, forget
from tests.emulator.embedded import Embedded


@pytest.fixture(scope="module")
def stage(inside: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RerunStage]:
    with rerun_stage(inside, tmp_path_factory.mktemp("rerun")) as made:
        yield made


@pytest.fixture(scope="module")
def doing(stage: RerunStage) -> str:
    return stage.function("doing")


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
    activity = client.create_activity(name=stage.named("slowly"))["activityArn"]
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
def test_an_express_workflow_is_refused_as_a_job(stage: RerunStage, doing: str) -> None:
    machine = stage.aws.states().create_state_machine(
        name=stage.named("express"),
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
        name=stage.named("turned-load"),
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


@pytest.mark.slow
def test_a_state_whose_input_and_the_jobs_are_too_large_together_is_not_entered(
    stage: RerunStage, doing: str
) -> None:
    made = Made(row(First={"Type": "Pass"}, Work=does(doing, {"did": "large", "needs": "large"})))
    session = stage.failed(stage.pipeline("large", {"load": made}), {"text": "x" * 140_000})
    stage.put("large")

    with pytest.raises(Refused, match="bytes together; Step Functions carries 262,144"):
        stage.asked(session.id, "load", Mode.ENTER_AT)
    assert stage.rerun(session, "load", Mode.RESTART).after.status is SessionStatus.SUCCEEDED
