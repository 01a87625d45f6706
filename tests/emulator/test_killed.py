"""What was said to be done survives a kill of the embedded AWS, whenever it comes."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError

from bunsui_core.adapters.emulator.launcher import down, status, up
from bunsui_core.adapters.emulator.record import EXECUTIONS, Folder, LocalServer
from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution, invoking, until
from tests.emulator.processes import is_alive, of_home

pytestmark = pytest.mark.slow

PASSING: dict[str, Json] = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
WAITING: dict[str, Json] = {
    "StartAt": "Wait",
    "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}},
}
FAILING_ONCE = """
import pathlib
def handler(event, context):
    print("tried")
    if not pathlib.Path(event["flag"]).exists():
        raise ValueError("not yet")
    return "at last"
"""


def started(home: Path) -> Embedded:
    """An embedded AWS that ends with this process at the latest."""
    return Embedded(up(home, watch_pid=os.getpid(), wait_scale=1), home)


def killed(server: LocalServer, home: Path) -> None:
    """Kill a server and wait until nothing of it is there."""
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: not is_alive(server.pid))
    until(lambda: status(home) is None)


def is_saved(home: Path, *words: str, name: str = EXECUTIONS) -> Callable[[], bool]:
    """Whether what is kept speaks of something."""
    kept = Folder.of(home).state / name
    return lambda: kept.exists() and all(word in kept.read_text() for word in words)


SLOW = pytest.mark.slow


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=SLOW) for seed in (2, 3))])
def test_what_was_saved_is_whole_after_a_kill_at_any_moment(home: Path, seed: int) -> None:
    after = random.Random(seed).uniform(0.0, 1.2)
    embedded = started(home)
    names: list[str] = []
    with embedded.open:
        client, machine = embedded.states("worker"), embedded.machine("passing", PASSING)
        until(is_saved(home, machine, name="stepfunctions.json"))
        killer = threading.Timer(after, os.kill, (embedded.server.pid, signal.SIGKILL))
        killer.start()
        try:
            while True:
                made = client.start_execution(stateMachineArn=machine, input='{"n": 1}')
                names.append(made["executionArn"])
        except BotoCoreError:
            killer.join()
    until(lambda: status(home) is None)

    again = started(home)

    assert again.server.troubles == ()
    with again.open:
        client = again.states("agent")
        pages = client.get_paginator("list_executions").paginate(stateMachineArn=machine)
        kept = [one["executionArn"] for page in pages for one in page["executions"]]
        assert len(kept) <= len(names) + 1
        for arn in kept:
            events = client.get_execution_history(executionArn=arn)["events"]
            assert [event["id"] for event in events] == list(range(1, len(events) + 1))
            assert events[-1]["type"] in ("ExecutionSucceeded", "ExecutionFailed")


def test_functions_their_logs_and_a_redrive_are_there_after_a_kill(home: Path) -> None:
    embedded = started(home)
    flag = home / "flag"
    with embedded.open:
        function = embedded.function("load", FAILING_ONCE)
        machine = embedded.machine("load", {"StartAt": "A", "States": {"A": invoking(function)}})
        failed = embedded.run(machine, {"flag": str(flag)})
        assert failed.status == "FAILED"
    until(is_saved(home, failed.arn, "ExecutionFailed"))
    until(is_saved(home, "tried", name="cloudwatch_logs.json"))
    killed(embedded.server, home)
    flag.touch()

    again = started(home)

    with again.open:
        events = again.logs().filter_log_events(logGroupName="/aws/lambda/load")["events"]
        assert "tried" in [event["message"] for event in events]
        redriven = Execution(again.states("worker"), failed.arn).redriven()
        assert redriven.describe()["redriveCount"] == 1
        assert json.loads(redriven.describe()["output"])["Payload"] == "at last"
        assert redriven.types.count("ExecutionRedriven") == 1


@pytest.mark.parametrize(
    "kind", ["function", *(pytest.param(kind, marks=SLOW) for kind in ("wait", "callback"))]
)
def test_what_was_under_way_is_closed_as_its_history_says_and_can_be_redriven(
    home: Path, kind: str
) -> None:
    embedded = started(home)
    with embedded.open:
        machine = embedded.machine(kind, under_way(embedded, kind))
        client = embedded.states("worker")
        arn = client.start_execution(stateMachineArn=machine, input="{}")["executionArn"]
        entered = {"wait": "WaitStateEntered"}.get(kind, "TaskStarted")
        until(is_saved(home, arn, entered))
    killed(embedded.server, home)

    again = started(home)

    with again.open:
        closed = Execution(again.states("worker"), arn)
        described = closed.describe()
        assert (described["status"], described["error"]) == ("FAILED", "States.ServiceRestart")
        assert described["redriveStatus"] == "REDRIVABLE"
        events = closed.events
        assert [event["id"] for event in events] == list(range(1, len(events) + 1))
        assert closed.types.count("ExecutionFailed") == 1
        closed.client.redrive_execution(executionArn=arn)
        until(lambda: closed.types.count(entered) >= (1 if kind == "wait" else 2))
        assert closed.status == "RUNNING"
        closed.client.stop_execution(executionArn=arn)
    down(home)
    assert of_home(home) == {}


def under_way(embedded: Embedded, kind: str) -> Json:
    """A machine that stays in its only state for minutes."""
    if kind == "wait":
        return WAITING
    code = "import time\ndef handler(event, context): time.sleep(300)\n"
    function = embedded.function(kind, code if kind == "function" else "handler = print", 600)
    if kind == "function":
        return {"StartAt": "A", "States": {"A": invoking(function)}}
    waiting: Json = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": function, "Payload": {"token.$": "$$.Task.Token"}},
        "End": True,
    }
    return {"StartAt": "A", "States": {"A": waiting}}


def test_a_kill_between_write_and_rename_leaves_the_state_before_it(home: Path) -> None:
    embedded = started(home)
    with embedded.open:
        done = embedded.run(embedded.machine("passing", PASSING), {})
    until(is_saved(home, done.arn, "ExecutionSucceeded"))
    killed(embedded.server, home)
    state = Folder.of(home).state
    drafts = [state / ".iam.json.4711", state / ".executions.jsonl.draft"]
    for draft in drafts:
        draft.write_text('{"half": ')

    again = started(home)

    with again.open:
        assert Execution(again.states("agent"), done.arn).status == "SUCCEEDED"
    assert again.server.troubles == ()
    down(home)
    assert not any(draft.exists() for draft in drafts)


def test_a_line_that_a_kill_cut_off_is_as_if_it_had_not_been_written(home: Path) -> None:
    embedded = started(home)
    with embedded.open:
        done = embedded.run(embedded.machine("passing", PASSING), {})
    until(is_saved(home, done.arn, "ExecutionSucceeded"))
    killed(embedded.server, home)
    with Folder.of(home).executions.open("a") as kept:
        kept.write('{"key": ["000000000000", "us-east-1", "arn"], "fields": {"sta')

    again = started(home)

    assert again.server.troubles == ()
    with again.open:
        assert Execution(again.states("agent"), done.arn).status == "SUCCEEDED"
        more = again.run(again.machine("more", PASSING), {})
    until(is_saved(home, more.arn, "ExecutionSucceeded"))


@pytest.mark.parametrize("name", ["stepfunctions.json", "lambda.json", "executions.jsonl"])
def test_a_damaged_state_is_said_and_put_aside_and_the_rest_is_there(home: Path, name: str) -> None:
    embedded = started(home)
    with embedded.open:
        embedded.s3().create_bucket(Bucket="kept")
        embedded.function("load", "handler = print")
        done = embedded.run(embedded.machine("passing", PASSING), {})
    until(is_saved(home, done.arn, "ExecutionSucceeded"))
    killed(embedded.server, home)
    file = Folder.of(home).state / name
    whole = file.read_bytes()
    cut = whole[: len(whole) // 2] + (b"\n" if name.endswith("jsonl") else b"")
    file.write_bytes(cut)
    said: list[str] = []

    server = up(home, watch_pid=os.getpid(), progress=said.append)

    (trouble,) = server.troubles
    assert trouble in said
    assert name in trouble
    (aside,) = (Folder.of(home).state / "damaged").iterdir()
    assert str(aside) in trouble
    assert aside.read_bytes() == cut
    assert status(home) == server
    again = Embedded(server, home)
    with again.open:
        assert [bucket["Name"] for bucket in again.s3().list_buckets()["Buckets"]] == ["kept"]
        assert again.run(again.machine("new", PASSING), {}).status == "SUCCEEDED"
