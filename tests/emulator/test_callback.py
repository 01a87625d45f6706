"""A Task that waits for its token to be answered, as AWS records it."""

from __future__ import annotations

import json

from tests.emulator.asking import (
    asked,
    catching,
    details,
    machine,
    started,
    waiting_task,
)
from tests.emulator.embedded import Embedded, Execution, until
from tests.emulator.queues import Queue, client


def test_an_answer_ends_the_task_with_its_output(aws: Embedded, name: str) -> None:
    execution, token = asked(aws, name)

    aws.states().send_task_success(taskToken=token, output='{"rows": 3}')

    assert json.loads(execution.ended().describe()["output"]) == {"rows": 3}
    assert execution.types == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    submitted = details(execution, "TaskSubmitted")
    assert submitted["resource"] == "sendMessage.waitForTaskToken"
    assert json.loads(str(submitted["output"]))["MessageId"]
    assert token in str(details(execution, "TaskScheduled")["parameters"])


def test_a_failure_ends_the_task_with_its_error_and_cause(aws: Embedded, name: str) -> None:
    execution, token = asked(aws, name)

    aws.states().send_task_failure(taskToken=token, error="NoRows", cause="there were none")

    assert execution.ended().types[-3:] == ["TaskSubmitted", "TaskFailed", "ExecutionFailed"]
    assert details(execution, "TaskFailed") == {
        "resourceType": "sqs",
        "resource": "sendMessage.waitForTaskToken",
        "error": "NoRows",
        "cause": "there were none",
    }


def test_a_failure_may_say_nothing_and_is_caught_all_the_same(aws: Embedded, name: str) -> None:
    execution, token = asked(aws, name, **catching("States.ALL"))

    aws.states().send_task_failure(taskToken=token)

    assert json.loads(execution.ended().describe()["output"]) == {"Error": None, "Cause": None}
    assert set(details(execution, "TaskFailed")) == {"resourceType", "resource"}


def test_a_failure_that_says_nothing_fails_the_execution_in_silence(
    aws: Embedded, name: str
) -> None:
    execution, token = asked(aws, name)

    aws.states().send_task_failure(taskToken=token)

    told = execution.ended().describe()
    assert told["status"] == "FAILED"
    assert not {"error", "cause"} & set(told)


def test_a_topic_hands_the_token_on(aws: Embedded, name: str) -> None:
    queue, topics = Queue(aws, name), client(aws, "sns")
    topic = topics.create_topic(Name=name)["TopicArn"]
    topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
    task = waiting_task(
        Resource="arn:aws:states:::sns:publish.waitForTaskToken",
        Parameters={"TopicArn": topic, "Message": {"Token.$": "$$.Task.Token"}},
    )
    execution = started(aws, aws.machine(name, machine(task)), {})
    token = json.loads(str(queue.document()["Message"]))["Token"]

    aws.states().send_task_success(taskToken=token, output="1")

    assert execution.ended().describe()["output"] == "1"
    assert details(execution, "TaskSubmitted")["resource"] == "publish.waitForTaskToken"


def test_a_function_hands_the_token_on_and_its_own_result_does_not_count(
    aws: Embedded, name: str
) -> None:
    function = aws.function(name, "def handler(event, context):\n    return event['token'][:5]\n")
    task = waiting_task(
        Resource="arn:aws:states:::lambda:invoke.waitForTaskToken",
        Parameters={"FunctionName": function, "Payload": {"token.$": "$$.Task.Token"}},
    )
    execution = started(aws, aws.machine(name, machine(task)), {})
    until(lambda: "TaskSubmitted" in execution.types)
    given = json.loads(str(details(execution, "TaskScheduled")["parameters"]))
    token = given["Payload"]["token"]

    assert json.loads(str(details(execution, "TaskSubmitted")["output"]))["Payload"] == token[:5]
    aws.states().send_task_success(taskToken=token, output='"mine"')
    assert execution.ended().describe()["output"] == '"mine"'


def test_a_function_that_fails_fails_its_task_at_once(aws: Embedded, name: str) -> None:
    function = aws.function(name, "def handler(event, context):\n    raise ValueError('no')\n")
    task = waiting_task(
        Resource="arn:aws:states:::lambda:invoke.waitForTaskToken",
        Parameters={"FunctionName": function, "Payload": {"token.$": "$$.Task.Token"}},
    )
    execution = aws.run(aws.machine(name, machine(task)), {})

    assert execution.types[-3:] == ["TaskStarted", "TaskFailed", "ExecutionFailed"]
    assert details(execution, "TaskFailed")["error"] == "ValueError"


def test_a_child_hands_the_token_on_and_its_own_end_does_not_count(
    aws: Embedded, name: str
) -> None:
    child = aws.machine(
        f"{name}-child", {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    )
    task = waiting_task(
        Resource="arn:aws:states:::states:startExecution.waitForTaskToken",
        Parameters={"StateMachineArn": child, "Input": {"token.$": "$$.Task.Token"}},
    )
    execution = started(aws, aws.machine(name, machine(task)), {})
    until(lambda: "TaskSubmitted" in execution.types)
    (own,) = aws.states().list_executions(stateMachineArn=child)["executions"]
    ended = Execution(aws.states(), own["executionArn"]).ended()

    assert execution.status == "RUNNING"
    token = json.loads(ended.describe()["input"])["token"]
    aws.states().send_task_success(taskToken=token, output="2")
    assert execution.ended().describe()["output"] == "2"


def test_a_queue_that_does_not_exist_fails_the_task_at_once(aws: Embedded, name: str) -> None:
    gone = Queue(aws, name).url + "-gone"
    execution = aws.run(aws.machine(name, machine(waiting_task())), {"queue": gone})

    assert execution.types[-3:] == ["TaskStarted", "TaskFailed", "ExecutionFailed"]
    assert execution.describe()["error"] == "SQS.QueueDoesNotExistException"
