"""Whatever the embedded AWS answers has the shape that the table tells, event by event."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bunsui_core.adapters.emulator.launcher import down, up
from bunsui_core.domain.value import Json
from tests.emulator import stories
from tests.emulator.embedded import Embedded, Execution, until
from tests.emulator.heard import Heard
from tests.golden.shapes import event_faults, faults, table

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

GIVEN: dict[str, Json] = {"a": 1, "items": [1, 2]}
REDRIVEN = ("raising", "bad-map-run")


@dataclass
class Told:
    """What was heard while every story was played."""

    heard: Heard
    executions: dict[str, Execution]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Every story, played once on an embedded AWS whose waits count."""
    home = tmp_path_factory.mktemp("shapes")
    aws = Embedded(up(home, watch_pid=os.getpid()), home)
    heard = Heard()
    try:
        with aws.open:
            return Told(heard, _play(aws, heard.client(aws)))
    finally:
        down(home)


def _play(aws: Embedded, client: SFNClient) -> dict[str, Execution]:
    machines = stories.plain() | _calling(aws) | _active(client)
    machines["nesting"] = stories.nesting(aws.machine("child", machines["fail"]))
    with ThreadPoolExecutor(4) as pool:
        played = pool.map(lambda item: _run(aws, client, *item), machines.items())
        executions = dict(zip(machines, played, strict=True))
    for name in REDRIVEN:
        client.redrive_execution(executionArn=executions[name].arn)
        executions[name].ended()
    for execution in executions.values():
        _ask(client, execution)
    for machine in client.list_state_machines()["stateMachines"]:
        client.describe_state_machine(stateMachineArn=machine["stateMachineArn"])
        client.list_executions(stateMachineArn=machine["stateMachineArn"])
    return executions


def _ask(client: SFNClient, execution: Execution) -> None:
    """Ask for all that can be known of an execution; the answers are kept."""
    assert execution.events
    assert execution.describe()
    client.describe_state_machine_for_execution(executionArn=execution.arn)
    for run in client.list_map_runs(executionArn=execution.arn)["mapRuns"]:
        client.describe_map_run(mapRunArn=run["mapRunArn"])
        for child in client.list_executions(mapRunArn=run["mapRunArn"])["executions"]:
            client.describe_execution(executionArn=child["executionArn"])
            client.get_execution_history(executionArn=child["executionArn"])


def _run(aws: Embedded, client: SFNClient, name: str, definition: dict[str, Json]) -> Execution:
    machine = aws.machine(name, definition)
    started = client.start_execution(stateMachineArn=machine, input=json.dumps(GIVEN))
    execution = Execution(client, started["executionArn"])
    if name == "long":
        until(lambda: len(execution.types) > 1)
        execution.describe()
        client.list_executions(stateMachineArn=machine)
        client.stop_execution(executionArn=execution.arn, error="Tired", cause="Enough")
    if name.endswith("-activity"):
        _work(client, name)
    return execution.ended()


def _calling(aws: Embedded) -> dict[str, dict[str, Json]]:
    codes = {"echo": stories.ECHOING, "raise": stories.RAISING, "sleep": stories.SLEEPING}
    return stories.calling(*(aws.function(name, code, 60) for name, code in codes.items()))


def _active(client: SFNClient) -> dict[str, dict[str, Json]]:
    arns = {
        name: client.create_activity(name=name)["activityArn"]
        for name in ("done-activity", "failed-activity", "late-activity")
    }
    late = {"late-activity": stories.active(arns["late-activity"], TimeoutSeconds=1)}
    return {name: stories.active(arn) for name, arn in arns.items()} | late


def _work(client: SFNClient, name: str) -> None:
    """Take the task of an activity and end it as its name says."""
    arn = next(
        one["activityArn"] for one in client.list_activities()["activities"] if one["name"] == name
    )
    token = client.get_activity_task(activityArn=arn, workerName="worker")["taskToken"]
    if name.startswith("done"):
        client.send_task_success(taskToken=token, output="{}")
    elif name.startswith("failed"):
        client.send_task_failure(taskToken=token, error="E", cause="c")


def test_every_event_has_the_shape_of_its_type(told: Told) -> None:
    wrong = {fault for event in told.heard.events() for fault in event_faults(event)}

    assert sorted(wrong) == []


def test_every_type_of_event_is_recorded_or_has_a_reason_not_to_be(told: Told) -> None:
    types = table("history_events")["types"]
    assert isinstance(types, dict)
    missing = set(types) - {str(event["type"]) for event in told.heard.events()}

    assert missing == set(table("not_here"))


def test_every_answer_has_its_shape(told: Told) -> None:
    known = table("answers")
    wrong = {
        f"{operation}{fault}"
        for operation, answer in told.heard.answers
        if operation in known
        for fault in faults(known[operation], answer)
    }

    assert sorted(wrong) == []
    assert set(known) <= {operation for operation, _ in told.heard.answers}
