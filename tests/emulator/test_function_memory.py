"""A function may use as much memory as it has, and is killed for more, as Lambda kills it."""

from __future__ import annotations

import json
import re

import pytest

from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution, invoking

KEPT = """
kept = []
def handler(event, context):
    for _ in range(event["megabytes"]):
        kept.append(bytes([1]) * 1024 * 1024)
    return len(kept)
"""
# It is there for a few milliseconds only.
FLASH = """
def handler(event, context):
    return len(bytes([1]) * event["megabytes"] * 1024 * 1024)
"""


def invoked(aws: Embedded, name: str, code: str, given: Json, megabytes: int = 128) -> Execution:
    """An execution that invokes a function of that memory size."""
    function = aws.function(name, code)
    aws.functions().update_function_configuration(FunctionName=name, MemorySize=megabytes)
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": invoking(function)}})
    return aws.run(machine, given)


def report_of(aws: Embedded, name: str) -> str:
    """The only REPORT line of a function."""
    found = aws.logs().filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    return next(e["message"] for e in found if e["message"].startswith("REPORT"))


@pytest.mark.parametrize(
    ("code", "megabytes"), [(KEPT, 200), (FLASH, 90)], ids=["kept", "in a flash"]
)
def test_a_function_that_needs_more_than_its_memory_is_killed(
    aws: Embedded, name: str, code: str, megabytes: int
) -> None:
    execution = invoked(aws, name, code, {"megabytes": megabytes})

    assert execution.describe()["error"] == "Runtime.ExitError"
    assert re.fullmatch(
        r"RequestId: [0-9a-f-]{36} Error: Runtime exited with error: signal: killed",
        str(execution.cause["errorMessage"]),
    )
    assert report_of(aws, name).endswith(
        "Memory Size: 128 MB\tMax Memory Used: 128 MB\t"
        "Status: error\tError Type: Runtime.OutOfMemory"
    )


@pytest.mark.parametrize("code", [KEPT, FLASH], ids=["kept", "in a flash"])
def test_the_same_function_ends_well_with_more_memory(aws: Embedded, name: str, code: str) -> None:
    execution = invoked(aws, name, code, {"megabytes": 200}, 1024)

    assert execution.status == "SUCCEEDED"
    used = re.search(r"Max Memory Used: (\d+) MB$", report_of(aws, name))
    assert used
    assert 200 < int(used[1]) < 1024


def test_a_function_goes_on_in_a_new_environment_after_it_was_killed(
    aws: Embedded, name: str
) -> None:
    invoked(aws, name, KEPT, {"megabytes": 200})

    payload = aws.functions().invoke(FunctionName=name, Payload=b'{"megabytes": 1}')["Payload"]

    assert json.loads(payload.read()) == 1


def test_what_a_function_starts_counts_as_its_memory(aws: Embedded, name: str) -> None:
    code = """
import subprocess, sys
HUNGRY = "x = bytes([1]) * 200 * 1024 * 1024; import time; time.sleep(60)"
def handler(event, context):
    subprocess.run([sys.executable, "-c", HUNGRY])
"""
    execution = invoked(aws, name, code, {})

    assert "signal: killed" in str(execution.cause["errorMessage"])


def test_a_function_that_exits_says_with_which_status(aws: Embedded, name: str) -> None:
    code = "import os\ndef handler(event, context): os._exit(3)"

    execution = invoked(aws, name, code, {})

    assert str(execution.cause["errorMessage"]).endswith(
        "Error: Runtime exited with error: exit status 3"
    )


def test_a_function_that_needs_too_much_to_begin_is_killed_as_well(
    aws: Embedded, name: str
) -> None:
    code = "kept = bytes([1]) * 300 * 1024 * 1024\ndef handler(event, context): return 1\n"

    execution = invoked(aws, name, code, {})

    assert execution.describe()["error"] == "Runtime.ExitError"
    assert str(execution.cause["errorMessage"]).endswith(
        " Error: Runtime exited with error: signal: killed"
    )
    assert report_of(aws, name).endswith(
        "Max Memory Used: 128 MB\tStatus: error\tError Type: Runtime.OutOfMemory"
    )
