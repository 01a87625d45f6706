"""Bad functions: what they do is said, contained, and gone afterwards."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution, invoking, until
from tests.emulator.processes import NEEDED, PROC, is_alive, of_home

pytestmark = pytest.mark.skipif(not (PROC / "self" / "stat").exists(), reason=NEEDED)

MEGABYTE = 1_000_000
DAEMON = """
import os, time
def start():
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(writer, str(os.getpid()).encode())
            time.sleep(600)
        os._exit(0)
    os.close(writer)
    return int(os.read(reader, 20))
"""
STUBBORN = """
import os, pathlib, signal, threading, time
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, lambda *_: None)
threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
threading.Thread(target=time.sleep, args=(600,)).start()
def handler(event, context):
    pathlib.Path(event["pid"]).write_text(str(os.getpid()))
    while True:
        try:
            time.sleep(0 if event["busy"] else 600)
        except BaseException:
            pass
"""


@pytest.fixture(autouse=True)
def no_process_is_left(aws: Embedded) -> Iterator[None]:
    """Whatever a test's functions started ends with their environments."""
    yield
    functions = aws.functions()
    pages = list(functions.get_paginator("list_functions").paginate())
    for function in [one for page in pages for one in page["Functions"]]:
        functions.delete_function(FunctionName=function["FunctionName"])
    until(lambda: not [said for said in of_home(aws.home).values() if "_worker.py" in said])
    until(lambda: not strangers(aws))


def strangers(aws: Embedded) -> list[int]:
    """Processes of the home beside the server and its nursery."""
    return [
        pid
        for pid, said in of_home(aws.home).items()
        if not ("emulator.server" in said or is_nursery(pid, said))
    ]


def is_nursery(pid: int, said: str) -> bool:
    """Whether it is the nursery itself, whose children look like it but work elsewhere."""
    return "nursery_program" in said and (PROC / str(pid) / "cwd").readlink().name == "local"


def ran(
    aws: Embedded, name: str, code: str, given: Json = None, seconds: int = 10
) -> tuple[Execution, float]:
    """An execution of a function with this code, and how many seconds it took."""
    states: dict[str, Json] = {"A": invoking(aws.function(name, code, seconds))}
    machine = aws.machine(name, {"StartAt": "A", "States": states})
    began = time.monotonic()
    return aws.run(machine, given or {}), time.monotonic() - began


def log(aws: Embedded, name: str) -> list[str]:
    """All lines of a function's log."""
    pages = (
        aws.logs().get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{name}")
    )
    return [event["message"] for page in pages for event in page["events"]]


def test_code_that_raises_while_it_is_loaded_tells_where(aws: Embedded, name: str) -> None:
    execution, _ = ran(aws, name, "limit = {}['limit']\nhandler = print\n")

    assert execution.describe()["error"] == "KeyError"
    frames = execution.cause["stackTrace"]
    assert isinstance(frames, list)
    assert (
        frames[-1]
        == "  File \"/var/task/index.py\", line 1, in <module>\n    limit = {}['limit']\n"
    )
    assert not any("bunsui" in str(frame) for frame in frames)


def test_a_long_line_is_kept_in_events_that_are_not_too_long(aws: Embedded, name: str) -> None:
    code = f"def handler(event, context): print('x' * {MEGABYTE})"

    execution, _ = ran(aws, name, code)

    pieces = [line for line in log(aws, name) if line.startswith("x")]
    assert execution.status == "SUCCEEDED"
    assert sum(map(len, pieces)) == MEGABYTE
    assert max(map(len, pieces)) <= 256 * 1024


def test_a_log_without_end_is_cut_and_says_so(aws: Embedded, name: str) -> None:
    code = "def handler(event, context):\n    while True: print('again ' * 1000)\n"

    execution, _ = ran(aws, name, code, seconds=2)

    lines = log(aws, name)
    assert execution.describe()["error"] == "Sandbox.Timedout"
    assert any("the rest is left out" in line for line in lines)
    assert sum(map(len, lines)) < 5 * 1024 * 1024


def test_the_log_after_one_that_was_cut_is_whole(aws: Embedded, name: str) -> None:
    code = "def handler(event, context):\n    for n in range(event['n']): print(event['word'], n)"
    states: dict[str, Json] = {"A": invoking(aws.function(name, code))}
    machine = aws.machine(name, {"StartAt": "A", "States": states})

    first: Json = {"word": "first", "n": 100_000}
    second: Json = {"word": "second", "n": 3}

    assert [aws.run(machine, given).status for given in (first, second)] == ["SUCCEEDED"] * 2

    found = aws.logs().filter_log_events(
        logGroupName=f"/aws/lambda/{name}", filterPattern='"second"'
    )
    said = [event["message"] for event in found["events"]]
    assert said == ["second 0", "second 1", "second 2"]


def test_what_is_written_without_a_line_end_or_is_no_text_is_in_the_log(
    aws: Embedded, name: str
) -> None:
    code = "import os\ndef handler(event, context): os.write(2, b'caf\\xe9, no end')"

    execution, seconds = ran(aws, name, code)

    assert execution.status == "SUCCEEDED"
    assert "caf\N{REPLACEMENT CHARACTER}, no end" in log(aws, name)
    assert seconds < 2.0 + 8.0


def test_an_answer_that_is_too_long_is_refused_as_lambda_does(aws: Embedded, name: str) -> None:
    code = f"def handler(event, context): return 'x' * {7 * MEGABYTE}"

    execution, _ = ran(aws, name, code)

    assert execution.describe()["error"] == "Function.ResponseSizeTooLarge"


def test_what_a_function_forked_answers_once_and_ends(aws: Embedded, name: str) -> None:
    code = "import os\ndef handler(event, context): return os.getpid() if os.fork() else 'twice'\n"

    execution, _ = ran(aws, name, code)

    assert isinstance(json.loads(execution.describe()["output"])["Payload"], int)


def test_a_daemon_of_a_function_ends_with_its_environment(aws: Embedded, name: str) -> None:
    code = f"{DAEMON}\ndef handler(event, context): return start()\n"

    execution, _ = ran(aws, name, code)

    daemon = json.loads(execution.describe()["output"])["Payload"]
    assert is_alive(daemon)
    aws.functions().delete_function(FunctionName=name)
    until(lambda: not is_alive(daemon))


@pytest.mark.parametrize("busy", [True, False])
def test_a_function_that_ignores_its_timeout_is_killed(
    aws: Embedded, name: str, tmp_path: Path, busy: bool
) -> None:
    pid = tmp_path / "pid"

    execution, _ = ran(aws, name, STUBBORN, {"pid": str(pid), "busy": busy}, seconds=1)

    assert execution.describe()["error"] == "Sandbox.Timedout"
    until(lambda: not is_alive(int(pid.read_text())))


@pytest.mark.slow
def test_a_function_that_never_finishes_loading_runs_out_of_time(aws: Embedded, name: str) -> None:
    execution, seconds = ran(aws, name, "while True: pass\n", seconds=1)

    assert execution.describe()["error"] == "Sandbox.Timedout"
    assert seconds > 10.0
