"""The policies of the three actors, as documents: what they could never be made to allow."""

from __future__ import annotations

import pytest

from bunsui_core.domain.permissions import CHANGES, Estate, Policy, approver, asker, executor
from bunsui_core.domain.value import Json

ESTATE = Estate(
    account="111122223333", region="ap-northeast-1", table="bunsui", bucket="plans", inputs="in-*"
)
READING = ("Get", "List", "Describe", "Query", "Batch", "Filter", "ConditionCheck")
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
        ("approver", {"dynamodb:PutItem", "kms:Sign"}),
        ("executor", {"dynamodb:PutItem", "dynamodb:UpdateItem", *CHANGES}),
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

    assert {"iam:*", "sts:AssumeRole", "lambda:CreateFunction", "lambda:InvokeFunction"} <= denied


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

    assert not any(action.startswith(("dynamodb:", "s3:")) for action in granted)


def test_the_executor_can_be_kept_to_managed_machines() -> None:
    free: Json = executor(ESTATE)
    kept: Json = executor(ESTATE.model_copy(update={"only_managed": True}))

    assert "bunsui:managed" not in str(free)
    assert str(kept).count("aws:ResourceTag/bunsui:managed") == 2
