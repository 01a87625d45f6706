"""Whose request it is, whose tags count, and whom a key belongs to."""

from __future__ import annotations

import pytest

from bunsui_core.adapters.emulator.record import Credentials
from bunsui_core.domain.permissions import AGENT_TAG, MANAGED_TAG
from tests.emulator.iam_calls import OTHER, OWN, Call, on_run, put, query, together, write
from tests.emulator.iam_world import DENIED, World


def test_a_request_s_owner_is_the_one_its_principal_is_tagged_as(estate: World) -> None:
    iam = estate.client("root", "iam")
    assert estate.answer(put("asker", OTHER)) in DENIED

    iam.tag_user(UserName="claude", Tags=[{"Key": AGENT_TAG, "Value": "ben"}])

    try:
        assert estate.answer(put("asker", OTHER)) == "ok"
        assert estate.answer(put("asker", OWN)) in DENIED
    finally:
        iam.tag_user(UserName="claude", Tags=[{"Key": AGENT_TAG, "Value": "claude"}])


def test_a_principal_without_its_tag_owns_nothing(estate: World) -> None:
    iam = estate.client("root", "iam")
    assert estate.answer(put("asker", OWN)) == "ok"

    iam.untag_user(UserName="claude", TagKeys=[AGENT_TAG])

    try:
        for leading in (OWN, "REQ#agent:#1", f"REQ#agent:${{aws:PrincipalTag/{AGENT_TAG}}}#1"):
            assert estate.answer(put("asker", leading)) in DENIED
    finally:
        iam.tag_user(UserName="claude", Tags=[{"Key": AGENT_TAG, "Value": "claude"}])


def test_an_execution_is_managed_as_long_as_its_machine_is(estate: World) -> None:
    states = estate.client("root", "stepfunctions")
    redrive = on_run("executor", "redrive_execution", "{bunsui_plain_run_1}")
    assert estate.answer(redrive) in DENIED

    machine = estate.names["bunsui_plain"]
    states.tag_resource(resourceArn=machine, tags=[{"key": MANAGED_TAG, "value": "true"}])

    try:
        assert estate.answer(redrive) == "ok"
    finally:
        states.untag_resource(resourceArn=machine, tagKeys=[MANAGED_TAG])
    assert estate.answer(redrive) in DENIED


def test_the_executor_checks_a_decision_in_the_transaction_that_claims_it(estate: World) -> None:
    claim = write("EXE#3")

    assert estate.answer(together("executor", claim, write("DEC#3", "ConditionCheck"))) == "ok"
    assert estate.answer(together("executor", claim, write("DEC#3", "Update"))) in DENIED


@pytest.mark.parametrize("actor", ["root", "asker", "approver", "executor"])
def test_a_wrong_secret_opens_nothing(estate: World, actor: str) -> None:
    right = estate.keys[actor]
    estate.keys["thief"] = right.model_copy(update={"secret_access_key": "guessed"})
    estate.clients.pop(("thief", "dynamodb"), None)

    assert estate.answer(query("thief", "bunsui")) == "InvalidSignatureException"
    assert estate.answer(query(actor, "bunsui")) == "ok"


@pytest.mark.parametrize("key_id", ["test", "000000000000", "123456789012", "AKIAIOSFODNN7EXAMPLE"])
@pytest.mark.parametrize(
    "call",
    [
        Call("nobody", "stepfunctions.list_state_machines", {}),
        Call("nobody", "sts.get_caller_identity", {}),
        Call("nobody", "s3.list_buckets", {}),
        Call("nobody", "iam.list_users", {}),
    ],
    ids=lambda call: str(call.operation),
)
def test_a_key_that_nobody_was_given_opens_nothing(estate: World, key_id: str, call: Call) -> None:
    estate.keys["nobody"] = Credentials(access_key_id=key_id, secret_access_key="test")
    for known in [known for known in estate.clients if known[0] == "nobody"]:
        estate.clients.pop(known)

    unknown = {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"}
    assert estate.answer(call) in unknown
    assert estate.answer(call.by("root")) == "ok"
