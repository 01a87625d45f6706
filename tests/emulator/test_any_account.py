"""With exactly the printed policy everything but executing works; without one action, the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from bunsui_core.domain.answer import Analysis, OperationLogs
from bunsui_core.domain.approval import ApprovalStatus
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.features import FEATURES, LISTING, TAGS
from bunsui_core.domain.health import Check, Health
from bunsui_core.domain.permissions import Estate, reading
from bunsui_core.domain.recovery import Proposal
from bunsui_core.settings import Settings, read_settings
from bunsui_core.wiring.agent import agent_desk
from bunsui_core.wiring.environments import checked
from bunsui_core.wiring.worker import worker
from tests.emulator.embedded import Embedded
from tests.emulator.reading_account import (
    NAME,
    SESSION,
    Failures,
    environment_file,
    failures,
    may_take,
    profile,
    reader,
    remember,
    role,
    without,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def failed(aws: Embedded) -> Failures:
    return failures(aws)


@pytest.fixture
def missing(request: pytest.FixtureRequest) -> str:
    """The action that the policy lacks."""
    return str(getattr(request, "param", ""))


@pytest.fixture
def shop(
    aws: Embedded,
    failed: Failures,
    missing: str,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Settings]:
    """The environment, with a session of it stored, and a profile with the policy."""
    place = Estate(account=aws.server.account, region=aws.server.region)
    key = reader(aws, name, without(reading(place), missing))
    environment_file(tmp_path, place.account, place.region)
    with profile(aws, key, tmp_path) as variables:
        for variable, value in variables.items():
            monkeypatch.setenv(variable, value)
        settings = read_settings({"BUNSUI_HOME": str(tmp_path), "BUNSUI_ENVIRONMENT": NAME})
        remember(settings, failed.session())
        yield settings


def checks(settings: Settings) -> tuple[Check, ...]:
    """What is found about the environment in its home."""
    return checked(NAME, {"BUNSUI_HOME": str(settings.home)})


def test_a_role_with_exactly_the_printed_policy_is_enough(
    aws: Embedded,
    failed: Failures,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = Estate(account=aws.server.account, region=aws.server.region)
    taken = role(aws, name, reading(place))
    environment_file(tmp_path, place.account, place.region)
    with profile(aws, reader(aws, name, may_take(taken)), tmp_path, taken) as variables:
        for variable, value in variables.items():
            monkeypatch.setenv(variable, value)
        settings = read_settings({"BUNSUI_HOME": str(tmp_path), "BUNSUI_ENVIRONMENT": NAME})
        remember(settings, failed.session())

        found = {one.name: one for one in checks(settings)}

        assert f"assumed-role/{name}/" in found["reading as"].found
        assert {one.health for one in found.values()} == {Health.OK}, found
        assert not any(experience(settings).values())


def test_with_the_printed_policy_every_feature_works(shop: Settings) -> None:
    found = checks(shop)

    assert {one.health for one in found} == {Health.OK}, found


@pytest.mark.parametrize("missing", ["", TAGS.action], indirect=True)
def test_where_tags_choose_they_have_to_be_read(shop: Settings, missing: str) -> None:
    path = shop.config_path
    text = path.read_text(encoding="utf-8")
    path.write_text(f'{text}exclude = ["tag:temporary"]\n', encoding="utf-8")

    (found,) = (one for one in checks(shop) if one.name == TAGS.name)

    assert found.health is (Health.FAIL if missing else Health.OK)
    assert TAGS.action in found.found


@pytest.mark.parametrize(
    ("include", "said"),
    [
        ((), "Is this the right region?"),
        (("nothing-*",), "Correct include and exclude."),
    ],
)
def test_an_account_without_anything_to_watch_is_asked_about(
    shop: Settings, include: tuple[str, ...], said: str
) -> None:
    path = shop.config_path
    text = path.read_text(encoding="utf-8")
    if include:
        path.write_text(f"{text}include = {json.dumps(include)}\n", encoding="utf-8")
    else:
        path.write_text(text.replace("us-east-1", "eu-west-3"), encoding="utf-8")

    found = {one.name: one for one in checks(shop)}

    assert found[LISTING.name].health is Health.WARN
    assert found[LISTING.name].next == said


@pytest.mark.parametrize("missing", [one.action for one in FEATURES], indirect=True)
def test_without_an_action_its_feature_alone_says_so(shop: Settings, missing: str) -> None:
    failing = [one for one in checks(shop) if one.health is not Health.OK]
    (feature,) = (one for one in FEATURES if one.action == missing)

    assert [one.name for one in failing] == [feature.name]
    assert missing in failing[0].found
    assert feature.without in failing[0].found
    assert missing in failing[0].next


LOAD, COPY, WAYS = "why load failed", "why copy failed", "ways to recover"
LOAD_LOG, COPY_LOG, ASKED = "the log of load", "the log of copy", "a request"
NOTHING: frozenset[str] = frozenset()

LOST: Mapping[str, frozenset[str]] = {
    "states:ListStateMachines": NOTHING,
    "states:ListExecutions": NOTHING,
    "states:DescribeExecution": frozenset({LOAD, COPY, LOAD_LOG, COPY_LOG, WAYS, ASKED}),
    "states:GetExecutionHistory": frozenset({LOAD, COPY, LOAD_LOG, COPY_LOG, WAYS, ASKED}),
    "states:DescribeStateMachineForExecution": NOTHING,
    "states:DescribeStateMachine": frozenset({WAYS, ASKED}),
    "lambda:GetFunctionConfiguration": NOTHING,
    "ecs:DescribeTaskDefinition": frozenset({COPY_LOG}),
    "logs:FilterLogEvents": frozenset({LOAD_LOG}),
    "logs:GetLogEvents": frozenset({LOAD_LOG, COPY_LOG}),
    "iam:GetRole": NOTHING,
    "dynamodb:DescribeTable": NOTHING,
    "sqs:GetQueueAttributes": NOTHING,
    "secretsmanager:DescribeSecret": NOTHING,
    "ecr:DescribeImages": NOTHING,
}
"""What a person does without when an action is missing."""


def test_with_the_printed_policy_a_person_can_do_everything_but_execute(shop: Settings) -> None:
    assert not any(experience(shop).values())


@pytest.mark.parametrize(
    "missing",
    [
        pytest.param(action, marks=() if number < 2 else pytest.mark.slow, id=action)
        for number, action in enumerate(LOST)
    ],
    indirect=True,
)
def test_without_an_action_only_what_needs_it_is_lost_and_says_so(
    shop: Settings, missing: str
) -> None:
    found = {what: said for what, said in experience(shop).items() if said}

    assert set(found) == LOST[missing]
    assert all(missing in said or "RUNNING" in said for said in found.values()), found


def experience(settings: Settings) -> dict[str, str]:
    """What a person does, and what is said where it cannot be done."""
    watching = worker(settings)
    watching.tick()
    desk = agent_desk(settings, "claude")

    def ways() -> tuple[Proposal, ...]:
        return desk.propose(SESSION, "copy").proposals

    seen: list[tuple[Proposal, ...]] = []

    def propose() -> str:
        seen.append(ways())
        return some(seen[0])

    def ask() -> str:
        best = (seen[0] if seen else ways())[0]
        asked = desk.request(best.proposal_id, "the lock is free")
        return "" if asked.status is ApprovalStatus.REQUESTED else asked.status.value

    return {
        LOAD: tried(lambda: because("row 881 has 3 fields", desk.analyze(SESSION, "load"))),
        COPY: tried(lambda: because("3", desk.analyze(SESSION, "copy"))),
        LOAD_LOG: tried(lambda: log_says("row 881 is short", desk.logs(SESSION, "load"))),
        COPY_LOG: tried(lambda: log_says("the table is locked", desk.logs(SESSION, "copy"))),
        WAYS: tried(propose),
        ASKED: tried(ask),
    }


def because(text: str, found: Analysis) -> str:
    """Nothing when the one diagnosis has the text, otherwise what is said instead."""
    said = [one.failure.message for one in found.diagnoses]
    return "" if any(text in one for one in said) else found.note or str(said)


def some(ways: tuple[Proposal, ...]) -> str:
    """Nothing when there are ways."""
    return "" if ways else "no way is proposed"


def log_says(text: str, found: OperationLogs) -> str:
    """Nothing when a line has the text, otherwise the note."""
    return "" if any(text in line.text for line in found.lines) else found.note


def tried(step: Callable[[], str]) -> str:
    """What a step says of why it could not be done; nothing when it was."""
    try:
        return step()
    except BunsuiError as error:
        return str(error)
