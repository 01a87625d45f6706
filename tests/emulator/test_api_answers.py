"""What is not there is refused in the words of AWS, and what is there is told in full."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.emulator import stories
from tests.emulator.embedded import Embedded

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:none"
EXECUTION = "arn:aws:states:us-east-1:000000000000:execution:none:none"

NO_EXECUTION: dict[str, Callable[[SFNClient], object]] = {
    "described": lambda client: client.describe_execution(executionArn=EXECUTION),
    "read": lambda client: client.get_execution_history(executionArn=EXECUTION),
    "stopped": lambda client: client.stop_execution(executionArn=EXECUTION),
    "redriven": lambda client: client.redrive_execution(executionArn=EXECUTION),
    "asked for its machine": lambda client: client.describe_state_machine_for_execution(
        executionArn=EXECUTION
    ),
}
NO_MACHINE: dict[str, Callable[[SFNClient], object]] = {
    "described": lambda client: client.describe_state_machine(stateMachineArn=MACHINE),
    "started": lambda client: client.start_execution(stateMachineArn=MACHINE),
    "listed": lambda client: client.list_executions(stateMachineArn=MACHINE),
    "changed": lambda client: client.update_state_machine(stateMachineArn=MACHINE, roleArn="r"),
}


@pytest.mark.parametrize("how", NO_EXECUTION)
def test_an_execution_that_does_not_exist_cannot_be(account: Embedded, how: str) -> None:
    with pytest.raises(ClientError) as refused:
        NO_EXECUTION[how](account.states())

    assert refused.value.response["Error"] == {
        "Code": "ExecutionDoesNotExist",
        "Message": f"Execution Does Not Exist: '{EXECUTION}'",
    }


@pytest.mark.parametrize("how", NO_MACHINE)
def test_a_machine_that_does_not_exist_cannot_be(account: Embedded, how: str) -> None:
    with pytest.raises(ClientError) as refused:
        NO_MACHINE[how](account.states())

    assert refused.value.response["Error"] == {
        "Code": "StateMachineDoesNotExist",
        "Message": f"State Machine Does Not Exist: '{MACHINE}'",
    }


def test_a_machine_without_executions_lists_none(account: Embedded) -> None:
    machine = account.machine("quiet", stories.plain()["fail"])

    assert account.states().list_executions(stateMachineArn=machine)["executions"] == []


def test_a_machine_tells_that_it_is_not_traced(account: Embedded) -> None:
    machine = account.machine("quiet", stories.plain()["fail"])

    described = account.states().describe_state_machine(stateMachineArn=machine)

    assert described["tracingConfiguration"] == {"enabled": False}
    assert described["status"] == "ACTIVE"
