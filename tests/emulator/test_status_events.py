"""The events by which EventBridge tells the status of executions."""

from __future__ import annotations

import json

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution
from tests.emulator.queues import Queue, client

PASSES: Json = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": 3, "End": True}}}
FAILS: Json = {
    "StartAt": "F",
    "States": {"F": {"Type": "Fail", "Error": "NoRows", "Cause": "there were none"}},
}
PATTERN = {
    "source": ["aws.states"],
    "detail-type": ["Step Functions Execution Status Change"],
}


class Heard:
    """The status events of the executions of one test."""

    def __init__(self, aws: Embedded, name: str, machines: list[str]) -> None:
        """Send the events of these machines to a queue of its own."""
        self._queue = Queue(aws, name)
        bus = client(aws, "events")
        pattern = PATTERN | {"detail": {"stateMachineArn": machines}}
        bus.put_rule(Name=name, EventPattern=json.dumps(pattern))
        bus.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": self._queue.arn}])

    def next(self) -> dict[str, Json]:
        """The next event."""
        return self._queue.document()

    def details(self, number: int) -> list[dict[str, Json]]:
        """The details of the next events, in any order."""
        found = [self.next()["detail"] for _ in range(number)]
        return [detail for detail in found if isinstance(detail, dict)]


def waiting(seconds: int) -> Json:
    """A machine that waits for an answer to its token, but not for longer."""
    task: Json = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl.$": "$.queue", "MessageBody.$": "$$.Task.Token"},
        "End": True,
    }
    return {"StartAt": "A", "TimeoutSeconds": seconds, "States": {"A": task}}


def test_a_success_is_told_with_its_output(aws: Embedded, name: str) -> None:
    arn = aws.machine(name, PASSES)
    heard = Heard(aws, name, [arn])
    execution = aws.run(arn, {"day": 7})
    told = execution.describe()
    started, ended = (heard.next() for _ in range(2))

    assert ended["source"] == "aws.states"
    assert ended["detail-type"] == "Step Functions Execution Status Change"
    assert ended["resources"] == [execution.arn]
    assert ended["detail"] == {
        "executionArn": execution.arn,
        "stateMachineArn": arn,
        "name": told["name"],
        "status": "SUCCEEDED",
        "startDate": int(told["startDate"].timestamp() * 1000),
        "stopDate": int(told["stopDate"].timestamp() * 1000),
        "input": '{"day": 7}',
        "inputDetails": {"included": True},
        "output": "3",
        "outputDetails": {"included": True},
        "stateMachineVersionArn": None,
        "stateMachineAliasArn": None,
        "redriveCount": 0,
        "redriveDate": None,
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
        "error": None,
        "cause": None,
    }
    detail = started["detail"]
    assert isinstance(detail, dict)
    assert (detail["status"], detail["stopDate"], detail["output"]) == ("RUNNING", None, None)
    assert detail["redriveStatusReason"] == "Execution is RUNNING and cannot be redriven"


def test_a_failure_is_told_with_its_error_and_that_it_can_be_redriven(
    aws: Embedded, name: str
) -> None:
    arn = aws.machine(name, FAILS)
    heard = Heard(aws, name, [arn])
    aws.run(arn, {})
    _, failed = heard.details(2)

    assert (failed["status"], failed["error"], failed["cause"]) == (
        "FAILED",
        "NoRows",
        "there were none",
    )
    assert (failed["redriveStatus"], failed["redriveStatusReason"]) == ("REDRIVABLE", None)
    assert (failed["output"], failed["outputDetails"]) == (None, None)


def test_a_redrive_is_told_with_its_count_and_date(aws: Embedded, name: str) -> None:
    arn = aws.machine(name, FAILS)
    heard = Heard(aws, name, [arn])
    execution = aws.run(arn, {})
    heard.details(2)

    execution.redriven()
    running, failed = heard.details(2)
    date = int(execution.describe()["redriveDate"].timestamp() * 1000)

    assert (running["status"], running["redriveCount"], running["redriveDate"]) == (
        "RUNNING",
        1,
        date,
    )
    assert (running["stopDate"], running["error"]) == (None, None)
    assert (failed["status"], failed["redriveCount"], failed["redriveDate"]) == ("FAILED", 1, date)


