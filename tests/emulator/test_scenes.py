"""Each scene fails where its cast says, and recovers as its story says."""

from __future__ import annotations

import json
from typing import TypeAlias

import pytest

from bunsui_core.adapters.emulator import orders, scenes
from bunsui_core.adapters.emulator.deployment import deploy
from bunsui_core.adapters.emulator.scenes import Scene, Staged
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution

Outputs: TypeAlias = dict[str, Json]


class Stage:
    """A deployed pipeline on which the scenes of a seed are played."""

    def __init__(self, aws: Embedded, seed: int) -> None:
        self.aws = aws
        self.cast = orders.cast(seed)
        self.pipeline: Pipeline = deploy(aws.server, aws.key("root"), self.cast)

    def scene(self, name: str) -> Scene:
        """The scene of that name."""
        return next(scene for scene in scenes.scenes(self.cast) if scene.name == name)

    def set(self, scene: Scene, run_id: str) -> Staged:
        """Put the objects of a scene in their places."""
        return scenes.stage(self.aws.server, self.aws.key("root"), self.cast, scene, run_id)

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
def stage(aws: Embedded, request: pytest.FixtureRequest) -> Stage:
    return Stage(aws, int(request.param))


def test_a_healthy_session_reads_the_orders_and_writes_five_results(stage: Stage) -> None:
    staged = stage.set(stage.scene("healthy"), "healthy")
    outputs: Outputs = {}

    for job in stage.pipeline.order:
        waits_for = stage.pipeline.find(job)
        assert waits_for is not None
        execution = stage.play(
            job, staged.session_input, {name: outputs[name] for name in waits_for.after}
        )
        outputs[job] = json.loads(execution.describe()["output"])

    s3 = stage.aws.s3("agent")
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
    scene = stage.scene(name)
    staged = stage.set(scene, f"run-{name}")
    assert scene.failing is not None
    assert scene.refusal is not None

    execution = stage.play(scene.failing, staged.session_input)

    assert execution.status == "FAILED"
    assert stage.failed_state(execution) == orders.WRITE_STATE
    assert execution.types.count("TaskFailed") == orders.RETRIES + 1
    message = str(execution.cause["errorMessage"])
    assert message.startswith(f"An error occurred ({scene.refusal.code}) when calling the ")
    assert scene.refusal.message in message
    assert execution.redriven().status == "SUCCEEDED"
    assert execution.types.count("TaskStateEntered") == 2


def test_a_malformed_row_fails_again_until_the_corrected_file_is_given(stage: Stage) -> None:
    scene = stage.scene("malformed_row")
    staged = stage.set(scene, "malformed")
    assert scene.failing is not None
    assert staged.corrected_input is not None

    execution = stage.play(scene.failing, staged.session_input)
    first = execution.cause
    again = execution.redriven()

    assert (execution.status, stage.failed_state(execution)) == ("FAILED", orders.READ_STATE)
    assert again.cause["errorMessage"] == first["errorMessage"]
    assert stage.play(scene.failing, staged.corrected_input).status == "SUCCEEDED"


def test_a_malformed_row_breaks_no_other_job(stage: Stage) -> None:
    scene = stage.scene("malformed_row")
    staged = stage.set(scene, "others")
    others = [job for job in stage.pipeline.order if job != scene.failing]

    ended = [stage.play(job, staged.session_input).status for job in others]

    assert ended == ["SUCCEEDED"] * 4


def test_two_runs_do_not_disturb_one_another(stage: Stage) -> None:
    scene = stage.scene("throttled")
    assert scene.failing is not None
    first, second = stage.set(scene, "one"), stage.set(scene, "two")

    one = stage.play(scene.failing, first.session_input)
    two = stage.play(scene.failing, second.session_input)

    assert (one.status, two.status) == ("FAILED", "FAILED")
    assert one.redriven().status == "SUCCEEDED"


def test_deploying_again_changes_nothing(stage: Stage) -> None:
    machine = stage.pipeline.jobs[0].machine
    client = stage.aws.states("agent")
    before = client.describe_state_machine(stateMachineArn=machine)["revisionId"]

    assert deploy(stage.aws.server, stage.aws.key("root"), stage.cast) == stage.pipeline
    after = client.describe_state_machine(stateMachineArn=machine)["revisionId"]
    assert after == before
