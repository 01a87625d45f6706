"""What a container sees of this machine, and that nothing of it stays."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from bunsui_core.adapters.emulator.launcher import down, status, up
from bunsui_core.adapters.emulator.record import Folder
from tests.emulator.conftest import USER_ENVIRONMENT, USER_SECRET
from tests.emulator.embedded import Embedded, until
from tests.emulator.fargate import Fargate, processes, python

WHOLE = "import json, os; print(json.dumps(dict(os.environ)))"
WHO = """
import boto3
try:
    print(boto3.client("sts").get_caller_identity()["Arn"])
except Exception as error:
    print(type(error).__name__)
"""
# A child in the group of the command, and a grandchild that left group, session and parent.
FAMILY = """
import os, subprocess, sys, time
code = "import time; time.sleep(600)  # {mark}"
subprocess.Popen([sys.executable, "-c", code])
if os.fork() == 0:
    os.setsid()
    subprocess.Popen([sys.executable, "-c", code])
    os._exit(0)
print("started", flush=True)
{then}
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
needs_process_table = pytest.mark.skipif(
    not Path("/proc/self/cmdline").exists(), reason="needs Linux's process table"
)


def is_saved(state: Path, arn: str) -> bool:
    """Tell whether a file of the state names a task."""
    return any(arn in file.read_text(errors="replace") for file in state.glob("ecs*"))


def family(mark: str, then: str) -> str:
    """A command that starts others, all of them marked."""
    return FAMILY.format(mark=mark, then=then)


def test_a_container_sees_nothing_of_the_users_or_the_servers_environment(
    aws: Embedded, name: str
) -> None:
    fargate = Fargate.of(aws, name, python(WHOLE, environment=[{"name": "MINE", "value": "1"}]))

    found = json.loads(fargate.log(fargate.ended())[0])

    assert found["MINE"] == "1"
    assert found["AWS_ENDPOINT_URL"] == aws.server.url
    assert not set(found) & set(USER_ENVIRONMENT)
    assert USER_SECRET not in found.values()
    assert aws.key("root").secret_access_key not in found.values()


def test_a_container_acts_as_the_role_of_its_task(aws: Embedded, name: str) -> None:
    role = aws.iam().create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    fargate = Fargate.of(aws, name, python(WHO), role=role["Role"]["Arn"])

    task = fargate.ended()

    assert fargate.log(task) == [
        f"arn:aws:sts::000000000000:assumed-role/{name}/{task['taskArn'].rpartition('/')[2]}"
    ]


def test_a_container_without_a_role_has_no_credentials(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python(WHO))

    assert fargate.log(fargate.ended()) == ["NoCredentialsError"]


def test_a_task_has_a_folder_of_its_own_until_it_ends(aws: Embedded, name: str) -> None:
    code = "import os; open('here', 'w').close(); print(os.getcwd(), os.listdir())"
    fargate = Fargate.of(aws, name, python(code))

    one, other = (fargate.log(fargate.ended())[0].split(" ", 1) for _ in range(2))

    assert one[1] == other[1] == "['here']"
    assert one[0] != other[0]
    assert Path(one[0]).is_relative_to(Folder.of(aws.home).temporary)
    assert not Path(one[0]).exists()


@needs_process_table
@pytest.mark.parametrize("then", ["", "time.sleep(600)"], ids=["ended", "stopped"])
def test_nothing_that_a_container_started_outlives_its_task(
    aws: Embedded, name: str, then: str
) -> None:
    fargate = Fargate.of(aws, name, python(family(name, then), stopTimeout=2))
    arn = fargate.run()["taskArn"]
    until(lambda: fargate.shown(arn)["lastStatus"] in {"RUNNING", "STOPPED"})
    until(lambda: fargate.log(fargate.shown(arn)) == ["started"])

    fargate.client.stop_task(cluster=name, task=arn)

    fargate.reached(arn, "STOPPED")
    assert processes(f"# {name}") == []


@needs_process_table
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_container_outlives_the_server(home: Path, name: str, number: signal.Signals) -> None:
    server = up(home, watch_pid=os.getpid(), wait_scale=0)
    embedded = Embedded(server, home)
    with embedded.open:
        fargate = Fargate.of(embedded, name, python(family(name, "time.sleep(600)")))
        arn = fargate.reached(fargate.run()["taskArn"], "RUNNING")["taskArn"]
        until(lambda: len(processes(f"# {name}")) >= 3)
        until(lambda: is_saved(Folder.of(home).state, arn))

        os.kill(server.pid, number)

    until(lambda: processes(f"# {name}") == [])
    until(lambda: status(home) is None)
    again = Embedded(up(home, watch_pid=os.getpid(), wait_scale=0), home)
    with again.open:
        task = Fargate.again(again, name).shown(arn)
        assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TerminationNotice")
    down(home)


@needs_process_table
def test_a_killed_keeper_takes_its_container_along(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python(f"import time; time.sleep(600)  # {name}"))
    arn = fargate.reached(fargate.run()["taskArn"], "RUNNING")["taskArn"]
    (child,) = processes(f"# {name}")
    keeper = int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[1])

    os.kill(keeper, signal.SIGKILL)

    task = fargate.reached(arn, "STOPPED")
    assert task["containers"][0]["exitCode"] == 137
    until(lambda: processes(f"# {name}") == [])


@needs_process_table
def test_a_reset_ends_every_container(inside: Embedded, name: str) -> None:
    fargate = Fargate.of(inside, name, python(f"import time; time.sleep(600)  # {name}"))
    fargate.reached(fargate.run()["taskArn"], "RUNNING")
    until(lambda: processes(f"# {name}") != [])

    inside.reset()

    assert processes(f"# {name}") == []


def test_a_task_without_a_place_on_the_disk_is_told(aws: Embedded, name: str) -> None:
    fargate = Fargate.of(aws, name, python("print(1)"))
    folder = Folder.of(aws.home).temporary / "tasks"
    fargate.ended()
    kept = folder.rename(folder.with_name("kept"))
    folder.touch()

    task = fargate.ended()

    folder.unlink()
    kept.rename(folder)
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"] == (
        "CannotCreateContainerError: Error response from daemon: Not a directory"
    )
    assert fargate.ended()["containers"][0]["exitCode"] == 0
