"""Errors that quote the input they came from, where an agent may not see inputs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bunsui_core.domain.environment import Expose
from bunsui_core.domain.value import Json
from tests.mcp.home import Home
from tests.mcp.test_veiled import SECRET, everything

pytestmark = pytest.mark.anyio

PRIVATE = "jane.doe@example.com"
"""What is in no input that bunsui read, only in the error."""

HELD = json.dumps({"card": PRIVATE})


def nested(document: dict[str, Json], depth: int) -> str:
    """The cause of an execution whose child failed, whose child failed, and so on."""
    text = json.dumps(document)
    for _ in range(depth):
        text = json.dumps({"ExecutionArn": "arn", "Status": "FAILED", "Cause": text})
    return text


OVERRIDES: Json = {"ContainerOverrides": [{"Command": [PRIVATE], "Name": "c"}]}
ENVIRONMENT: Json = [{"Name": "CARD", "Value": PRIVATE}]
CAUSES = {
    "a value of the input": f"ValueError: no such card: {SECRET}",
    "a path that is not there": (
        "An error occurred while executing the state 'Extract' (entered at the event id #2). The "
        f"JSONPath '$.x' specified for the field 'y.$' could not be found in the input '{HELD}'"
    ),
    "a result that does not fit": f"Unable to apply ReferencePath $.a to input {HELD}",
    "a JSONata expression": f"The JSONata expression failed on the input: {HELD}",
    "an execution below": nested({"Input": HELD, "Cause": "no"}, 0),
    "an execution below an execution": nested({"Input": HELD, "Output": HELD}, 1),
    "one far below": nested({"Input": HELD, "Cause": "no"}, 3),
    "one whose input is a document": nested({"Input": {"card": PRIVATE}, "Cause": "no"}, 1),
    "one below, cut in the middle": nested({"Input": HELD + " " * 500, "Cause": "no"}, 2)[:400],
    "a container's command": nested({"Overrides": OVERRIDES, "StoppedReason": "no"}, 0),
    "a batch job": nested({"Container": {"Environment": ENVIRONMENT}, "StatusReason": "no"}, 0),
    "a batch job's parameters": nested({"Parameters": {"card": PRIVATE}, "JobName": "j"}, 1),
    "a Glue job": nested({"Arguments": {"--card": PRIVATE}, "ErrorMessage": "no"}, 0),
    "a Glue job, cut": nested({"Arguments": {"--card": PRIVATE}, "More": "x" * 99}, 0)[:60],
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.parametrize("level", [Expose.NONE, Expose.KEYS])
@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES)
async def test_an_error_that_quotes_an_input_does_not_tell_it(
    home: Home, cause: str, level: Expose
) -> None:
    home.world.cause = cause

    found = await everything(home, level)

    told = {name for name, text in found.items() if SECRET in text or PRIVATE in text}
    assert not told


@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES)
async def test_the_same_error_tells_it_where_values_are_exposed(home: Home, cause: str) -> None:
    home.world.cause = cause

    found = await everything(home, Expose.VALUES)

    assert SECRET in found["analyze_failure"] or PRIVATE in found["analyze_failure"]


async def test_an_error_that_quotes_nothing_is_told_whole(home: Home) -> None:
    home.world.cause = json.dumps(
        {"errorMessage": "ThrottlingException: Rate exceeded", "errorType": "ClientError"}
    )

    found = await everything(home, Expose.NONE)

    assert "ThrottlingException: Rate exceeded" in found["analyze_failure"]
    assert "hidden" not in found["find_similar_failures"]
