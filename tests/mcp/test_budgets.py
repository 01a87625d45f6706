"""No answer outgrows a model's context: at most 8 KB, however much is stored and asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from mcp import Client

from bench.seed import seed
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.value import Json
from bunsui_core.settings import Settings
from bunsui_core.wiring.agent import agent_desk
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import store
from bunsui_mcp.desks import always
from bunsui_mcp.server import build_server
from tests.builders import (
    SESSION_ID,
    a_diagnosis,
    a_pipeline,
    a_redrive,
    a_request,
    a_session,
    later,
)
from tests.mcp.calls import text_of
from tests.mcp.home import Home, a_line

pytestmark = pytest.mark.anyio

BUDGET = 8_000
LONG = "障害" * 500
WIDEST: list[tuple[str, dict[str, Json]]] = [
    ("list_sessions", {"limit": 50}),
    ("list_sessions", {"limit": 50, "status": "FAILED"}),
    ("list_sessions", {"limit": 50, "pipeline": "orders", "query": "age:<90d orders"}),
    ("list_pipelines", {}),
    ("list_pipelines", {"name": "longest"}),
    ("list_approvals", {"limit": 50}),
]
ABOUT_ONE: list[tuple[str, dict[str, Json]]] = [
    ("get_session", {"session_id": SESSION_ID}),
    ("analyze_failure", {"session_id": SESSION_ID}),
    ("find_similar_failures", {"session_id": SESSION_ID, "limit": 20}),
    ("get_operation_logs", {"session_id": SESSION_ID, "limit": 200}),
    ("propose_recovery", {"session_id": SESSION_ID}),
    ("get_approval", {"request_id": "r-0"}),
    ("wait_for_approval", {"request_id": "r-0", "max_wait_s": 1}),
    ("withdraw_request", {"request_id": "r-0", "reason": "障" * 2_000}),
]


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which everything is as long as it may be, and there is much of it."""
    home = Home(tmp_path_factory.mktemp("crowded"))
    home.logs.spoken = tuple(a_line(LONG) for _ in range(400))
    failure = a_diagnosis().failure.model_copy(update={"message": LONG})
    for number in range(60):
        name = f"s-{number:0>60}"
        home.add(a_session(id=name, created_at=later(minutes=-number)))
        home.explain(a_diagnosis(session_id=name, failure=failure))
        home.writing.pipelines.put(a_pipeline(name=f"p{number:0>62}"))
        steps = tuple(a_redrive(session_id=name, job=f"j{n:0>39}") for n in range(9))
        asked = a_request(LONG, request_id=f"r-{number}", steps=steps)
        home.writing.requests.submit(asked)
    home.explain(a_diagnosis(failure=failure))
    home.writing.pipelines.put(long_pipeline())
    return home


async def size(client: Client, tool: str, arguments: dict[str, Json]) -> int:
    """The bytes of an answer, which must not be a refusal."""
    result = await client.call_tool(tool, arguments)
    text = text_of(result)
    assert not result.is_error, text
    return len(text.encode())


@pytest.mark.parametrize(("tool", "arguments"), [*WIDEST, *ABOUT_ONE])
async def test_the_longest_answer_of_a_tool_stays_below_8_kb(
    crowded: Home, tool: str, arguments: dict[str, Json]
) -> None:
    async with Client(build_server(always(crowded.desk()))) as client:
        assert await size(client, tool, arguments) <= BUDGET


async def test_what_was_cut_short_is_announced_and_its_cursor_leads_on(crowded: Home) -> None:
    seen: list[str] = []
    cursor = ""
    async with Client(build_server(always(crowded.desk()))) as client:
        while not seen or cursor:
            result = await client.call_tool("list_sessions", {"limit": 50, "cursor": cursor})
            answer = result.structured_content or {}
            assert answer["truncated"] is bool(answer["next_cursor"])
            seen += [line["session_id"] for line in answer["sessions"]]
            cursor = answer["next_cursor"]

    assert len(seen) == len(set(seen)) == 61


@pytest.mark.slow
async def test_a_hundred_thousand_sessions_make_no_answer_longer(tmp_path: Path) -> None:
    seed(tmp_path, 100_000)
    settings = Settings(home=tmp_path)
    store(settings, writer(settings)).pipelines.put(long_pipeline())
    desk = agent_desk(settings, "claude")
    async with Client(build_server(always(desk))) as client:
        first = await client.call_tool("list_sessions", {"status": "FAILED"})
        sessions = (first.structured_content or {})["sessions"]
        calls = [*WIDEST, ("get_session", {"session_id": sessions[0]["session_id"]})]
        sizes = [await size(client, tool, arguments) for tool, arguments in calls]

    assert (first.structured_content or {})["total"] == 5_000
    assert max(sizes) <= BUDGET


def long_pipeline() -> Pipeline:
    """A hundred jobs of the longest names."""
    jobs = [
        {"name": f"j{n:0>39}", "machine": f"arn:aws:states:x:1:stateMachine:{n:0>80}"}
        for n in range(100)
    ]
    return a_pipeline(name="longest", jobs=jobs)
