"""The policies of the three actors, as documents: what they could never be made to allow."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bunsui_core.adapters.aws.client import READS
from bunsui_core.domain.features import FEATURES, TAGS
from bunsui_core.domain.keeping import WRITES
from bunsui_core.domain.permissions import (
    CHANGES,
    Estate,
    Policy,
    approver,
    asker,
    executing,
    executor,
    reading,
)
from bunsui_core.domain.value import Json

ESTATE = Estate(
    account="111122223333", region="ap-northeast-1", table="bunsui", bucket="plans", inputs="in-*"
)
READING = ("Get", "List", "Describe", "Query", "BatchGet", "Filter", "ConditionCheck")
ACTORS = {"asker": asker, "approver": approver, "executor": executor}


def actions(policy: Policy, effect: str) -> set[str]:
    """The actions of all statements with an effect."""
    found: set[str] = set()
    statements = policy["Statement"]
    assert isinstance(statements, list)
    for statement in statements:
        assert isinstance(statement, dict)
        named = statement["Action"]
        if statement["Effect"] == effect and isinstance(named, list):
            found |= {str(action) for action in named}
    return found


def changing(policy: Policy) -> set[str]:
    """The allowed actions that do more than read."""
    return {
        action
        for action in actions(policy, "Allow")
        if not action.partition(":")[2].startswith(READING)
    }


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        ("asker", {"dynamodb:PutItem", "s3:PutObject"}),
        ("approver", {"dynamodb:PutItem", "s3:PutObject", "kms:Sign"}),
        ("executor", {*WRITES[:2], WRITES[3], "s3:PutObject", "s3:DeleteObject", *CHANGES}),
    ],
)
def test_an_actor_changes_only_its_own_part(actor: str, expected: set[str]) -> None:
    assert changing(ACTORS[actor](ESTATE)) == expected


@pytest.mark.parametrize("actor", ["asker", "approver"])
def test_who_does_not_execute_is_denied_to_change_an_execution(actor: str) -> None:
    denied = actions(ACTORS[actor](ESTATE), "Deny")

    assert set(CHANGES) <= denied


@pytest.mark.parametrize("actor", list(ACTORS))
def test_no_actor_takes_roles_makes_functions_or_grants(actor: str) -> None:
    denied = actions(ACTORS[actor](ESTATE), "Deny")

    assert {"sts:AssumeRole", "lambda:CreateFunction", "lambda:InvokeFunction"} <= denied
    assert {"iam:Create*", "iam:Put*", "iam:Attach*", "iam:Pass*", "iam:Update*"} <= denied


@pytest.mark.parametrize("actor", list(ACTORS))
def test_a_wildcard_stands_only_where_aws_offers_nothing_narrower(actor: str) -> None:
    statements = ACTORS[actor](ESTATE)["Statement"]
    assert isinstance(statements, list)
    wide = {
        str(statement["Sid"])
        for statement in statements
        if isinstance(statement, dict)
        and statement["Effect"] == "Allow"
        and statement["Resource"] == ["*"]
    }

    assert wide == {"ListMachines", "LookAtTaskDefinitions"}


def test_an_estate_without_a_store_or_bucket_grants_nothing_about_them() -> None:
    bare = Estate(account="111122223333", region="ap-northeast-1")
    granted: set[str] = set()
    for policy in (asker(bare), executor(bare)):
        granted |= actions(policy, "Allow")

    of_store = {one for one in granted if one.startswith(("dynamodb:", "s3:"))}
    assert of_store == {"dynamodb:DescribeTable"}


def test_the_executor_can_be_kept_to_managed_machines() -> None:
    free: Json = executor(ESTATE)
    kept: Json = executor(ESTATE.model_copy(update={"only_managed": True}))

    assert "bunsui:managed" not in str(free)
    assert str(kept).count("aws:ResourceTag/bunsui:managed") == 2


def test_reading_allows_exactly_what_a_reading_client_may_send() -> None:
    policy = reading(ESTATE)
    sent = {f"{service}:{call}" for service, calls in READS.items() for call in calls}
    # What somebody may ask is not always called as what is sent; whose a key is, anybody may ask.
    renamed = {
        "s3:HeadObject": "s3:GetObject",
        "s3:HeadBucket": "s3:ListBucket",
        "sts:GetCallerIdentity": "",
    }
    services = {"sfn": "states", "cloudwatch-logs": "logs", "secrets-manager": "secretsmanager"}
    needed = {
        f"{services.get(service, service)}:{call}"
        for service, _, call in (renamed.get(one, one).partition(":") for one in sent)
        if service
    }

    assert actions(policy, "Allow") == needed
    assert not actions(policy, "Deny")


@pytest.mark.parametrize("policy", [reading, executing])
def test_every_feature_is_in_the_printed_policies(policy: Callable[[Estate], Policy]) -> None:
    assert {one.action for one in (*FEATURES, TAGS)} <= actions(policy(ESTATE), "Allow")


def test_what_is_printed_for_executing_adds_the_three_changes_to_reading() -> None:
    added = actions(executing(ESTATE), "Allow") - actions(reading(ESTATE), "Allow")

    assert added == set(CHANGES)


def test_a_queue_of_events_is_heard_by_its_reader_alone() -> None:
    with_queue = ESTATE.model_copy(update={"queue": "events"})
    heard = {"sqs:ReceiveMessage", "sqs:DeleteMessage"}

    assert changing(reading(with_queue)) == heard
    assert "arn:aws:sqs:ap-northeast-1:111122223333:events" in str(reading(with_queue))


def test_each_pattern_of_machines_has_a_resource_of_its_own() -> None:
    two = ESTATE.model_copy(update={"machines": ("orders-*", "billing")})

    for name in ("stateMachine:orders-*", "stateMachine:billing", "execution:billing:*"):
        assert f":111122223333:{name}" in str(reading(two))
    assert ":stateMachine:*" not in str(reading(two))


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_an_arn_begins_with_the_partition_of_its_region(region: str, partition: str) -> None:
    there = ESTATE.model_copy(update={"region": region})

    assert f"arn:{partition}:states:{region}:" in str(reading(there))
