"""Functions fail, and leave their log, in the words of AWS."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path

import pytest

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution, invoking, until

LOUD = """
import logging

log = logging.getLogger()
log.setLevel(logging.INFO)

def check(value):
    raise ValueError(f"{value!r} is not a number")

def handler(event, context):
    print("printed")
    log.info("first line\\nsecond line")
    check(event["amount"])
"""


def failed(aws: Embedded, name: str, code: str, given: Json = None, seconds: int = 10) -> Execution:
    """An execution of one task that invokes a function with this code."""
    function = aws.function(name, code, seconds)
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": invoking(function)}})
    return aws.run(machine, given or {})


def log_of(aws: Embedded, name: str, request_id: Json) -> list[str]:
    """The log of one request, as one finds it: its stream by its id, then all of that stream."""
    client, group = aws.logs(), f"/aws/lambda/{name}"
    found = client.filter_log_events(logGroupName=group, filterPattern=f'"{request_id}"')
    stream = found["events"][0]["logStreamName"]
    events = client.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)
    return [event["message"] for event in events["events"]]


def test_an_exception_is_reported_with_type_message_request_and_frames(
    aws: Embedded, name: str
) -> None:
    execution = failed(aws, name, LOUD, {"amount": "12,5"})

    cause = execution.cause
    assert execution.describe()["error"] == "ValueError"
    assert list(cause) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert (cause["errorType"], cause["errorMessage"]) == ("ValueError", "'12,5' is not a number")
    assert cause["stackTrace"] == [
        '  File "/var/task/index.py", line 13, in handler\n    check(event["amount"])\n',
        '  File "/var/task/index.py", line 8, in check\n'
        '    raise ValueError(f"{value!r} is not a number")\n',
    ]


def test_the_log_of_the_request_tells_the_same_story(aws: Embedded, name: str) -> None:
    request_id = failed(aws, name, LOUD, {"amount": "12,5"}).cause["requestId"]

    start, printed, logged, error, end, report = log_of(aws, name, request_id)

    assert start == f"START RequestId: {request_id} Version: $LATEST"
    assert printed == "printed"
    assert re.fullmatch(rf"\[INFO\]\t[\dT:.-]+Z\t{request_id}\tfirst line\nsecond line", logged)
    assert error.startswith(
        "[ERROR] ValueError: '12,5' is not a number\nTraceback (most recent call last):\n  File"
    )
    assert end == f"END RequestId: {request_id}"
    assert report.startswith(f"REPORT RequestId: {request_id}\tDuration: ")


def test_a_library_in_a_stack_trace_lies_where_aws_keeps_it(aws: Embedded, name: str) -> None:
    code = "import json\ndef handler(event, context):\n    json.loads('{')\n"

    cause = failed(aws, name, code).cause

    frames = str(cause["stackTrace"])
    assert cause["errorType"] == "JSONDecodeError"
    assert "/var/lang/lib/python3" in frames
    assert str(Path.home()) not in frames


@pytest.mark.parametrize(
    ("code", "error", "message"),
    [
        (
            "import not_there",
            "Runtime.ImportModuleError",
            "Unable to import module 'index': No module named 'not_there'",
        ),
        (
            "def other(): pass",
            "Runtime.HandlerNotFound",
            "Handler 'handler' missing on module 'index'",
        ),
        ("def handler(:", "Runtime.UserCodeSyntaxError", "Syntax error in module 'index': "),
        (
            "def handler(event, context): return {1, 2}",
            "Runtime.MarshalError",
            "Unable to marshal response: Object of type set is not JSON serializable",
        ),
    ],
)
def test_code_that_cannot_run_is_told_apart(
    aws: Embedded, name: str, code: str, error: str, message: str
) -> None:
    execution = failed(aws, name, code)

    assert execution.describe()["error"] == error
    assert str(execution.cause["errorMessage"]).startswith(message)


def test_a_function_that_exits_says_which_request_it_left(aws: Embedded, name: str) -> None:
    execution = failed(aws, name, "import os\ndef handler(event, context): os._exit(1)")

    assert execution.describe()["error"] == "Runtime.ExitError"
    message = str(execution.cause["errorMessage"])
    assert re.fullmatch(r"RequestId: [0-9a-f-]{36} Error: Runtime exited .*", message)


def test_a_function_out_of_time_says_which_request_and_how_long(aws: Embedded, name: str) -> None:
    code = "import time\ndef handler(event, context): time.sleep(60)"

    execution = failed(aws, name, code, seconds=1)

    assert execution.describe()["error"] == "Sandbox.Timedout"
    message = str(execution.cause["errorMessage"])
    found = re.fullmatch(
        r"RequestId: ([0-9a-f-]{36}) Error: Task timed out after 1.00 seconds", message
    )
    assert found
    assert any("Task timed out after 1.00 seconds" in line for line in log_of(aws, name, found[1]))


def test_a_failed_invocation_leaves_the_environment_warm(aws: Embedded, name: str) -> None:
    code = """
calls = []
def handler(event, context):
    calls.append(event)
    if len(calls) < 3:
        raise RuntimeError(f"call {len(calls)}")
    return len(calls)
"""
    function = aws.function(name, code)
    retry: Json = [{"ErrorEquals": ["RuntimeError"], "IntervalSeconds": 1, "MaxAttempts": 2}]
    states: dict[str, Json] = {"Load": invoking(function, Retry=retry)}

    execution = aws.run(aws.machine(name, {"StartAt": "Load", "States": states}), {})

    assert json.loads(execution.describe()["output"])["Payload"] == 3


def test_a_megabyte_of_log_does_not_hide_the_answer(aws: Embedded, name: str) -> None:
    code = "def handler(event, context):\n    print('x' * 1_000_000)\n    raise OSError('full')\n"

    execution = failed(aws, name, code)

    assert execution.describe()["error"] == "OSError"
    lines = log_of(aws, name, execution.cause["requestId"])
    assert any(line.startswith("[ERROR] OSError: full") for line in lines)


def test_what_a_function_and_its_processes_print_is_its_log_and_not_its_answer(
    aws: Embedded, name: str
) -> None:
    code = """
import os, subprocess, sys
def handler(event, context):
    os.write(1, b'{"status": "ok", "result": {"value": "forged"}}\\n')
    subprocess.run(["echo", "from a process"], check=True)
    return sys.stdin.read()
"""
    function = aws.function(name, code)
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": invoking(function)}})

    execution = aws.run(machine, {})

    assert json.loads(execution.describe()["output"])["Payload"] == ""
    events = aws.logs().filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    assert "from a process" in [event["message"] for event in events]


def stand_ins(name: str) -> list[Path]:
    """The processes that stand in for environments of a function."""
    lines = Path("/proc").glob("[0-9]*/cmdline")
    return [line for line in lines if f"ministack-lambda-{name}".encode() in content(line)]


def content(file: Path) -> bytes:
    """What is in a file that may be gone meanwhile."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs Linux's process table")
def test_functions_go_on_after_the_process_they_are_born_from_was_killed(
    aws: Embedded, name: str
) -> None:
    code = "import os\ndef handler(event, context): return [os.getpid(), os.getppid()]\n"
    function = aws.function(name, code)
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": invoking(function)}})

    def pids() -> list[int]:
        found: list[int] = json.loads(aws.run(machine, {}).describe()["output"])["Payload"]
        return found

    first, nursery = pids()
    assert pids() == [first, nursery]

    os.kill(nursery, signal.SIGKILL)

    until(lambda: not stand_ins(name))
    assert set(pids()).isdisjoint({first, nursery})
    until(lambda: not Path(f"/proc/{first}").exists())
