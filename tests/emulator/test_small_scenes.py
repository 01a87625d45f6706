"""Each scene on a small pipeline fails for real, and what happens meanwhile really helps."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.deployment import deploy
from bunsui_core.adapters.emulator.scenes import catalog, code_bug
from bunsui_core.adapters.emulator.scenes.code_bug import CodeBug
from bunsui_core.domain.pipeline import Pipeline
from tests.builders import a_session
from tests.emulator.embedded import Embedded, Execution

RUN = "run-1"


class Small:
    """One deployed scene."""

    def __init__(self, aws: Embedded, account: Account, scene: str, seed: int = 2) -> None:
        (self.play,) = catalog.chosen(seed, scene)
        self.aws = aws
        self.account = account
        name = self.play.scene.pipeline
        outputs = deploy(account, {name: self.play.template()})[name]
        self.pipeline: Pipeline = self.play.pipeline(outputs)

    @property
    def machine(self) -> str:
        """The machine of the failing job."""
        job = self.pipeline.find(self.play.scene.failing or self.pipeline.order[0])
        assert job is not None
        return job.machine

    def failed(self, run_id: str = RUN) -> Execution:
        """Set the scene and run its failing job."""
        self.given = self.play.stage(self.account, run_id)[0].session_input
        return self.again()

    def again(self) -> Execution:
        """Run the failing job anew with the same input."""
        return self.aws.run(self.machine, {"input": json.loads(self.given), "outputs": {}})


@pytest.fixture(scope="module")
def account(aws: Embedded) -> Iterator[Account]:
    with Account(aws.server, aws.key("root")) as made:
        yield made


def test_a_raised_limit_helps_a_new_execution_and_not_a_redrive(
    aws: Embedded, account: Account
) -> None:
    small = Small(aws, account, "timeout")

    execution = small.failed()
    assert execution.describe()["error"] == "States.Timeout"
    assert execution.types[-2:] == ["TaskTimedOut", "ExecutionFailed"]

    small.play.meanwhile(account, RUN)
    assert execution.redriven().describe()["error"] == "States.Timeout"
    assert small.again().status == "SUCCEEDED"


def test_a_function_is_killed_at_its_memory_until_it_has_more(
    aws: Embedded, account: Account
) -> None:
    small = Small(aws, account, "out-of-memory")

    execution = small.failed()
    assert execution.describe()["error"] == "Runtime.ExitError"
    assert "signal: killed" in str(execution.cause["errorMessage"])

    small.play.meanwhile(account, RUN)
    assert execution.redriven().status == "SUCCEEDED"


def test_a_role_is_refused_until_it_is_granted_the_read(aws: Embedded, account: Account) -> None:
    small = Small(aws, account, "missing-permission")

    execution = small.failed()
    assert execution.describe()["error"] == "AccessDenied"
    assert "s3:GetObject" in str(execution.cause["errorMessage"])
    assert execution.redriven().status == "FAILED"

    small.play.meanwhile(account, RUN)
    assert execution.redriven().status == "SUCCEEDED"


def test_an_object_is_missed_until_it_arrives(aws: Embedded, account: Account) -> None:
    small = Small(aws, account, "missing-object")

    execution = small.failed()
    stopped = execution.describe()["stopDate"]
    assert execution.describe()["error"] == "NoSuchKey"

    small.play.meanwhile(account, RUN)
    source = json.loads(small.given)["source"].removeprefix("s3://")
    bucket, _, key = source.partition("/")
    assert account.objects.head_object(Bucket=bucket, Key=key)["LastModified"] > stopped
    assert execution.redriven().status == "SUCCEEDED"


@pytest.mark.parametrize("bug", code_bug.BUGS)
def test_a_release_raises_until_the_fixed_one_is_deployed(
    aws: Embedded, account: Account, bug: code_bug.Bug
) -> None:
    small = Small(aws, account, "code-bug")
    assert isinstance(small.play, CodeBug)
    small.play.bug = bug

    execution = small.failed()
    assert execution.describe()["error"] in {"KeyError", "AttributeError", "TypeError", "NameError"}
    assert execution.redriven().status == "FAILED"

    small.play.meanwhile(account, RUN)
    assert execution.redriven().status == "SUCCEEDED"


def test_a_rerun_of_the_charge_would_charge_twice_and_the_witness_would_see_it(
    aws: Embedded, account: Account
) -> None:
    small = Small(aws, account, "double-write")

    execution = small.failed()
    assert execution.describe()["error"] == "URLError"
    once = small.play.witness(account, RUN, ())
    execution.redriven()
    twice = small.play.witness(account, RUN, ())

    assert once is not None
    assert once.holds
    assert "1 charge of" in once.text
    assert twice is not None
    assert not twice.holds
    assert "2 charges of" in twice.text


def test_each_day_takes_longer_and_the_witness_tells_when_one_does_not(
    aws: Embedded, account: Account
) -> None:
    small = Small(aws, account, "slow-drift")
    days = [json.loads(one.session_input) for one in small.play.stage(account, RUN)]
    sessions = []
    for day in days[:2]:
        execution = aws.run(small.machine, {"input": day, "outputs": {}})
        made = a_session()
        last = made.runs[0].attempts[-1]
        ended = last.model_copy(update={"output": execution.describe()["output"]})
        run = made.runs[0].model_copy(update={"attempts": (ended,)})
        sessions.append(made.model_copy(update={"runs": (run,)}))

    slower = small.play.witness(account, RUN, tuple(sessions))
    faster = small.play.witness(account, RUN, tuple(reversed(sessions)))

    assert slower is not None
    assert slower.holds
    assert faster is not None
    assert not faster.holds


@pytest.mark.parametrize(
    "scene", ["timeout", "out-of-memory", "missing-permission", "missing-object", "code-bug"]
)
def test_a_scene_fails_again_in_a_home_where_it_was_played_before(
    aws: Embedded, account: Account, scene: str
) -> None:
    small = Small(aws, account, scene)
    first = small.failed("first").status
    small.play.meanwhile(account, "first")

    assert (first, small.failed("second").status) == ("FAILED", "FAILED")
