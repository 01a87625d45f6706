"""What can be read by its address, and the ids that are offered while somebody types."""

from __future__ import annotations

import json

import pytest
from mcp import Client, MCPError
from mcp.types import PromptReference, ResourceTemplateReference, TextResourceContents

from bunsui_core.domain.value import Json
from bunsui_mcp.completions import MOST
from bunsui_mcp.desks import always
from bunsui_mcp.server import build_server
from tests.builders import REQUEST_ID, SESSION_ID, a_request, a_session, later
from tests.mcp.calls import answered
from tests.mcp.home import Home

pytestmark = pytest.mark.anyio

SESSIONS = ResourceTemplateReference(type="ref/resource", uri="bunsui://sessions/{session_id}")
APPROVALS = ResourceTemplateReference(type="ref/resource", uri="bunsui://approvals/{request_id}")
RECOVER = PromptReference(type="ref/prompt", name="propose_and_request_recovery")


async def read(client: Client, uri: str) -> Json:
    """The JSON under an address."""
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    assert content.mime_type == "application/json"
    document: Json = json.loads(content.text)
    return document


async def test_a_session_is_what_the_tool_answers(home: Home, mode: str) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        document = await read(client, f"bunsui://sessions/{SESSION_ID}")

        assert document == await answered(client, "get_session", session_id=SESSION_ID)


async def test_a_request_is_what_the_tool_answers(home: Home, mode: str) -> None:
    home.writing.requests.submit(a_request())
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        document = await read(client, f"bunsui://approvals/{REQUEST_ID}")

        assert document == await answered(client, "get_approval", request_id=REQUEST_ID)


@pytest.mark.parametrize("uri", ["bunsui://sessions/s-404", "bunsui://approvals/r-404"])
async def test_what_is_not_there_is_a_sentence_with_the_next_tool(
    home: Home, mode: str, uri: str
) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        with pytest.raises(MCPError, match=r"not_found: .*Next tool: "):
            await client.read_resource(uri)


async def test_ids_are_completed_newest_first(home: Home, mode: str) -> None:
    home.add(a_session(id="s-20260303-orders", created_at=later(days=1)))
    home.add(a_session(id="x-20260303-orders", created_at=later(days=2)))
    home.writing.requests.submit(a_request())
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        sessions = await client.complete(SESSIONS, {"name": "session_id", "value": "s-"})
        requests = await client.complete(APPROVALS, {"name": "request_id", "value": "r"})
        nothing = await client.complete(SESSIONS, {"name": "session_id", "value": "none"})

    assert sessions.completion.values == ["s-20260303-orders", SESSION_ID]
    assert requests.completion.values == [REQUEST_ID]
    assert nothing.completion.values == []


async def test_the_argument_of_a_prompt_is_completed_like_any_other(home: Home, mode: str) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        sessions = await client.complete(RECOVER, {"name": "session_id", "value": ""})
        jobs = await client.complete(
            RECOVER, {"name": "job", "value": ""}, context_arguments={"session_id": SESSION_ID}
        )
        unknown = await client.complete(
            RECOVER, {"name": "job", "value": ""}, context_arguments={"session_id": "s-404"}
        )

    assert sessions.completion.values == [SESSION_ID]
    assert jobs.completion.values == ["extract", "transform", "load"]
    assert unknown.completion.values == []


async def test_many_ids_are_offered_in_part(home: Home, mode: str) -> None:
    for number in range(MOST + 1):
        home.add(a_session(id=f"s-{number:03}", created_at=later(seconds=-1 - number)))
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        found = (await client.complete(SESSIONS, {"name": "session_id", "value": "s-"})).completion

    assert (len(found.values), found.has_more) == (MOST, True)
