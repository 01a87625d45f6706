"""Each scene fails where its cast says, and recovers as its story says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TypeAlias

import pytest

from bunsui_core.adapters.emulator import orders
from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.deployment import deploy
from bunsui_core.adapters.emulator.scenes import first_four
from bunsui_core.adapters.emulator.scenes.play import Play
from bunsui_core.adapters.emulator.scenes.scene import Staged
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution

Outputs: TypeAlias = dict[str, Json]


class Stage:
    """A deployed pipeline on which the first four scenes of a seed are played."""

    def __init__(self, aws: Embedded, account: Account, seed: int) -> None:
        self.aws = aws
        self.account = account
        self.cast = orders.cast(seed)
        self.plays = {play.scene.name: play for play in first_four.plays(seed)}
        self.pipeline = self.deploy()

    def deploy(self) -> Pipeline:
        """Deploy the pipeline of the scenes."""
        name, one = self.cast.pipeline, self.plays["healthy"]
        return one.pipeline(deploy(self.account, {name: one.template()})[name])

    def set(self, play: Play, run_id: str) -> Staged:
        """Put the objects of a scene in their places."""
        (staged,) = play.stage(self.account, run_id)
        return staged

    def play(self, job: str, session_input: str, outputs: Outputs | None = None) -> Execution:
        """Run one job, with outputs of the jobs it waits for that suffice."""
        found = self.pipeline.find(job)
        assert found is not None
        above: Outputs = {name: {"result": f"s3://x/{name}.json"} for name in found.after}
        given: Json = {"input": json.loads(session_input), "outputs": {**above, **(outputs or {})}}
        return self.aws.run(found.machine, given)

    def failed_state(self, execution: Execution) -> str:
        """The last state that an execution entered."""
        entered = [
            e["stateEnteredEventDetails"]["name"]
            for e in execution.events
            if "stateEnteredEventDetails" in e
        ]
        return entered[-1]


@pytest.fixture(scope="module", params=[1, 2, 3])
def stage(aws: Embedded, request: pytest.FixtureRequest) -> Iterator[Stage]:
    with Account(aws.server, aws.key("root")) as account:
        yield Stage(aws, account, int(request.param))


def test_a_healthy_session_reads_the_orders_and_writes_five_results(stage: Stage) -> None:
    staged = stage.set(stage.plays["healthy"], "healthy")
    outputs: Outputs = {}

    for job in stage.pipeline.order:
        waits_for = stage.pipeline.find(job)
        assert waits_for is not None
        execution = stage.play(
            job, staged.session_input, {name: outputs[name] for name in waits_for.after}
        )
        outputs[job] = json.loads(execution.describe()["output"])

    s3 = stage.aws.s3("root")
    listed = s3.list_objects_v2(Bucket=stage.cast.bucket, Prefix="results/healthy/")["Contents"]
    jobs = {part.job for part in stage.cast.parts}
    assert {item["Key"] for item in listed} == {f"results/healthy/{job}.json" for job in jobs}
    last = stage.pipeline.order[-1]
    written = s3.get_object(Bucket=stage.cast.bucket, Key=f"results/healthy/{last}.json")
    result = json.loads(written["Body"].read())
    assert result["rows"] == len(stage.cast.rows)
    assert len(result["built_from"]) == 2


@pytest.mark.parametrize("name", ["throttled", "rejected"])
def test_throttling_outlasts_the_retries_and_a_redrive_recovers(stage: Stage, name: str) -> None:
    play = stage.plays[name]
    staged = stage.set(play, f"run-{name}")
    assert play.scene.failing is not None
    assert play.refusal is not None

    execution = stage.play(play.scene.failing, staged.session_input)

    assert execution.status == "FAILED"
    assert stage.failed_state(execution) == orders.WRITE_STATE
    assert execution.types.count("TaskFailed") == orders.RETRIES + 1
    message = str(execution.cause["errorMessage"])
    assert message.startswith(f"An error occurred ({play.refusal.code}) when calling the ")
    assert play.refusal.message in message
    assert execution.redriven().status == "SUCCEEDED"
    assert execution.types.count("TaskStateEntered") == 2


def test_a_malformed_row_fails_again_until_the_corrected_file_is_given(stage: Stage) -> None:
    play = stage.plays["malformed-row"]
    staged = stage.set(play, "malformed")
    assert play.scene.failing is not None
    assert staged.corrected_input is not None

    execution = stage.play(play.scene.failing, staged.session_input)
    first = execution.cause
    again = execution.redriven()

    assert (execution.status, stage.failed_state(execution)) == ("FAILED", orders.READ_STATE)
    assert again.cause["errorMessage"] == first["errorMessage"]
    assert stage.play(play.scene.failing, staged.corrected_input).status == "SUCCEEDED"


def test_a_malformed_row_breaks_no_other_job(stage: Stage) -> None:
    play = stage.plays["malformed-row"]
    staged = stage.set(play, "others")
    others = [job for job in stage.pipeline.order if job != play.scene.failing]

    ended = [stage.play(job, staged.session_input).status for job in others]

    assert ended == ["SUCCEEDED"] * 4


def test_two_runs_do_not_disturb_one_another(stage: Stage) -> None:
    play = stage.plays["throttled"]
    assert play.scene.failing is not None
    first, second = stage.set(play, "one"), stage.set(play, "two")

    one = stage.play(play.scene.failing, first.session_input)
    two = stage.play(play.scene.failing, second.session_input)

    assert (one.status, two.status) == ("FAILED", "FAILED")
    assert one.redriven().status == "SUCCEEDED"


def test_deploying_again_changes_nothing(stage: Stage) -> None:
    machine = stage.pipeline.jobs[0].machine
    client = stage.aws.states("agent")
    before = client.describe_state_machine(stateMachineArn=machine)["revisionId"]

    assert stage.deploy() == stage.pipeline
    after = client.describe_state_machine(stateMachineArn=machine)["revisionId"]
    assert after == before
