"""What the embedded AWS writes besides answers: causes, status events, lines of a log."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.value import Json
from tests.emulator import stories
from tests.emulator.embedded import Embedded, Execution, invoking
from tests.emulator.fargate import Fargate, python
from tests.emulator.queues import Queue, client
from tests.golden.shapes import faults, table

DYING = "import os\ndef handler(event, context):\n    os._exit(1)"


def wrong(document: str, value: Json) -> list[str]:
    """What is wrong with a document of a kind."""
    return faults(table("documents")[document], value)


def run(aws: Embedded, name: str, state: dict[str, Json]) -> Execution:
    """An execution of a machine of one state."""
    return aws.run(aws.machine(name, stories.one(state)), {})


@pytest.mark.parametrize(
    ("code", "document"),
    [(stories.RAISING, "python failure"), (DYING, "function that ended")],
)
def test_the_cause_of_a_failed_function_has_its_shape(
    account: Embedded, code: str, document: str
) -> None:
    execution = run(account, "load", invoking(account.function("load", code)))

    assert execution.status == "FAILED"
    assert wrong(document, execution.cause) == []


def test_the_cause_of_a_function_out_of_time_has_its_shape(account: Embedded) -> None:
    execution = run(account, "load", invoking(account.function("load", stories.SLEEPING, 1)))

    assert wrong("function out of time", execution.cause) == []


def test_the_cause_of_a_failed_child_has_its_shape(account: Embedded) -> None:
    child = account.machine("child", stories.plain()["fail"])
    execution = account.run(account.machine("parent", stories.nesting(child)), {})

    assert wrong("failed child", execution.cause) == []
    assert execution.describe()["error"] == "States.TaskFailed"


def test_the_cause_of_a_stopped_container_has_its_shape(account: Embedded) -> None:
    fargate = Fargate.of(account, "count", python("raise SystemExit(7)"))

    execution = run(account, "count", fargate.state())

    assert wrong("stopped task", execution.cause) == []


def test_the_cause_of_a_refused_event_has_its_shape(account: Embedded) -> None:
    entry: dict[str, Json] = {"Detail": "[]", "DetailType": "row", "Source": "load"}
    task: dict[str, Json] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::events:putEvents",
        "Parameters": {"Entries": [entry, {**entry, "Detail": {"row": 3}}]},
    }

    execution = run(account, "tell", task)

    assert wrong("failed entries", execution.cause) == []
    assert execution.describe()["error"] == "EventBridge.FailedEntry"


def test_a_sent_message_is_answered_with_its_shape(account: Embedded) -> None:
    queue = Queue(account, "rows")
    task: dict[str, Json] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue.url, "MessageBody": {"row": 3}},
    }

    execution = run(account, "send", task)

    assert wrong("submitted message", json.loads(execution.describe()["output"])) == []
    assert queue.document() == {"row": 3}


def test_every_status_event_has_its_shape(account: Embedded) -> None:
    queue = Queue(account, "statuses")
    bus = client(account, "events")
    bus.put_rule(Name="statuses", EventPattern=json.dumps({"source": ["aws.states"]}))
    bus.put_targets(Rule="statuses", Targets=[{"Id": "1", "Arn": queue.arn}])

    end_in_every_way(account)
    events = [queue.document() for _ in range(10)]

    assert [fault for event in events for fault in wrong("status event", event)] == []
    assert {status_of(event) for event in events} == {
        "RUNNING",
        "SUCCEEDED",
        "FAILED",
        "TIMED_OUT",
        "ABORTED",
    }


def end_in_every_way(aws: Embedded) -> None:
    """Let an execution succeed, one fail twice, one run out of time, and stop one."""
    machines, function = stories.plain(), aws.function("sleep", stories.SLEEPING, 60)
    slow = stories.one(invoking(function))
    aws.run(aws.machine("good", machines["parallel"]), {})
    aws.run(aws.machine("bad", machines["silent-fail"]), {}).redriven()
    aws.run(aws.machine("late", {**slow, "TimeoutSeconds": 1}), {})
    client = aws.states()
    arn = client.start_execution(stateMachineArn=aws.machine("stopped", slow))["executionArn"]
    client.stop_execution(executionArn=arn, error="Tired", cause="Enough")


def status_of(event: dict[str, Json]) -> str:
    """The status that an event tells."""
    detail = event["detail"]
    assert isinstance(detail, dict)
    return str(detail["status"])


@pytest.mark.parametrize("code", [stories.ECHOING, stories.RAISING, DYING])
def test_the_lines_of_a_log_have_their_shape(account: Embedded, code: str) -> None:
    run(account, "load", invoking(account.function("load", code)))
    found = account.logs().filter_log_events(logGroupName="/aws/lambda/load")

    lines = [event["message"] for event in found["events"]]
    start, *_, end, report = lines

    assert wrong("start line", start.rstrip("\n")) == []
    assert wrong("end line", end.rstrip("\n")) == []
    assert wrong("report line", report) == []
