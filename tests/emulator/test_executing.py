"""In a named account what was approved is executed where the file says so, and nowhere else.

The account is the embedded AWS with IAM on; each profile has the policy that is printed for it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_core.app.decide import Signing
from bunsui_core.domain.approval import Answer, Approval, ApprovalStatus
from bunsui_core.domain.environment import parse_environments
from bunsui_core.settings import Settings, read_settings
from bunsui_core.wiring.agent import agent_desk
from bunsui_core.wiring.estates import policies
from bunsui_core.wiring.executing import lacking
from bunsui_core.wiring.operator import operator_desk
from bunsui_core.wiring.worker import worker
from tests.emulator.embedded import Embedded, Execution
from tests.emulator.iam_world import principal
from tests.emulator.reading_account import (
    NAME,
    SESSION,
    Failures,
    failures,
    remember,
)

HANAKO, PASSPHRASE = "hanako", "three quiet rivers"
FILE = """
[environments.{name}]
account = "{account}"
region = "{region}"
read_profile = "look"
class = "dev"
"""
EXECUTES = 'executes = true\nexecute_profile = "work"\n'


@pytest.fixture(scope="module")
def failed(aws: Embedded) -> Failures:
    """Two failed executions, of which the executor may go on with the first."""
    return failures(aws)


@pytest.fixture(scope="module")
def config(aws: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The AWS configuration of two users, each with the policy that is printed for it."""
    text = FILE.format(name=NAME, account=aws.server.account, region=aws.server.region)
    printed = policies(parse_environments(text, "f")[NAME])
    loads = policies(parse_environments(text + 'include = ["shop-load-*"]', "f")[NAME])
    path, lines = tmp_path_factory.mktemp("executing") / "aws-config", []
    for name, policy in (("look", printed.reading), ("work", loads.executing)):
        key = principal(aws.iam(), f"executing-{name}", policy, ("part", name))
        lines += [
            f"[profile {name}]",
            f"region = {aws.server.region}",
            f"endpoint_url = {aws.server.url}",
            f"aws_access_key_id = {key.access_key_id}",
            f"aws_secret_access_key = {key.secret_access_key}",
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def shop(
    aws: Embedded,
    config: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Settings:
    """The environment, with the lines that a test adds to its file."""
    text = FILE.format(name=NAME, account=aws.server.account, region=aws.server.region)
    path = tmp_path / "bunsui.toml"
    path.write_text(text + request.param, encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    return read_settings({"BUNSUI_HOME": str(tmp_path), "BUNSUI_ENVIRONMENT": NAME})


def redrives(execution: Execution) -> tuple[str, int]:
    """How an execution stands, and how often it was redriven."""
    said = execution.describe()
    return said["status"], said.get("redriveCount", 0)


def approved(shop: Settings, job: str) -> Approval:
    """What a human approved, of the job that failed."""
    agent, human = agent_desk(shop, "claude"), operator_desk(shop)
    human.init_approver(HANAKO, PASSPHRASE)
    best = agent.propose(SESSION, job).proposals[0]
    review = human.review(agent.request(best.proposal_id, "it is free again").request.id)
    signing = Signing(approver=HANAKO, passphrase=PASSPHRASE)
    return human.decide(review, Answer.APPROVE, signing, typed=review.typed_code)


@pytest.mark.parametrize("shop", [EXECUTES], indirect=True)
def test_where_the_file_says_so_what_was_approved_is_executed(
    shop: Settings, failed: Failures
) -> None:
    remember(shop, failed.session())
    watching = worker(shop, machines=False)
    watching.tick()
    asked = approved(shop, "load").request.id

    watching.tick()

    standing = agent_desk(shop, "claude").approval(asked)
    assert standing.status is ApprovalStatus.DONE, standing.note
    assert redrives(failed.function)[1] == 1
    assert lacking(shop) == ""


@pytest.mark.parametrize("shop", [EXECUTES], indirect=True)
def test_what_aws_denies_the_executor_fails_and_is_not_tried_again(
    shop: Settings, failed: Failures
) -> None:
    """The printed policy allows the machines alone that the file includes."""
    remember(shop, failed.session())
    watching = worker(shop, machines=False)
    watching.tick()
    before = redrives(failed.container)
    asked = approved(shop, "copy").request.id

    for _ in range(2):
        watching.tick()

    standing = agent_desk(shop, "claude").approval(asked)
    assert standing.status is ApprovalStatus.FAILED
    assert "nothing was called: " in standing.note
    assert redrives(failed.container) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shop", "why"),
    [
        ("", "lacks `executes = true` and `execute_profile"),
        ('execute_profile = "work"\n', "lacks `executes = true`."),
        ("executes = true\n", "lacks `execute_profile"),
    ],
    indirect=["shop"],
)
def test_with_one_of_the_two_lines_alone_nothing_is_executed(
    shop: Settings, failed: Failures, why: str
) -> None:
    remember(shop, failed.session())
    watching = worker(shop, machines=False)
    watching.tick()
    before = redrives(failed.container)
    asked = approved(shop, "copy").request.id

    watching.tick()

    assert agent_desk(shop, "claude").approval(asked).status is ApprovalStatus.APPROVED
    assert redrives(failed.container) == before
    assert why in lacking(shop)


@pytest.mark.parametrize("shop", [EXECUTES], indirect=True)
def test_a_review_says_that_nothing_happens_only_where_nothing_does(
    shop: Settings, failed: Failures
) -> None:
    remember(shop, failed.session())
    worker(shop, machines=False).tick()
    assert "Nobody may approve here yet" in lacking(shop)
    agent, human = agent_desk(shop, "claude"), operator_desk(shop)
    best = agent.propose(SESSION, "copy").proposals[0]

    review = human.review(agent.request(best.proposal_id, "it is free again").request.id)

    assert "NOTHING" not in review.document
    assert f"in {NAME}, account" in review.document
