"""A Task that waits for its token to be answered, as AWS records it."""

from __future__ import annotations

import json
import threading
import time

import pytest
from botocore.exceptions import ClientError

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution, until
from tests.emulator.queues import Queue, client

SENT: Json = {"QueueUrl.$": "$.queue", "MessageBody": {"Token.$": "$$.Task.Token"}}


def waiting_task(**more: Json) -> dict[str, Json]:
    """A Task state that sends its token to a queue and waits."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": SENT,
        "End": True,
        **more,
    }


def machine(task: dict[str, Json]) -> dict[str, Json]:
    """A machine of one Task, and of a state for what it catches."""
    return {"StartAt": "Ask", "States": {"Ask": task, "Caught": {"Type": "Pass", "End": True}}}


def catching(error: str) -> dict[str, Json]:
    """A Catch of one error, which leads to its own state."""
    return {"Catch": [{"ErrorEquals": [error], "Next": "Caught"}]}


def started(aws: Embedded, arn: str, given: Json) -> Execution:
    """An execution that does not end by itself."""
    states = aws.states()
    answer = states.start_execution(stateMachineArn=arn, input=json.dumps(given))
    return Execution(states, answer["executionArn"])


def asked(aws: Embedded, name: str, **more: Json) -> tuple[Execution, str]:
    """An execution that waits for an answer, and its token."""
    queue = Queue(aws, name)
    execution = started(aws, aws.machine(name, machine(waiting_task(**more))), {"queue": queue.url})
    return execution, str(queue.document()["Token"])


def refusal(aws: Embedded, token: str) -> str:
    """How SendTaskSuccess refuses a token: the code and the message."""
    with pytest.raises(ClientError) as refused:
        aws.states().send_task_success(taskToken=token, output="{}")
    error = refused.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def details(execution: Execution, event: str) -> dict[str, Json]:
    """The details of the first event of a type."""
    found = next(one for one in execution.events if one["type"] == event)
    told = dict(found)[f"{event[0].lower()}{event[1:]}EventDetails"]
    assert isinstance(told, dict)
    return told


GONE = "TaskTimedOut: Task Timed Out: 'Provided task does not exist anymore'"
NEVER = "InvalidToken: Invalid Token: 'Invalid token'"


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


@pytest.mark.parametrize(
    "limit",
    [
        {"TimeoutSeconds": 1},
        {"TimeoutSecondsPath": "$.limit"},
        {"HeartbeatSeconds": 1},
        {"HeartbeatSecondsPath": "$.limit", "TimeoutSeconds": 600},
    ],
    ids=lambda limit: "-".join(limit),
)
def test_a_task_that_nobody_answers_times_out(
    aws: Embedded, name: str, limit: dict[str, Json]
) -> None:
    task = aws.machine(name, machine(waiting_task(**limit)))
    execution = aws.run(task, {"queue": Queue(aws, name).url, "limit": 1})

    assert execution.types[-3:] == ["TaskSubmitted", "TaskTimedOut", "ExecutionFailed"]
    scheduled = details(execution, "TaskScheduled")
    assert [name for name, told in scheduled.items() if told == 1] in (
        ["timeoutInSeconds"],
        ["heartbeatInSeconds"],
    )
    assert details(execution, "TaskTimedOut") == {
        "resourceType": "sqs",
        "resource": "sendMessage.waitForTaskToken",
        "error": "States.Timeout",
    }
    assert execution.describe()["error"] == "States.Timeout"


def test_limits_may_be_expressions(aws: Embedded, name: str) -> None:
    task: dict[str, Json] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": {
            "QueueUrl": "{% $states.input.queue %}",
            "MessageBody": "{% $states.context.Task.Token %}",
        },
        "TimeoutSeconds": "{% $states.input.limit * 600 %}",
        "HeartbeatSeconds": "{% $states.input.limit %}",
        "End": True,
    }
    definition: dict[str, Json] = {"QueryLanguage": "JSONata", **machine(task)}
    execution = aws.run(aws.machine(name, definition), {"queue": Queue(aws, name).url, "limit": 1})

    scheduled = details(execution, "TaskScheduled")
    assert (scheduled["timeoutInSeconds"], scheduled["heartbeatInSeconds"]) == (600, 1)
    assert execution.types[-2:] == ["TaskTimedOut", "ExecutionFailed"]


@pytest.mark.parametrize("error", ["States.HeartbeatTimeout", "States.Timeout", "States.ALL"])
def test_a_silent_heart_is_caught_by_its_own_name_too(aws: Embedded, name: str, error: str) -> None:
    task = waiting_task(HeartbeatSeconds=1, **catching(error))
    execution = aws.run(aws.machine(name, machine(task)), {"queue": Queue(aws, name).url})

    assert execution.status == "SUCCEEDED"
    assert "PassStateEntered" in execution.types


def test_a_late_answer_is_no_silent_heart(aws: Embedded, name: str) -> None:
    task = waiting_task(TimeoutSeconds=1, **catching("States.HeartbeatTimeout"))
    execution = aws.run(aws.machine(name, machine(task)), {"queue": Queue(aws, name).url})

    assert execution.status == "FAILED"


def test_a_heartbeat_keeps_the_task_waiting(aws: Embedded, name: str) -> None:
    execution, token = asked(aws, name, HeartbeatSeconds=1)

    ends = time.monotonic() + 2.5
    while time.monotonic() < ends:
        aws.states().send_task_heartbeat(taskToken=token)
        time.sleep(0.2)
    assert execution.status == "RUNNING"
    aws.states().send_task_success(taskToken=token, output="{}")

    assert execution.ended().status == "SUCCEEDED"


def test_a_token_is_answered_once(aws: Embedded, name: str) -> None:
    execution, token = asked(aws, name)
    aws.states().send_task_success(taskToken=token, output="{}")

    assert refusal(aws, token) == GONE
    assert execution.ended().status == "SUCCEEDED"
    assert refusal(aws, token) == GONE


def test_a_token_that_was_never_given_out_is_told_from_an_old_one(aws: Embedded) -> None:
    assert refusal(aws, "NoSuchTaskToken") == NEVER


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


def test_a_queue_that_does_not_exist_fails_the_task_at_once(aws: Embedded, name: str) -> None:
    gone = Queue(aws, name).url + "-gone"
    execution = aws.run(aws.machine(name, machine(waiting_task())), {"queue": gone})

    assert execution.types[-3:] == ["TaskStarted", "TaskFailed", "ExecutionFailed"]
    assert execution.describe()["error"] == "SQS.QueueDoesNotExistException"


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
