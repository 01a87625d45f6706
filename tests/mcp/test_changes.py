"""An agent asks for one explicit change: it waits for a human, and says what would run."""

from __future__ import annotations

import pytest
from mcp import Client
from mcp.types import Implementation

from bunsui_core.domain.plan import ControlSession, MarkDone, RestartJob
from bunsui_core.domain.session import JobRun
from bunsui_core.domain.value import Json
from bunsui_mcp.answers import ApprovalAnswer
from bunsui_mcp.desks import always
from bunsui_mcp.server import Offer, build_server
from tests.builders import SESSION_ID, a_session
from tests.mcp.calls import answered, refused
from tests.mcp.home import Home

pytestmark = pytest.mark.anyio

RUNNING = "s-running"


@pytest.fixture
def running(home: Home) -> Home:
    """A home in which another session runs."""
    runs = tuple(JobRun(job=name) for name in ("extract", "transform", "load"))
    home.add(a_session(id=RUNNING, status="RUNNING", stopped_at=None, runs=runs))
    return home


async def asked(home: Home, era: str, tool: str, **arguments: Json) -> ApprovalAnswer:
    """What an asking tool answers."""
    async with Client(build_server(always(home.desk())), mode=era) as client:
        return ApprovalAnswer.model_validate(await answered(client, tool, reason="r", **arguments))


async def turned_down(home: Home, era: str, tool: str, **arguments: Json) -> str:
    """The sentence with which an asking tool refuses."""
    async with Client(build_server(always(home.desk())), mode=era) as client:
        return await refused(client, tool, reason="r", **arguments)


async def test_a_rerun_waits_for_a_human_and_says_what_would_run(home: Home, mode: str) -> None:
    answer = await asked(
        home, mode, "rerun_from", session_id=SESSION_ID, job="extract", mode="restart"
    )

    assert answer.status == "REQUESTED"
    assert "It runs extract; then follow transform, load." in answer.summary
    (step,) = home.writing.requests.get(answer.request_id).plan.steps
    assert isinstance(step, RestartJob)
    assert not step.input_edited


async def test_an_edited_input_goes_with_the_request(home: Home, mode: str) -> None:
    answer = await asked(
        home,
        mode,
        "rerun_from",
        session_id=SESSION_ID,
        job="extract",
        mode="restart",
        value={"input": {"source": "s3://orders/fixed.csv"}},
    )

    request = home.writing.requests.get(answer.request_id)
    assert "fixed.csv" in request.inputs[0]
    assert request.plan.risk == "high"


async def test_an_output_marks_a_job_done(home: Home, mode: str) -> None:
    answer = await asked(
        home,
        mode,
        "rerun_from",
        session_id=SESSION_ID,
        job="extract",
        mode="mark_done",
        value={"rows": 12},
    )

    (step,) = home.writing.requests.get(answer.request_id).plan.steps
    assert isinstance(step, MarkDone)


async def test_what_the_client_calls_itself_goes_with_the_request(home: Home, mode: str) -> None:
    info = Implementation(name="claude-code", version="2.0")
    server = build_server(always(home.desk()))
    async with Client(server, mode=mode, client_info=info) as client:
        arguments: dict[str, Json] = {"session_id": SESSION_ID, "job": "extract", "reason": "r"}
        answer = await answered(client, "rerun_from", mode="restart", **arguments)

    request = home.writing.requests.get(str(answer["request_id"]))
    assert request.client_claim == "claude-code 2.0"


NOT_POSSIBLE: list[tuple[dict[str, Json], str]] = [
    ({"job": "nothing", "mode": "restart"}, "nothing"),
    ({"job": "load", "mode": "restart"}, "never started"),
    ({"job": "extract", "mode": "mark_done"}, "needs the output"),
    ({"job": "extract", "mode": "redrive", "value": {}}, "Choose restart"),
    ({"job": "extract", "mode": "restart", "value": "text"}, "value is a text"),
    ({"job": "extract/Nowhere", "mode": "enter_at"}, "Next tool: "),
]


@pytest.mark.parametrize(("arguments", "sentence"), NOT_POSSIBLE)
async def test_a_rerun_that_is_not_possible_is_refused_with_what_is(
    home: Home, mode: str, arguments: dict[str, Json], sentence: str
) -> None:
    said = await turned_down(home, mode, "rerun_from", session_id=SESSION_ID, **arguments)

    assert sentence in said
    assert home.writing.requests.newest(10) == ()


@pytest.mark.parametrize("action", ["pause", "cancel"])
async def test_a_change_of_a_session_waits_for_a_human(
    running: Home, mode: str, action: str
) -> None:
    answer = await asked(running, mode, "control_session", session_id=RUNNING, action=action)

    (step,) = running.writing.requests.get(answer.request_id).plan.steps
    assert isinstance(step, ControlSession)
    assert (answer.status, step.action) == ("REQUESTED", action)


async def test_a_session_that_has_ended_cannot_be_paused(home: Home, mode: str) -> None:
    said = await turned_down(home, mode, "control_session", session_id=SESSION_ID, action="pause")

    assert said.startswith("refused: ")
    assert said.endswith("Next tool: get_session.")


async def test_asking_twice_makes_one_request(running: Home, mode: str) -> None:
    first = await asked(running, mode, "control_session", session_id=RUNNING, action="pause")
    again = await asked(running, mode, "control_session", session_id=RUNNING, action="pause")

    assert again.request_id == first.request_id
    assert again.summary.startswith("This already has an open request")


async def test_a_read_only_server_asks_for_no_change(home: Home, mode: str) -> None:
    server = build_server(always(home.desk()), Offer(read_only=True))
    async with Client(server, mode=mode) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}

    assert not {"rerun_from", "control_session"} & names
