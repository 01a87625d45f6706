"""Starting an execution twice, and under bad names."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution, until

# Waits do not wait here; an activity that nobody works on does.
STUCK = "arn:aws:states:us-east-1:000000000000:activity:nobody"


@pytest.fixture(scope="module")
def stuck(aws: Embedded) -> str:
    """A machine whose executions run until they are stopped."""
    aws.states().create_activity(name="nobody")
    task: Json = {"Type": "Task", "Resource": STUCK, "End": True}
    return aws.machine("stuck", {"StartAt": "A", "States": {"A": task}})


def start(aws: Embedded, machine: str, name: str, given: Json = None) -> str:
    """The ARN that a start answers with."""
    started = aws.states("worker").start_execution(
        stateMachineArn=machine, name=name, input=json.dumps(given)
    )
    return started["executionArn"]


def test_the_same_start_of_a_running_execution_is_answered_alike(
    aws: Embedded, stuck: str, name: str
) -> None:
    first = start(aws, stuck, name)

    assert start(aws, stuck, name) == first
    execution = Execution(aws.states("worker"), first)
    until(lambda: "ActivityScheduled" in execution.types)
    assert execution.types.count("ExecutionStarted") == 1


def test_another_input_under_a_taken_name_is_refused(aws: Embedded, stuck: str, name: str) -> None:
    start(aws, stuck, name)

    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        start(aws, stuck, name, {"another": "input"})


def test_the_name_of_a_closed_execution_stays_taken(aws: Embedded, stuck: str, name: str) -> None:
    arn = start(aws, stuck, name)
    aws.states("worker").stop_execution(executionArn=arn)

    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        start(aws, stuck, name)


def test_the_name_is_taken_for_all_versions_of_a_machine(
    aws: Embedded, stuck: str, name: str
) -> None:
    version = aws.states().publish_state_machine_version(stateMachineArn=stuck)
    first = start(aws, stuck, name)

    assert start(aws, version["stateMachineVersionArn"], name) == first


def test_a_machine_that_does_not_exist_is_named(aws: Embedded, stuck: str) -> None:
    with pytest.raises(ClientError, match=f"State Machine Does Not Exist: '{stuck}-gone'"):
        start(aws, f"{stuck}-gone", "any")


def test_an_input_must_be_json(aws: Embedded, stuck: str) -> None:
    with pytest.raises(ClientError, match="InvalidExecutionInput"):
        aws.states("worker").start_execution(stateMachineArn=stuck, input="{rows")


@pytest.mark.parametrize("bad", ["a" * 81, "a b", "a:b", "a/b", "a*"])
def test_a_bad_name_is_refused(aws: Embedded, stuck: str, bad: str) -> None:
    with pytest.raises(ClientError, match="InvalidName"):
        start(aws, stuck, bad)
