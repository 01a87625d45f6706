"""The probe of an account, run against the embedded AWS by a user with the printed policy alone."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bunsui_core.adapters.emulator.launcher import down, up
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.health import Health, Probed
from bunsui_core.domain.probe import PREFIX, definition, policy
from bunsui_core.domain.value import Json
from bunsui_core.settings import Settings
from bunsui_core.wiring.probe import planned, probed
from tests.emulator.embedded import Embedded

pytestmark = pytest.mark.slow

ACCOUNT, REGION = "000000000000", "us-east-1"
POLICY = policy(ACCOUNT, REGION)
ACTIONS = sorted(
    str(action)
    for statement in (POLICY["Statement"] if isinstance(POLICY["Statement"], list) else [])
    if isinstance(statement, dict) and isinstance(statement["Action"], list)
    for action in statement["Action"]
)

KNOWN_DIFFERENCE = "iterations"
"""The embedded AWS redrives a whole Map; docs/local-aws.md says so."""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """An embedded AWS whose waits last, and in which nothing else makes machines."""
    home = tmp_path_factory.mktemp("probed")
    made = Embedded(up(home, watch_pid=os.getpid()), home)
    with made.open:
        yield made
    down(home)


Shop = Callable[[dict[str, Json]], Settings]


@pytest.fixture
def shop(own: Embedded, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Makes an environment whose executing profile has a policy, and no other permission."""

    def with_policy(document: dict[str, Json]) -> Settings:
        iam = own.iam()
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        config = tmp_path / "config"
        config.write_text(
            f"[profile shop-run]\nendpoint_url = {own.server.url}\n"
            f"aws_access_key_id = {key['AccessKeyId']}\n"
            f"aws_secret_access_key = {key['SecretAccessKey']}\n",
            encoding="utf-8",
        )
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
        return Settings(home=tmp_path, environment="shop", execute_profile="shop-run")

    return with_policy


def rest(seconds: float) -> None:
    """Wait a little: nothing here takes as long as in AWS."""
    time.sleep(seconds / 10)


def silent(text: str) -> None:
    """Say nothing."""
    del text


def left(aws: Embedded) -> list[str]:
    """The names of all that probes made and did not delete."""
    machines = aws.states().list_state_machines()["stateMachines"]
    roles = aws.iam().list_roles()["Roles"]
    names = [*(one["name"] for one in machines), *(one["RoleName"] for one in roles)]
    return [one for one in names if one.startswith(PREFIX)]


def healths(found: Probed) -> dict[str, Health]:
    """How each row ended, by its name."""
    return {one.name: one.health for one in found.checks}


def test_every_claim_holds_but_the_one_that_is_told_and_nothing_is_left(
    own: Embedded, shop: Shop
) -> None:
    found = probed(shop(POLICY), silent, rest)

    expected = dict.fromkeys(healths(found), Health.OK) | {KNOWN_DIFFERENCE: Health.FAIL}
    assert healths(found) == expected
    assert found.left == ()
    assert left(own) == []


@pytest.mark.parametrize("action", [one for one in ACTIONS if ":Delete" not in one])
def test_without_one_permission_it_says_which_and_leaves_nothing(
    own: Embedded, shop: Shop, action: str
) -> None:
    found = probed(shop(without(action)), silent, rest)

    assert left(own) == []
    if action == "states:ListStateMachines":
        return  # only what earlier probes left is then not found
    (outcome,) = (one for one in found.checks if one.name == "probe")
    assert outcome.health is Health.FAIL
    assert action.split(":")[1] in outcome.found


def without(action: str) -> dict[str, Json]:
    """The policy with a denial of one action."""
    deny: Json = {"Effect": "Deny", "Action": action, "Resource": "*"}
    statements = POLICY["Statement"]
    assert isinstance(statements, list)
    return {**POLICY, "Statement": [*statements, deny]}


@pytest.mark.parametrize("action", ["iam:DeleteRole", "states:DeleteStateMachine"])
def test_what_cannot_be_deleted_is_named(own: Embedded, shop: Shop, action: str) -> None:
    found = probed(shop(without(action)), silent, rest)

    (name,) = left(own)
    assert len(found.left) == 1
    assert name in found.left[0]
    assert not found.is_well
    clean(own, name)


def clean(aws: Embedded, name: str) -> None:
    """Delete what a test left on purpose."""
    for machine in aws.states().list_state_machines()["stateMachines"]:
        if machine["name"] == name:
            aws.states().delete_state_machine(stateMachineArn=machine["stateMachineArn"])
    if name in [one["RoleName"] for one in aws.iam().list_roles()["Roles"]]:
        aws.iam().delete_role(RoleName=name)


@pytest.mark.parametrize("step", ["making", "starting", "changing"])
def test_ctrl_c_deletes_what_was_made(own: Embedded, shop: Shop, step: str) -> None:
    def interrupt(text: str) -> None:
        if text.startswith(step):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        probed(shop(POLICY), interrupt, rest)

    assert left(own) == []


def test_what_a_probe_that_died_left_is_deleted_by_a_later_one(
    own: Embedded, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, said = shop(POLICY), list[str]()
    dead = f"{PREFIX}dead"
    own.machine(dead, json.loads(definition()))
    probed(settings, silent, rest)
    assert left(own) == [dead], "a recent one may be under way"
    monkeypatch.setattr("bunsui_core.domain.probe.STALE", timedelta())

    probed(settings, said.append, rest)

    assert f"deleted {dead}, which an earlier probe left" in said
    assert left(own) == []


@pytest.mark.parametrize("execute_profile", ["nobody", ""])
def test_a_plan_calls_nothing_and_prints_the_policy(tmp_path: Path, execute_profile: str) -> None:
    settings = Settings(home=tmp_path, environment="shop", execute_profile=execute_profile)

    found = planned(settings)

    assert set(healths(found).values()) == {Health.SKIPPED}
    assert json.loads(found.policy) == POLICY
    assert ("Name an execute_profile" in found.checks[0].next) is not bool(execute_profile)


def test_there_is_no_probe_of_the_embedded_aws(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)

    for attempt in (planned, lambda one: probed(one, silent, rest)):
        with pytest.raises(Refused, match="the embedded AWS"):
            attempt(settings)


def test_there_is_no_probe_where_nobody_may_change_anything(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no execute_profile"):
        probed(Settings(home=tmp_path, environment="shop"), silent, rest)


def test_in_another_account_than_the_file_says_nothing_is_made(own: Embedded, shop: Shop) -> None:
    settings = shop(POLICY).model_copy(update={"account": "123456789012"})

    with pytest.raises(Refused, match="of account 000000000000, not 123456789012"):
        probed(settings, silent, rest)

    assert left(own) == []
