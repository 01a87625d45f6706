"""What AWS has forgotten is still shown, searched, explained and started again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bunsui_core.app.retain import judged
from bunsui_core.domain.answer import FieldValue, SessionFilter, Source
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.session import Session, SessionStatus
from bunsui_core.domain.timeline import StateEnd
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling
from bunsui_core.wiring.agent import agent_desk
from tests.e2e.rerun_machines import SOME_BUCKET, Made, does, row
from tests.e2e.rerun_stage import RerunStage, rerun_stage
from tests.emulator.aging import forget
from tests.emulator.embedded import Embedded

pytestmark = pytest.mark.slow

TALKING = f"""
import boto3

def handler(event, context):
    print("looking for", event["needs"])
    boto3.client("s3").head_object(Bucket="{SOME_BUCKET}", Key=event["needs"])
    return {{"found": event["needs"]}}
"""


class Forgotten:
    """A session of two jobs, one of which failed in a nested execution that is forgotten too."""

    def __init__(self, stage: RerunStage) -> None:
        self.stage = stage
        self.function = stage.function("talking", TALKING)
        below = stage.aws.machine(
            stage.named("below"), row(Inner=does(self.function, {"needs.$": "$.needs"}))
        )
        waits: dict[str, Json] = {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": below, "Input": {"needs": "day-7"}},
            "ResultPath": "$.below",
        }
        said = does(stage.function("doing"), "said")
        jobs = {
            "read": Made(row(Say=said)),
            "load": Made(row(First=said, Wait=waits, Last=said), after=("read",)),
        }
        self.session: Session = stage.failed(stage.pipeline("lost", jobs), {"day": "day-7"})
        self.nested = stage.aws.states().list_executions(stateMachineArn=below)["executions"]
        self.gone = [run.last.execution_arn for run in self.session.runs if run.last]
        for arn in (*self.gone, *(one["executionArn"] for one in self.nested)):
            forget(arn)
        stage.aws.logs("root").delete_log_group(
            logGroupName=f"/aws/lambda/{stage.named('talking')}"
        )
        self.desk = agent_desk(stage.settings, "claude")


@pytest.fixture(scope="module")
def lost(inside: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forgotten]:
    with rerun_stage(inside, tmp_path_factory.mktemp("lost")) as stage:
        yield Forgotten(stage)


def test_aws_really_does_not_know_it_any_more(lost: Forgotten) -> None:
    states = lost.stage.aws.states()

    for arn in lost.gone:
        with pytest.raises(states.exceptions.ExecutionDoesNotExist):
            states.describe_execution(executionArn=arn)


def test_the_session_is_shown_and_found(lost: Forgotten) -> None:
    view = lost.desk.session(lost.session.id)

    assert view.session == lost.session
    for wanted in (
        SessionFilter(inputs=(FieldValue(path="day", value="day-7"),)),
        SessionFilter(outputs=(FieldValue(path="input.day", value="day-7"),)),
        SessionFilter(name=lost.session.id.lower()),
        SessionFilter(error="load"),
    ):
        assert lost.desk.window(wanted, 0, 9).total == 1, wanted


def test_its_states_and_its_log_are_shown_from_the_archive(lost: Forgotten) -> None:
    tracks = lost.desk.timeline(lost.session.id, "load").tracks
    logs = lost.desk.logs(lost.session.id, "load")

    assert [run.end for one in tracks if one.path == ("Wait",) for run in one.runs] == [
        StateEnd.FAILED
    ]
    assert any("looking for day-7" in line.text for line in logs.lines)
    assert lost.desk.age_of(logs).source is Source.ARCHIVE


def test_it_is_explained_anew_down_to_the_nested_execution(lost: Forgotten) -> None:
    """As if nobody had explained it before: the stored diagnosis is taken away."""
    empty = replace(lost.stage.store, diagnoses=NoDiagnoses())
    desk = agent_desk(lost.stage.settings, "claude")
    desk._store = empty

    (found,) = desk.analyze(lost.session.id).diagnoses

    assert found.category is Category.MISSING_RESOURCE
    assert found.failure.nested[0].execution_arn == lost.nested[0]["executionArn"]
    assert any("looking for day-7" in line.text for line in found.logs)


class NoDiagnoses:
    """`Diagnoses` that knows none."""

    def put(self, diagnosis: object) -> None:
        """Forget it."""

    def get(self, session_id: str, job: str) -> None:
        """Know nothing."""

    def similar(self, fingerprint: str, limit: int) -> tuple[()]:
        """Know nothing."""
        return ()


def test_a_redrive_is_said_to_be_hopeless_and_why(lost: Forgotten) -> None:
    redrive = lost.stage.asked(lost.session.id, "load", Mode.REDRIVE)

    assert redrive.verdict.ruling is Ruling.HOPELESS
    assert any("90 days" in reason.text for reason in redrive.verdict.reasons)


def test_nothing_of_it_is_dropped_while_it_can_be_recovered(lost: Forgotten) -> None:
    entries = lost.stage.store.archive.older(lost.desk.live().as_of + timedelta(days=1), 99)

    assert len(entries) == len(lost.gone) + len(lost.nested)
    assert all(why for _, why in judged(entries, lost.stage.store, lost.desk.live().as_of))


def test_it_is_entered_where_it_failed_and_started_anew(lost: Forgotten) -> None:
    stage = lost.stage
    stage.put("day-7")
    before = stage.did("said")

    entered = stage.rerun(lost.session, "load", Mode.ENTER_AT)
    assert entered.preview.jobs[0].certain == ("Wait", "Last")
    assert entered.after.status is SessionStatus.SUCCEEDED
    assert stage.did("said") == before + 1

    again = stage.rerun(entered.after, "read", Mode.RESTART)
    run = again.after.run("read")
    assert run
    assert run.last
    assert json.loads(run.last.input) == json.loads(lost.session.runs[0].attempts[0].input)
