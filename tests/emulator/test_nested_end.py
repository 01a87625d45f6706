"""How the end of a parent ends its child, and the end of a child its parent."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.value import Json
from tests.emulator.asking import started
from tests.emulator.embedded import Embedded
from tests.emulator.nesting import FAILS, PASSES, WAITS, child_of, children, starting
from tests.emulator.queues import Queue


def test_a_stopped_parent_stops_its_child(aws: Embedded, name: str) -> None:
    queue = Queue(aws, name).url
    child = aws.machine(f"{name}-child", WAITS)
    parent = started(aws, aws.machine(name, starting(child)), {"queue": queue})
    own = child_of(aws, child)

    aws.states().stop_execution(executionArn=parent.arn)
    told = own.ended().describe()

    assert parent.status == "ABORTED"
    assert told["status"] == "ABORTED"
    assert told.get("error") is None
    assert told["cause"] == (
        f"The Task state in AWS Step Functions execution [{parent.arn}] "
        "which was managing this resource was aborted"
    )
    assert own.types[-1] == "ExecutionAborted"
    assert own.events[-1]["previousEventId"] == 0
    assert parent.types[-2:] == ["TaskSubmitted", "ExecutionAborted"]


def test_a_task_that_times_out_stops_its_child(aws: Embedded, name: str) -> None:
    queue = Queue(aws, name).url
    child = aws.machine(f"{name}-child", WAITS)
    machine = aws.machine(name, starting(child, TimeoutSeconds=1))
    parent = aws.run(machine, {"queue": queue})

    assert parent.types[-3:] == ["TaskSubmitted", "TaskTimedOut", "ExecutionFailed"]
    assert parent.describe()["error"] == "States.Timeout"
    assert "cause" not in parent.describe()
    assert child_of(aws, child).ended().status == "ABORTED"


def test_a_child_that_was_stopped_fails_the_task(aws: Embedded, name: str) -> None:
    queue = Queue(aws, name).url
    child = aws.machine(f"{name}-child", WAITS)
    parent = started(aws, aws.machine(name, starting(child)), {"queue": queue})
    own = child_of(aws, child)

    aws.states().stop_execution(executionArn=own.arn, error="Halt", cause="by hand")

    assert parent.ended().describe()["error"] == "States.TaskFailed"
    assert (parent.cause["Status"], parent.cause["Error"]) == ("ABORTED", "Halt")


def test_a_child_that_ran_too_long_fails_the_task_without_an_error_of_its_own(
    aws: Embedded, name: str
) -> None:
    assert isinstance(WAITS, dict)
    child = aws.machine(f"{name}-child", {**WAITS, "TimeoutSeconds": 1})
    parent = aws.run(aws.machine(name, starting(child)), {"queue": Queue(aws, name).url})

    assert parent.describe()["error"] == "States.TaskFailed"
    assert parent.cause["Status"] == "TIMED_OUT"
    assert not {"Error", "Cause"} & set(parent.cause)


@pytest.mark.parametrize(
    ("error", "status"), [("NoRows", "FAILED"), ("States.TaskFailed", "SUCCEEDED")]
)
def test_the_error_of_the_child_is_not_the_error_of_the_task(
    aws: Embedded, name: str, error: str, status: str
) -> None:
    child = aws.machine(f"{name}-child", FAILS)
    machine = starting(child, Catch=[{"ErrorEquals": [error], "Next": "Caught"}])
    assert isinstance(machine["States"], dict)
    machine["States"]["Caught"] = {"Type": "Pass", "End": True}

    assert aws.run(aws.machine(name, machine), {}).status == status


def test_a_stopped_parent_stops_the_children_of_its_children(aws: Embedded, name: str) -> None:
    grandchild = aws.machine(f"{name}-grandchild", WAITS)
    child = aws.machine(f"{name}-child", starting(grandchild))
    parent = started(aws, aws.machine(name, starting(child)), {"queue": Queue(aws, name).url})
    own = child_of(aws, grandchild)

    aws.states().stop_execution(executionArn=parent.arn)

    assert own.ended().status == "ABORTED"
    assert f"[{child_of(aws, child).arn}]" in own.describe()["cause"]


def test_a_branch_that_is_cut_off_stops_its_child(aws: Embedded, name: str) -> None:
    child = aws.machine(f"{name}-child", WAITS)
    activity = aws.states().create_activity(name=name)["activityArn"]
    work: Json = {"Type": "Task", "Resource": activity, "End": True}
    branches: Json = [starting(child), {"StartAt": "Work", "States": {"Work": work}}]
    both: Json = {"Type": "Parallel", "Branches": branches, "End": True}
    machine = aws.machine(name, {"StartAt": "Both", "States": {"Both": both}})
    parent = started(aws, machine, {"queue": Queue(aws, name).url})
    own = child_of(aws, child)
    token = aws.states().get_activity_task(activityArn=activity)["taskToken"]

    aws.states().send_task_failure(taskToken=token, error="NoRows")

    assert parent.ended().describe()["error"] == "NoRows"
    assert own.ended().status == "ABORTED"


def test_a_redriven_parent_starts_a_new_child(aws: Embedded, name: str) -> None:
    child = aws.machine(f"{name}-child", FAILS)
    parent = aws.run(aws.machine(name, starting(child)), {})
    first = child_of(aws, child)
    aws.states().update_state_machine(stateMachineArn=child, definition=json.dumps(PASSES))

    parent.redriven()

    assert parent.status == "SUCCEEDED"
    assert len(children(aws, child)) == 2
    assert first.status == "FAILED"
    assert first.describe()["redriveCount"] == 0


def test_a_redriven_parent_whose_child_has_a_fixed_name_fails_again(
    aws: Embedded, name: str
) -> None:
    child = aws.machine(f"{name}-child", FAILS)
    machine = aws.machine(name, starting(child, Parameters={"Name": "once"}))
    parent = aws.run(machine, {})

    parent.redriven()

    assert parent.describe()["error"] == "StepFunctions.ExecutionAlreadyExistsException"


def test_a_retried_task_starts_a_new_child_each_time(aws: Embedded, name: str) -> None:
    child = aws.machine(f"{name}-child", FAILS)
    retry: Json = [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 2}]
    parent = aws.run(aws.machine(name, starting(child, Retry=retry)), {})

    assert parent.types.count("TaskSubmitted") == 3
    assert len(children(aws, child)) == 3
    assert parent.cause["ExecutionArn"] in children(aws, child)
