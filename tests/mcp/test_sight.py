"""What an agent is told where AWS is not read: a list is no all-clear then."""

from __future__ import annotations

import pytest
from mcp import Client

from bunsui_core.domain.freshness import Blind
from bunsui_core.domain.value import Json
from bunsui_mcp.desks import always
from bunsui_mcp.server import build_server
from tests.builders import NOW
from tests.mcp.calls import answered
from tests.mcp.home import Home

pytestmark = pytest.mark.anyio

LISTS: list[tuple[str, dict[str, Json]]] = [
    ("list_sessions", {}),
    ("list_sessions", {"pipeline": "nothing"}),
    ("list_pipelines", {}),
    ("list_pipelines", {"name": "orders"}),
]


async def told(home: Home, tool: str, arguments: dict[str, Json]) -> tuple[str, str, Json]:
    """The sentence, the next step and the age that a tool answers."""
    async with Client(build_server(always(home.desk()))) as client:
        answer = await answered(client, tool, **arguments)
    return str(answer["summary"]), str(answer["next"]), answer["as_of"]


@pytest.mark.parametrize(("tool", "arguments"), LISTS)
async def test_where_nothing_was_ever_read_a_list_is_no_all_clear(
    home: Home, tool: str, arguments: dict[str, Json]
) -> None:
    home.writing.heartbeat.looked(Blind(since=None, why="the profile is of another account."))
    summary, todo, as_of = await told(home, tool, arguments)

    assert summary.startswith("Nothing was ever read here: the profile is of another account.")
    assert "does not mean that there is none" in summary
    assert "bunsui doctor" in todo
    assert as_of is None


@pytest.mark.parametrize(("tool", "arguments"), LISTS)
async def test_while_aws_cannot_be_read_a_list_says_since_when_and_why(
    home: Home, tool: str, arguments: dict[str, Json]
) -> None:
    home.writing.heartbeat.looked(Blind(since=NOW, why="AWS does not answer."))
    summary, todo, as_of = await told(home, tool, arguments)

    assert "AWS cannot be read since 2026-03-02 01:14:00 UTC: AWS does not answer." in summary
    assert "bunsui doctor" in todo
    assert as_of == "2026-03-02T01:14:00Z"


@pytest.mark.parametrize(("tool", "arguments"), LISTS)
async def test_while_aws_is_read_a_list_says_nothing_of_it(
    home: Home, tool: str, arguments: dict[str, Json]
) -> None:
    summary, todo, as_of = await told(home, tool, arguments)

    assert "AWS" not in summary
    assert "doctor" not in todo
    assert as_of == "2026-03-02T01:17:00Z"
