"""The embedded AWS of the tests: an account each, nothing that waits, nothing left behind."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, invoking

HOUR: dict[str, Json] = {
    "StartAt": "Wait",
    "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}},
}


@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_finds_nothing_of_another_test(account: Embedded, turn: int) -> None:
    before = account.states().list_state_machines()["stateMachines"]

    account.machine("same-name", HOUR)

    assert before == []
    assert len(account.states().list_state_machines()["stateMachines"]) == 1


def test_a_reset_empties_every_account(account: Embedded) -> None:
    account.machine("gone", HOUR)
    account.s3().create_bucket(Bucket="gone")

    account.reset()

    assert account.states().list_state_machines()["stateMachines"] == []
    account.s3().create_bucket(Bucket="gone")
    assert account.run(account.machine("again", HOUR), {}).status == "SUCCEEDED"


def test_an_hour_is_over_at_once(account: Embedded) -> None:
    assert account.run(account.machine("hour", HOUR), {}).status == "SUCCEEDED"


def test_a_function_runs_in_the_account_of_its_test(account: Embedded) -> None:
    code = "def handler(event, context): return [event, context.invoked_function_arn]"
    function = account.function("load", code)
    machine = account.machine("load", {"StartAt": "A", "States": {"A": invoking(function)}})

    output = json.loads(account.run(machine, {"a": 1}).describe()["output"])

    assert output["Payload"] == [{"a": 1}, function]
    assert f":{account.account}:" in function
