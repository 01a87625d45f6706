"""An embedded AWS that is put back to empty: nothing of it is left, and who uses it goes on."""

from __future__ import annotations

import json
import os
import signal
from contextlib import closing
from pathlib import Path

import pytest

from bunsui_core.adapters.emulator.access import DIRECT, session
from bunsui_core.adapters.emulator.launcher import Reset, down, reset, status, up
from bunsui_core.adapters.emulator.record import Folder
from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, invoking, until
from tests.emulator.processes import of_home

PID = "import os\ndef handler(event, context): return os.getpid()\n"


def filled(home: Path) -> tuple[Embedded, int]:
    """A running embedded AWS with an execution, a function, an object; and the function's pid."""
    embedded = Embedded(up(home, watch_pid=os.getpid(), wait_scale=0), home)
    states: dict[str, Json] = {"A": invoking(embedded.function("load", PID))}
    with embedded.open:
        machine = embedded.machine("load", {"StartAt": "A", "States": states})
        output = json.loads(embedded.run(machine, {}).describe()["output"])
        embedded.s3().create_bucket(Bucket="orders")
        embedded.s3().put_object(Bucket="orders", Key="a/day.csv", Body=b"1")
    return embedded, output["Payload"]


def assert_empty(embedded: Embedded) -> None:
    """Nobody finds anything of what was there."""
    with embedded.open:
        assert embedded.states().list_state_machines()["stateMachines"] == []
        assert embedded.functions().list_functions()["Functions"] == []
        assert embedded.s3().list_buckets()["Buckets"] == []
        root = session(embedded.key("root"))
        with closing(root.client("logs", endpoint_url=embedded.server.url, config=DIRECT)) as logs:
            assert logs.describe_log_groups()["logGroups"] == []


def assert_told(done: Reset) -> None:
    """What was removed was counted."""
    assert dict(done.removed) == {
        "state machines": 1,
        "executions": 1,
        "functions": 1,
        "log groups": 1,
        "roles": 1,
        "buckets": 1,
        "objects": 1,
    }


def test_a_running_one_comes_back_empty_at_its_address_and_serves_every_actor(home: Path) -> None:
    embedded, function = filled(home)
    root = embedded.key("root")

    done = reset(home)

    assert_told(done)
    assert done.server
    assert done.server.url == embedded.server.url
    assert (done.server.watch_pid, done.server.wait_scale) == (os.getpid(), "0")
    assert function not in of_home(home)
    again = Embedded(done.server, home)
    assert again.key("root") == root
    with again.open:
        assert again.sts(again.key("agent")).get_caller_identity()["Arn"].endswith("bunsui-agent")
        assert again.states("worker").list_state_machines()["stateMachines"] == []
    assert_empty(again)


def test_a_stopped_one_stays_stopped_and_starts_empty(home: Path) -> None:
    filled(home)
    down(home)

    done = reset(home)

    assert_told(done)
    assert done.server is None
    assert status(home) is None
    assert of_home(home) == {}
    assert_empty(Embedded(up(home, watch_pid=os.getpid()), home))


def test_a_killed_one_is_emptied_as_well(home: Path) -> None:
    embedded, _ = filled(home)
    saved = Folder.of(home).executions
    until(lambda: saved.exists() and "SUCCEEDED" in saved.read_text())
    os.kill(embedded.server.pid, signal.SIGKILL)
    until(lambda: status(home) is None)

    assert reset(home).removed["executions"] == 1
    assert_empty(Embedded(up(home, watch_pid=os.getpid()), home))


def test_what_a_kill_left_of_a_reset_is_swept_at_the_next_start(home: Path) -> None:
    left = Folder.of(home).path / ".gone-state-1" / "iam.json"
    left.parent.mkdir(parents=True)
    left.write_text("{}")

    up(home, watch_pid=os.getpid())

    assert not left.parent.exists()


@pytest.mark.parametrize("times", [1, 2])
def test_a_home_that_never_had_one_has_nothing_to_remove(tmp_path: Path, times: int) -> None:
    for _ in range(times):
        assert reset(tmp_path) == Reset({}, None)
    assert list(tmp_path.iterdir()) == []
