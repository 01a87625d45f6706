"""In a named account nothing is executed, whatever was approved and whatever the profile may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bunsui_core.app.decide import Signing
from bunsui_core.domain.approval import Answer, ApprovalStatus
from bunsui_core.domain.permissions import Policy
from bunsui_core.settings import Settings, read_settings
from bunsui_core.wiring.agent import agent_desk
from bunsui_core.wiring.operator import operator_desk
from bunsui_core.wiring.worker import worker
from tests.emulator.embedded import Embedded
from tests.emulator.reading_account import (
    NAME,
    SESSION,
    Failures,
    environment_file,
    failures,
    profile,
    reader,
    remember,
)

EVERYTHING: Policy = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
HANAKO, PASSPHRASE = "hanako", "three quiet rivers"


@pytest.fixture(scope="module")
def failed(aws: Embedded) -> Failures:
    return failures(aws)


@pytest.fixture
def shop(
    aws: Embedded, failed: Failures, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """The environment, seen through a profile that may do everything."""
    environment_file(tmp_path, aws.server.account, aws.server.region)
    with profile(aws, reader(aws, name, EVERYTHING), tmp_path) as variables:
        for variable, value in variables.items():
            monkeypatch.setenv(variable, value)
        settings = read_settings({"BUNSUI_HOME": str(tmp_path), "BUNSUI_ENVIRONMENT": NAME})
        remember(settings, failed.session())
        yield settings


def test_what_a_human_approved_is_not_executed(shop: Settings, failed: Failures) -> None:
    watching = worker(shop)
    watching.tick()
    agent, human = agent_desk(shop, "claude"), operator_desk(shop)
    human.init_approver(HANAKO, PASSPHRASE)
    best = agent.propose(SESSION, "copy").proposals[0]
    asked = agent.request(best.proposal_id, "the lock is free").request.id
    review = human.review(asked)
    assert f"WILL HAPPEN  1. NOTHING, for bunsui only reads {NAME}" in review.document
    signing = Signing(approver=HANAKO, passphrase=PASSPHRASE)

    human.decide(review, Answer.APPROVE, signing, typed=review.typed_code)
    watching.tick()

    assert agent.approval(asked).status is ApprovalStatus.APPROVED
    said = failed.container.describe()
    assert (said["status"], said.get("redriveCount", 0)) == ("FAILED", 0)
