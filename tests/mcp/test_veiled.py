"""No tool and no resource tells an agent what its environment does not expose."""

from __future__ import annotations

import json

import pytest
from mcp import Client

from bunsui_core.desk.agent import AgentDesk, Nature
from bunsui_core.desk.veiled import VeiledDesk
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.environment import Expose
from bunsui_core.domain.session import JobRun
from bunsui_core.domain.value import Json
from bunsui_core.ports.observe import Seeing
from bunsui_core.wiring.store import reader, store
from bunsui_mcp.desks import always
from bunsui_mcp.server import build_server
from tests.builders import a_failed_attempt, a_session
from tests.mcp.calls import answered, document_of
from tests.mcp.home import Home, a_line

pytestmark = pytest.mark.anyio

SECRET = "4111-1111-1111-1111"
GIVEN = json.dumps({"input": {"card": SECRET}, "outputs": {}})
SESSION = "s-veiled"
CALLS: list[tuple[str, dict[str, Json]]] = [
    ("list_sessions", {}),
    ("get_session", {"session_id": SESSION}),
    ("analyze_failure", {"session_id": SESSION}),
    ("get_operation_logs", {"session_id": SESSION}),
    ("propose_recovery", {"session_id": SESSION}),
    ("find_similar_failures", {"session_id": SESSION}),
    ("list_approvals", {}),
]


def desk(home: Home, level: Expose) -> AgentDesk:
    """A desk at that level over a session whose payloads and log lines hold the secret."""
    attempt = a_failed_attempt(input=GIVEN, input_digest=json_digest(GIVEN))
    runs = (JobRun(job="extract", attempts=(attempt,)), JobRun(job="transform"), JobRun(job="load"))
    home.add(a_session(id=SESSION, input=GIVEN, runs=runs))
    home.logs.spoken = (a_line(f"charging {SECRET}"),)
    numbers = iter(range(1000))
    nature = Nature(home.clock, lambda: f"r-{next(numbers)}", lambda: f"s-{next(numbers)}")
    seeing = Seeing(home.world, home.logs, home.inventory)
    kept = store(home.settings, reader(home.settings))
    return VeiledDesk(kept, seeing, "agent:claude", nature, level)


async def everything(home: Home, level: Expose) -> dict[str, str]:
    """What every tool that looks answers, and what the resource of the session says."""
    async with Client(build_server(always(desk(home, level)))) as client:
        found = {
            name: json.dumps(document_of(await client.call_tool(name, arguments)))
            for name, arguments in CALLS
        }
        read = await client.read_resource(f"bunsui://sessions/{SESSION}")
    return {**found, "resource": read.model_dump_json()}


@pytest.mark.parametrize("level", [Expose.NONE, Expose.KEYS])
async def test_nothing_that_is_hidden_is_told(home: Home, level: Expose) -> None:
    found = await everything(home, level)

    assert not [name for name, text in found.items() if SECRET in text]
    assert "hidden" in found["get_session"]


async def test_the_same_tools_tell_it_where_values_are_exposed(home: Home) -> None:
    found = await everything(home, Expose.VALUES)

    told = {name for name, text in found.items() if SECRET in text}
    assert {"get_session", "analyze_failure", "get_operation_logs", "resource"} <= told


async def test_a_search_for_a_value_is_refused_with_the_next_step(home: Home) -> None:
    async with Client(build_server(always(desk(home, Expose.KEYS)))) as client:
        done = await client.call_tool("list_sessions", {"query": f"input:card={SECRET}"})

    assert done.is_error
    assert "expose = keys" in done.model_dump_json()


@pytest.mark.parametrize(("place", "is_told"), [("local", False), ("shop", True)])
async def test_who_asks_where_nothing_is_executed_is_told_so(
    home: Home, place: str, is_told: bool
) -> None:
    home.add(a_session(id=SESSION, environment=place))
    asking = home.desk(executes=place == "local")
    best = asking.propose(SESSION).proposals[0]
    async with Client(build_server(always(asking))) as client:
        arguments: dict[str, Json] = {"proposal_id": best.proposal_id, "reason": "it is free"}
        done = await answered(client, "request_recovery", **arguments)

    assert ("nothing is executed there" in str(done["summary"])) is is_told
    assert ("wait_for_approval" in str(done["next"])) is not is_told
