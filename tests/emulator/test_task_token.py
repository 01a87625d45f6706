"""Which tokens of Tasks are taken, and that nothing waits for one in vain."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from bunsui_core.adapters.emulator.launcher import down, up
from bunsui_core.domain.value import Json
from tests.emulator.asking import (
    GONE,
    NEVER,
    asked,
    machine,
    refusal,
    started,
    waiting_task,
)
from tests.emulator.embedded import Embedded, Execution, until
from tests.emulator.queues import Queue


def test_a_token_is_answered_once(aws: Embedded, name: str) -> None:
    execution, token = asked(aws, name)
    aws.states().send_task_success(taskToken=token, output="{}")

    assert refusal(aws, token) == GONE
    assert execution.ended().status == "SUCCEEDED"
    assert refusal(aws, token) == GONE


def test_a_token_that_was_never_given_out_is_told_from_an_old_one(aws: Embedded) -> None:
    assert refusal(aws, "NoSuchTaskToken") == NEVER


def test_a_token_is_still_an_old_one_after_a_restart(home: Path, name: str) -> None:
    before = Embedded(up(home, watch_pid=os.getpid()), home)
    with before.open:
        execution, token = asked(before, name)
        down(home)
    after = Embedded(up(home, watch_pid=os.getpid()), home)
    with after.open:
        assert Execution(after.states(), execution.arn).status == "FAILED"
        assert refusal(after, token) == GONE


def test_an_output_must_be_json(aws: Embedded, name: str) -> None:
    execution, token = asked(aws, name)

    with pytest.raises(ClientError, match="InvalidOutput"):
        aws.states().send_task_success(taskToken=token, output="{rows")

    aws.states().send_task_success(taskToken=token, output="{}")
    assert execution.ended().status == "SUCCEEDED"


def test_the_token_of_a_stopped_execution_is_refused_soon(aws: Embedded, name: str) -> None:
    execution, token = asked(aws, name)
    aws.states().stop_execution(executionArn=execution.arn)

    def is_refused() -> bool:
        try:
            aws.states().send_task_heartbeat(taskToken=token)
        except ClientError as error:
            return error.response["Error"]["Code"] == "TaskTimedOut"
        return False

    until(is_refused, seconds=2)
    assert execution.types[-2:] == ["TaskSubmitted", "ExecutionAborted"]


def test_another_machine_may_answer(aws: Embedded, name: str) -> None:
    execution, token = asked(aws, name)
    task: dict[str, Json] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
        "Parameters": {"TaskToken.$": "$.token", "Output": {"rows": 3}},
        "End": True,
    }
    answering = aws.machine(f"{name}-answering", machine(task))
    first, second = (aws.run(answering, {"token": token}) for _ in range(2))

    assert first.status == "SUCCEEDED"
    assert execution.ended().describe()["output"] == '{"rows":3}'
    assert second.describe()["error"] == "Sfn.TaskTimedOutException"


def test_each_attempt_has_a_token_of_its_own(aws: Embedded, name: str) -> None:
    queue = Queue(aws, name)
    retry: Json = [{"ErrorEquals": ["Again"], "MaxAttempts": 1}]
    task = aws.machine(name, machine(waiting_task(Retry=retry)))
    execution = started(aws, task, {"queue": queue.url})
    first = str(queue.document()["Token"])
    aws.states().send_task_failure(taskToken=first, error="Again")
    second = str(queue.document()["Token"])

    assert first != second
    assert refusal(aws, first) == GONE
    aws.states().send_task_success(taskToken=second, output="{}")
    assert execution.ended().types.count("TaskSubmitted") == 2


def test_a_redriven_task_hands_out_a_new_token(aws: Embedded, name: str) -> None:
    queue = Queue(aws, name)
    execution = started(aws, aws.machine(name, machine(waiting_task())), {"queue": queue.url})
    aws.states().send_task_failure(taskToken=str(queue.document()["Token"]), error="NoRows")
    execution.ended()
    aws.states().redrive_execution(executionArn=execution.arn)

    aws.states().send_task_success(taskToken=str(queue.document()["Token"]), output="{}")

    assert execution.ended().status == "SUCCEEDED"


@pytest.fixture
def walking(account: Embedded, name: str) -> tuple[list[Execution], set[threading.Thread]]:
    """Executions that wait in a branch for a token and in another for a child; their threads."""
    queue = Queue(account, name)
    child = account.machine(f"{name}-child", machine(waiting_task()))
    nested = waiting_task(
        Resource="arn:aws:states:::states:startExecution.sync:2",
        Parameters={"StateMachineArn": child, "Input.$": "$"},
    )
    tasks = (waiting_task(), nested)
    branches: Json = [{"StartAt": "Ask", "States": {"Ask": task}} for task in tasks]
    parallel: Json = {"Type": "Parallel", "Branches": branches, "End": True}
    arn = account.machine(name, {"StartAt": "Both", "States": {"Both": parallel}})
    before = set(threading.enumerate())
    executions = [started(account, arn, {"queue": queue.url}) for _ in range(3)]
    for _ in range(6):
        queue.text()
    threads = {one for one in threading.enumerate() if "(run)" in one.name} - before
    # Each execution has its own, one for each branch and one for its child.
    assert len(threads) >= 12
    return executions, threads


def test_nothing_waits_on_for_an_execution_that_was_stopped(
    account: Embedded, walking: tuple[list[Execution], set[threading.Thread]]
) -> None:
    executions, threads = walking

    for execution in executions:
        account.states().stop_execution(executionArn=execution.arn)

    until(lambda: not any(one.is_alive() for one in threads), seconds=5)


def test_nothing_waits_on_for_an_execution_that_a_reset_forgot(
    account: Embedded, walking: tuple[list[Execution], set[threading.Thread]]
) -> None:
    _, threads = walking

    account.reset()

    until(lambda: not any(one.is_alive() for one in threads), seconds=5)
