"""Fargate tasks run, log, fail and end as ECS reports them."""

from __future__ import annotations

import pytest

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, until
from tests.emulator.fargate import PYTHON, Fargate, python, stack

ENDLESS = "import time\nprint('up', flush=True)\nwhile True: time.sleep(1)"
POLITE = """
import signal, sys, time
def leave(number, frame):
    print("bye")
    sys.exit(4)
signal.signal(signal.SIGTERM, leave)
print("up", flush=True)
while True: time.sleep(1)
"""
DEAF = f"import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n{ENDLESS}"
ENOUGH = "print(len(bytes([1]) * 40 * 1024 * 1024))"
TOO_MUCH = """
kept = []
print("begins", flush=True)
while True: kept.append(bytes([1]) * 1024 * 1024)
"""
# It is there for a few milliseconds only.
FLASH = "bytes([1]) * 24 * 1024 * 1024"
OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"


def test_a_task_ends_with_the_exit_code_and_the_log_of_its_command(
    aws: Embedded, name: str
) -> None:
    code = "import sys; print('counted'); print('no rows', file=sys.stderr); raise SystemExit(7)"
    fargate = Fargate.of(aws, name, python(code))

    task = fargate.ended()

    assert task["containers"][0]["exitCode"] == 7
    assert task["stopCode"] == "EssentialContainerExited"
    assert task["stoppedReason"] == "Essential container in task exited"
    assert sorted(fargate.log(task)) == ["counted", "no rows"]


def test_a_task_moves_from_provisioning_over_running_to_stopped(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python(ENDLESS, stopTimeout=2))

    accepted = fargate.run()
    running = fargate.reached(accepted["taskArn"], "RUNNING")
    asked = fargate.client.stop_task(cluster=name, task=accepted["taskArn"], reason="too slow")
    stopped = fargate.reached(accepted["taskArn"], "STOPPED")

    assert (accepted["lastStatus"], accepted["desiredStatus"]) == ("PROVISIONING", "RUNNING")
    assert accepted["containers"][0]["lastStatus"] == "PENDING"
    assert running["containers"][0]["lastStatus"] == "RUNNING"
    assert "stopCode" not in running
    assert asked["task"]["desiredStatus"] == "STOPPED"
    assert (stopped["stopCode"], stopped["stoppedReason"]) == ("UserInitiated", "too slow")
    assert stopped["createdAt"] <= stopped["startedAt"] <= stopped["stoppedAt"]
    assert stopped["launchType"] == "FARGATE"


@pytest.mark.parametrize(
    ("code", "exit_code", "log"),
    [(POLITE, 4, ["up", "bye"]), (ENDLESS, 143, ["up"]), (DEAF, 137, ["up"])],
    ids=["polite", "endless", "deaf"],
)
def test_a_stopped_container_is_asked_first_and_killed_then(
    aws: Embedded, name: str, code: str, exit_code: int, log: list[str]
) -> None:
    fargate = Fargate.of(aws, name, python(code, stopTimeout=2))
    arn = fargate.reached(fargate.run()["taskArn"], "RUNNING")["taskArn"]
    until(lambda: fargate.log(fargate.shown(arn)) == ["up"])

    fargate.client.stop_task(cluster=name, task=arn)

    stopped = fargate.reached(arn, "STOPPED")
    assert stopped["containers"][0]["exitCode"] == exit_code
    assert fargate.log(stopped) == log


@pytest.mark.parametrize(
    ("code", "megabytes"), [(TOO_MUCH, 96), (FLASH, 24)], ids=["growing", "in a flash"]
)
def test_a_container_that_needs_more_than_its_memory_is_killed(
    aws: Embedded, name: str, code: str, megabytes: int
) -> None:
    fargate = Fargate.of(aws, name, python(code, memory=megabytes))

    task = fargate.ended()

    assert task["containers"][0]["exitCode"] == 137
    assert task["containers"][0]["reason"] == OUT_OF_MEMORY
    assert task["stopCode"] == "EssentialContainerExited"


def test_a_command_smaller_than_what_starts_it_has_room_enough(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, {"command": ["/bin/true"], "memory": 8})

    assert fargate.ended()["containers"][0]["exitCode"] == 0


def test_a_container_that_needs_less_than_its_memory_ends_well(aws: Embedded, name: str) -> None:
    task = Fargate.of(aws, name, python(ENOUGH, memory=96)).ended()

    assert task["containers"][0]["exitCode"] == 0
    assert "reason" not in task["containers"][0]


def test_an_override_changes_command_and_variables(aws: Embedded, name: str) -> None:
    code = "import os, sys; print(sys.argv[1:], os.environ['A'], os.environ['B'])"
    kept = [{"name": "A", "value": "own"}, {"name": "B", "value": "own"}]
    entry = ["python", "-c", code]
    fargate = Fargate.of(aws, name, {"entryPoint": entry, "command": ["x"], "environment": kept})  # type: ignore[typeddict-item]  # whatever it is

    plain = fargate.ended()
    changed = fargate.ended(
        {"name": "app", "command": ["y", "z"], "environment": [{"name": "B", "value": "other"}]}
    )

    assert fargate.log(plain) == ["['x'] own own"]
    assert fargate.log(changed) == ["['y', 'z'] own other"]


