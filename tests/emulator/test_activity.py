"""Activities: tasks that workers take, as AWS records them."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from bunsui_core.domain.value import Json
from tests.emulator.asking import details
from tests.emulator.embedded import Embedded, Execution, until


def offered(aws: Embedded, name: str, **more: Json) -> tuple[Execution, str]:
    """An execution whose task waits for a worker, and the ARN of its activity."""
    states = aws.states()
    activity = states.create_activity(name=name)["activityArn"]
    task: Json = {"Type": "Task", "Resource": activity, "End": True, **more}
    machine = aws.machine(name, {"StartAt": "Work", "States": {"Work": task}})
    answer = states.start_execution(stateMachineArn=machine, input='{"day": 7}')
    execution = Execution(states, answer["executionArn"])
    until(lambda: "ActivityScheduled" in execution.types)
    return execution, activity


def test_a_worker_takes_the_task_and_answers_it(aws: Embedded, name: str) -> None:
    execution, activity = offered(aws, name, TimeoutSeconds=60, HeartbeatSeconds=10)
    states = aws.states()
    taken = states.get_activity_task(activityArn=activity, workerName="anna")
    assert json.loads(taken["input"]) == {"day": 7}
    states.send_task_heartbeat(taskToken=taken["taskToken"])
    states.send_task_success(taskToken=taken["taskToken"], output='{"rows":3}')

    assert execution.ended().types == [
        "ExecutionStarted",
        "TaskStateEntered",
        "ActivityScheduled",
        "ActivityStarted",
        "ActivitySucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    assert details(execution, "ActivityScheduled") == {
        "resource": activity,
        "input": '{"day":7}',
        "inputDetails": {"truncated": False},
        "timeoutInSeconds": 60,
        "heartbeatInSeconds": 10,
    }
    assert details(execution, "ActivityStarted") == {"workerName": "anna"}
    assert details(execution, "ActivitySucceeded")["output"] == '{"rows":3}'


def test_a_worker_without_a_name_fails_the_task(aws: Embedded, name: str) -> None:
    execution, activity = offered(aws, name)
    states = aws.states()
    taken = states.get_activity_task(activityArn=activity)
    states.send_task_failure(taskToken=taken["taskToken"], error="NoRows", cause="none")

    assert execution.ended().types[-3:] == ["ActivityStarted", "ActivityFailed", "ExecutionFailed"]
    assert details(execution, "ActivityStarted") == {}
    assert details(execution, "ActivityFailed") == {"error": "NoRows", "cause": "none"}


@pytest.mark.parametrize("limit", ["TimeoutSeconds", "HeartbeatSeconds"])
def test_the_time_of_a_task_begins_when_a_worker_takes_it(
    aws: Embedded, name: str, limit: str
) -> None:
    execution, activity = offered(aws, name, **{limit: 1})
    with pytest.raises(AssertionError):
        until(lambda: execution.status != "RUNNING", seconds=1.3)
    aws.states().get_activity_task(activityArn=activity)

    assert execution.ended().types[-3:] == [
        "ActivityStarted",
        "ActivityTimedOut",
        "ExecutionFailed",
    ]
    assert details(execution, "ActivityTimedOut") == {"error": "States.Timeout"}


def test_a_worker_that_waits_is_given_the_task_that_comes(aws: Embedded, name: str) -> None:
    first, activity = offered(aws, name)
    states = aws.states()
    machine = first.describe()["stateMachineArn"]
    second = states.start_execution(stateMachineArn=machine, input='{"day": 8}')
    inputs = {states.get_activity_task(activityArn=activity)["input"] for _ in range(2)}

    assert inputs == {'{"day":7}', '{"day":8}'}
    states.stop_execution(executionArn=second["executionArn"])


def test_the_task_of_a_stopped_execution_is_given_to_nobody(aws: Embedded, name: str) -> None:
    first, activity = offered(aws, name)
    states = aws.states()
    states.stop_execution(executionArn=first.arn)
    machine = first.describe()["stateMachineArn"]
    states.start_execution(stateMachineArn=machine, input='{"day": 8}')

    assert states.get_activity_task(activityArn=activity)["input"] == '{"day":8}'
    assert first.types[-2:] == ["ActivityScheduled", "ExecutionAborted"]


def test_an_activity_that_does_not_exist_fails_the_execution(aws: Embedded, name: str) -> None:
    gone = f"arn:aws:states:us-east-1:{aws.server.account}:activity:{name}"
    task: Json = {"Type": "Task", "Resource": gone, "End": True}
    machine = aws.machine(name, {"StartAt": "Work", "States": {"Work": task}})
    execution = aws.run(machine, {})

    assert execution.types == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]
    assert details(execution, "ExecutionFailed") == {
        "error": "States.Runtime",
        "cause": "An error occurred while executing the state 'Work' (entered at the event id #2). "
        f"The activity {gone} does not exist.",
    }


def test_an_activity_is_made_once_and_may_be_deleted_twice(aws: Embedded, name: str) -> None:
    states = aws.states()
    first, again = states.create_activity(name=name), states.create_activity(name=name)
    arn = first["activityArn"]

    assert (again["activityArn"], again["creationDate"]) == (arn, first["creationDate"])
    assert states.describe_activity(activityArn=arn)["name"] == name
    states.delete_activity(activityArn=arn)
    states.delete_activity(activityArn=arn)
    for ask in (states.describe_activity, states.get_activity_task):
        with pytest.raises(ClientError, match=f"Activity Does Not Exist: '{arn}'"):
            ask(activityArn=arn)


def test_a_bad_name_is_refused(aws: Embedded) -> None:
    with pytest.raises(ClientError, match="Invalid Name: 'a b'"):
        aws.states().create_activity(name="a b")
