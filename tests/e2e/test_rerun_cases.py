"""The cases of docs/rerun.md about one machine, through plan, decision and executor.

What was shown to the human is compared each time with what AWS recorded: `RerunStage.rerun`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bunsui_core.domain.errors import Refused
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling
from tests.e2e.rerun_machines import BROKEN, Made, arn, does, output, prepared, row
from tests.e2e.rerun_stage import RerunStage, rerun_stage
from tests.emulator.embedded import Embedded

CAUGHT: list[Json] = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "GiveUp"}]


@pytest.fixture(scope="module")
def stage(inside: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RerunStage]:
    with rerun_stage(inside, tmp_path_factory.mktemp("rerun")) as made:
        yield made


@pytest.fixture(scope="module")
def doing(stage: RerunStage) -> str:
    return stage.function("doing")


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
def test_a_new_version_of_a_function_is_run_by_entering_in_the_definition_that_names_it(
    stage: RerunStage, doing: str
) -> None:
    """A redrive calls the version that the old definition names."""
    function = stage.function("versioned", BROKEN)
    calls = stage.aws.functions()
    first = calls.publish_version(FunctionName=function)["FunctionArn"]
    work = does(first, "versioned-work")
    pipeline = stage.pipeline("versioned", {"load": prepared(doing, "versioned", Work=work)})
    session = stage.failed(pipeline, {})
    stage.release(function)
    second = calls.publish_version(FunctionName=function)["FunctionArn"]

    again = stage.asked(session.id, "load", Mode.REDRIVE)
    fixed = prepared(doing, "versioned", Work=does(second, "versioned-work"))
    stage.deploy(pipeline.jobs[0].machine, fixed)
    reran = stage.rerun(session, "load", Mode.ENTER_AT)

    assert first != second
    assert again.verdict.ruling is not Ruling.SAFE
    assert reran.after.status is SessionStatus.SUCCEEDED
    assert stage.did("versioned-prepare") == 1


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
        stage.named("nested-below"), row(Inner=does(doing, {"did": "nested", "needs": "nested"}))
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
def test_a_machine_without_a_door_is_not_entered(stage: RerunStage, doing: str) -> None:
    work = does(doing, {"did": "closed", "needs": "closed"})
    made = Made(row(Work=work), enters=False)
    session = stage.failed(stage.pipeline("closed", {"load": made}), {})
    stage.put("closed")

    with pytest.raises(Refused, match="carries no BunsuiEntry"):
        stage.asked(session.id, "load", Mode.ENTER_AT)
    assert stage.rerun(session, "load", Mode.RESTART).after.status is SessionStatus.SUCCEEDED


@pytest.mark.slow
def test_a_state_that_ran_in_the_execution_before_is_entered_too(
    stage: RerunStage, doing: str
) -> None:
    """The newest execution entered after it, and failed again."""
    made = prepared(
        doing,
        "twice",
        Middle=does(doing, "twice-middle"),
        Work=does(doing, {"did": "twice-work", "needs": "twice"}),
    )
    session = stage.failed(stage.pipeline("twice", {"load": made}), {})
    again = stage.rerun(session, "load/Work", Mode.ENTER_AT)
    stage.put("twice")

    reran = stage.rerun(again.after, "load/Middle", Mode.ENTER_AT)

    assert again.after.status is SessionStatus.FAILED
    assert reran.after.status is SessionStatus.SUCCEEDED
    assert [stage.did(f"twice-{one}") for one in ("prepare", "middle", "work")] == [1, 2, 1]