def test_the_end_of_an_essential_container_ends_the_others(aws: Embedded, name: str) -> None:
    helper = python(ENDLESS, name="helper", essential=False, stopTimeout=2)
    fargate = Fargate.of(aws, name, helper, python("raise SystemExit(3)"))

    task = fargate.ended()

    assert {c["name"]: c["exitCode"] for c in task["containers"]} == {"helper": 143, "app": 3}


def test_a_container_that_is_not_essential_may_end_alone(aws: Embedded, name: str) -> None:
    helper = python("raise SystemExit(9)", name="helper", essential=False)
    fargate = Fargate.of(aws, name, helper, python(ENDLESS, stopTimeout=2))
    arn = fargate.run()["taskArn"]
    until(lambda: fargate.shown(arn)["containers"][0]["lastStatus"] == "STOPPED")

    task = fargate.shown(arn)

    assert (task["lastStatus"], task["containers"][0]["exitCode"]) == ("RUNNING", 9)
    fargate.client.stop_task(cluster=name, task=arn)
    fargate.reached(arn, "STOPPED")


def test_a_task_tells_that_it_is_a_local_process(aws: Embedded, name: str) -> None:
    task = Fargate.of(aws, name, python("print(1)")).ended()

    assert {"name": "bunsui.runs-as", "value": "local process"} in task["attributes"]


def test_a_task_definition_of_a_stack_runs_as_well(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python("print(1)"))
    container: Json = {
        "Name": "app",
        "Image": PYTHON,
        "Command": ["python", "-c", "raise SystemExit(5)"],
        "Memory": 128,
    }
    properties: Json = {
        "Family": f"{name}-stack",
        "RequiresCompatibilities": ["FARGATE"],
        "NetworkMode": "awsvpc",
        "Cpu": "256",
        "Memory": "512",
        "ContainerDefinitions": [container],
    }
    stack(aws, name, {"Job": {"Type": "AWS::ECS::TaskDefinition", "Properties": properties}})

    answer = fargate.client.run_task(
        cluster=name,
        taskDefinition=f"{name}-stack",
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
    )

    task = fargate.reached(answer["tasks"][0]["taskArn"], "STOPPED")
    assert task["containers"][0]["exitCode"] == 5


def test_a_container_starts_after_the_one_that_it_waits_for(aws: Embedded, name: str) -> None:
    app = python("print('app')", dependsOn=[{"containerName": "first", "condition": "SUCCESS"}])
    first = python("import time; time.sleep(0.3); print('first')", name="first", essential=False)
    fargate = Fargate.of(aws, name, app, first)

    task = fargate.ended()

    (one,) = fargate.events(task, "first")
    (other,) = fargate.events(task)
    assert one["timestamp"] <= other["timestamp"]
    assert {c["name"]: c["exitCode"] for c in task["containers"]} == {"app": 0, "first": 0}


def test_a_container_does_not_start_after_a_failure_of_what_it_waits_for(
    aws: Embedded, name: str
) -> None:
    app = python("print('app')", dependsOn=[{"containerName": "first", "condition": "SUCCESS"}])
    fargate = Fargate.of(
        aws, name, app, python("raise SystemExit(2)", name="first", essential=False)
    )

    task = fargate.ended()

    assert task["stopCode"] == "TaskFailedToStart"
    assert {c["name"]: c.get("exitCode") for c in task["containers"]} == {"app": None, "first": 2}


def test_a_task_is_asked_for_in_a_cluster_that_is_there(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python("print(1)"))
    arn = fargate.ended()["taskArn"]

    with pytest.raises(fargate.client.exceptions.ClusterNotFoundException):
        fargate.client.describe_tasks(cluster="nowhere", tasks=[arn])

    assert fargate.client.describe_tasks(cluster=name, tasks=[arn])["tasks"]
    assert fargate.client.list_tasks(cluster=name, desiredStatus="STOPPED")["taskArns"] == [arn]


def test_a_task_is_forgotten_an_hour_after_it_stopped(account: Embedded, name: str) -> None:
    # Deferred: it is there when the embedded AWS of this process is.
    from ministack.services import ecs

    fargate = Fargate.of(account, name, python("print(1)"))
    old, young = fargate.ended()["taskArn"], fargate.ended()["taskArn"]
    (stored,) = [task for key, task in ecs._tasks.all_items() if task["taskArn"] == old]
    stored["stoppedAt"] = "2026-01-01T00:00:00Z"

    found = fargate.client.describe_tasks(cluster=name, tasks=[old, young])

    assert [task["taskArn"] for task in found["tasks"]] == [young]
    assert found["failures"] == [{"arn": old, "reason": "MISSING"}]