def test_a_stopped_execution_is_told_as_aborted(aws: Embedded, name: str) -> None:
    machine = aws.machine(name, waiting(600))
    heard = Heard(aws, f"{name}-heard", [machine])
    answer = aws.states().start_execution(
        stateMachineArn=machine, input=json.dumps({"queue": Queue(aws, name).url})
    )
    aws.states().stop_execution(executionArn=answer["executionArn"], error="Halt", cause="by hand")
    _, aborted = heard.details(2)

    assert (aborted["status"], aborted["error"], aborted["cause"]) == ("ABORTED", "Halt", "by hand")
    assert aborted["redriveStatus"] == "REDRIVABLE"


def test_an_execution_that_ran_too_long_is_told_as_timed_out(aws: Embedded, name: str) -> None:
    machine = aws.machine(name, waiting(1))
    heard = Heard(aws, f"{name}-heard", [machine])
    execution = aws.run(machine, {"queue": Queue(aws, name).url})
    _, timed_out = heard.details(2)

    assert execution.status == "TIMED_OUT"
    assert (timed_out["status"], timed_out["redriveStatus"]) == ("TIMED_OUT", "REDRIVABLE")
    assert timed_out["stopDate"]


def test_a_child_is_told_like_any_other_execution(aws: Embedded, name: str) -> None:
    child = aws.machine(f"{name}-child", FAILS)
    task: Json = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": child},
        "End": True,
    }
    parent = aws.machine(name, {"StartAt": "C", "States": {"C": task}})
    heard = Heard(aws, name, [parent, child])
    execution = aws.run(parent, {})
    details = heard.details(4)

    assert sorted(str(detail["status"]) for detail in details) == ["FAILED"] * 2 + ["RUNNING"] * 2
    (own,) = (one for one in details if one["stateMachineArn"] == child and one["stopDate"])
    assert own["error"] == "NoRows"
    assert own["executionArn"] == execution.cause["ExecutionArn"]


def test_express_executions_are_not_told(aws: Embedded, name: str) -> None:
    made = aws.states().create_state_machine(
        name=f"{name}-express", definition=json.dumps(PASSES), roleArn=aws.role(), type="EXPRESS"
    )
    standard = aws.machine(name, PASSES)
    heard = Heard(aws, name, [made["stateMachineArn"], standard])
    aws.states().start_execution(stateMachineArn=made["stateMachineArn"])
    aws.run(standard, {})

    assert {detail["stateMachineArn"] for detail in heard.details(2)} == {standard}


def test_a_payload_that_is_too_large_is_left_out(aws: Embedded, name: str) -> None:
    arn = aws.machine(name, {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
    heard = Heard(aws, name, [arn])
    aws.run(arn, "x" * (249 * 1024))
    _, ended = heard.details(2)

    assert (ended["input"], ended["inputDetails"]) == (None, {"included": False})
    assert (ended["output"], ended["outputDetails"]) == (None, {"included": False})


def test_a_parent_that_runs_too_long_stops_its_child(aws: Embedded, name: str) -> None:
    machine = aws.machine(name, waiting(600))
    task: Json = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": machine, "Input.$": "$"},
        "End": True,
    }
    definition: Json = {"StartAt": "C", "TimeoutSeconds": 1, "States": {"C": task}}
    parent = aws.run(aws.machine(f"{name}-parent", definition), {"queue": Queue(aws, name).url})
    (child,) = aws.states().list_executions(stateMachineArn=machine)["executions"]

    assert parent.status == "TIMED_OUT"
    assert Execution(aws.states(), child["executionArn"]).ended().status == "ABORTED"
