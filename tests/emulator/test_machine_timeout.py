"""An execution that takes longer than its machine allows, or is stopped, ends at once and whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bunsui_core.adapters.emulator.launcher import down, up
from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution, invoking, until

SLOW = "import time\ndef handler(event, context): time.sleep(event['seconds'])"
WAIT: dict[str, Json] = {"Type": "Wait", "Seconds": 600, "End": True}


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """An embedded AWS whose waits take as long as they say."""
    home = tmp_path_factory.mktemp("patient")
    embedded = Embedded(up(home, watch_pid=os.getpid()), home)
    with embedded.open:
        yield embedded
    down(home)


def machine_of(state: Json, **more: Json) -> dict[str, Json]:
    return {"StartAt": "Only", "States": {"Only": state}, **more}


def started(aws: Embedded, machine: str) -> Execution:
    client = aws.states("worker")
    return Execution(client, client.start_execution(stateMachineArn=machine)["executionArn"])


def threads(aws: Embedded) -> int:
    """How many threads the embedded AWS has."""
    return len(list(Path(f"/proc/{aws.server.pid}/task").iterdir()))


def test_an_execution_times_out_as_on_aws(aws: Embedded, name: str) -> None:
    function = aws.function(name, SLOW, seconds=30)
    task = invoking(function, Parameters={"FunctionName": function, "Payload": {"seconds": 20}})

    execution = aws.run(aws.machine(name, machine_of(task, TimeoutSeconds=1)), {})

    described = execution.describe()
    assert (execution.status, described["redriveStatus"]) == ("TIMED_OUT", "REDRIVABLE")
    assert "error" not in described
    assert "cause" not in described
    assert execution.types[-2:] == ["TaskStarted", "ExecutionTimedOut"]
    assert execution.events[-1]["previousEventId"] == 0


def test_an_execution_in_time_does_not_time_out(aws: Embedded, name: str) -> None:
    machine = aws.machine(name, machine_of({"Type": "Pass", "End": True}, TimeoutSeconds=1))

    assert aws.run(machine, {}).status == "SUCCEEDED"


def test_time_starts_anew_with_a_redrive(aws: Embedded, name: str) -> None:
    function = aws.function(name, SLOW, seconds=30)
    choice: dict[str, Json] = {
        "StartAt": "Which",
        "TimeoutSeconds": 1,
        "States": {
            "Which": {
                "Type": "Choice",
                "Choices": [
                    {
                        "Variable": "$$.Execution.RedriveCount",
                        "NumericEquals": 0,
                        "Next": "Long",
                    }
                ],
                "Default": "Short",
            },
            "Long": invoking(
                function, Parameters={"FunctionName": function, "Payload": {"seconds": 20}}
            ),
            "Short": {"Type": "Pass", "End": True},
        },
    }
    around = machine_of({"Type": "Parallel", "Branches": [choice], "End": True}, TimeoutSeconds=1)
    execution = aws.run(aws.machine(name, around), {})
    assert execution.status == "TIMED_OUT"

    execution.redriven()

    assert execution.status == "SUCCEEDED"
    assert execution.types.count("ParallelStateEntered") == 2


def test_a_wait_ends_with_its_execution(patient: Embedded, name: str) -> None:
    branches: list[Json] = [{"StartAt": f"W{n}", "States": {f"W{n}": WAIT}} for n in range(5)]
    state: Json = {"Type": "Parallel", "Branches": branches, "End": True}
    machine = patient.machine(name, machine_of(state))
    before = threads(patient)
    execution = started(patient, machine)
    until(lambda: execution.types.count("WaitStateEntered") == 5)
    assert threads(patient) >= before + 6

    execution.client.stop_execution(executionArn=execution.arn)

    until(lambda: threads(patient) <= before, seconds=5)
    assert execution.status == "ABORTED"


def test_a_wait_ends_when_time_is_over(patient: Embedded, name: str) -> None:
    machine = patient.machine(name, machine_of(WAIT, TimeoutSeconds=1))

    execution = started(patient, machine).ended()

    assert execution.types == ["ExecutionStarted", "WaitStateEntered", "ExecutionTimedOut"]


def test_a_pause_before_a_retry_ends_with_its_execution(patient: Embedded, name: str) -> None:
    bad: Json = {"StartAt": "Bad", "States": {"Bad": {"Type": "Fail", "Error": "Bad"}}}
    retry: Json = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 50}]
    state: Json = {"Type": "Parallel", "Branches": [bad], "Retry": retry, "End": True}
    machine = patient.machine(name, machine_of(state))
    before = threads(patient)
    execution = started(patient, machine)
    until(lambda: "FailStateEntered" in execution.types)

    execution.client.stop_execution(executionArn=execution.arn)

    until(lambda: threads(patient) <= before, seconds=5)
    assert execution.types[-1] == "ExecutionAborted"


def test_a_failure_ends_a_wait_beside_it(patient: Embedded, name: str) -> None:
    bad: Json = {"StartAt": "Bad", "States": {"Bad": {"Type": "Fail", "Error": "Bad"}}}
    beside: Json = {"StartAt": "W", "States": {"W": WAIT}}
    state: Json = {"Type": "Parallel", "Branches": [beside, bad], "End": True}
    before = threads(patient)

    execution = started(patient, patient.machine(name, machine_of(state))).ended()

    assert execution.describe()["error"] == "Bad"
    assert set(execution.types[4:-2]) <= {
        "WaitStateEntered",
        "FailStateEntered",
        "WaitStateAborted",
    }
    until(lambda: threads(patient) <= before, seconds=5)
