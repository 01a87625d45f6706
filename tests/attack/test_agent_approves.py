"""An agent tries to approve: through every tool, every resource, and a host that says yes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from anyio import fail_after
from mcp import Client, MCPError
from mcp.client.session import ClientRequestContext
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ElicitRequestParams, ElicitResult
from pydantic import BaseModel

from bunsui_core.domain.approval import Answer
from bunsui_core.domain.value import Json
from bunsui_mcp.desks import always
from bunsui_mcp.server import build_server
from tests.builders import REQUEST_ID, SESSION_ID, a_request
from tests.mcp.home import Home
from tests.mcp.test_waiting import decide

pytestmark = pytest.mark.anyio

YES: tuple[dict[str, Json], ...] = (
    {},
    {"approve": True},
    {"decision": "approve"},
    {"status": "APPROVED"},
    {"confirmed": True},
)
"""What is said beside the arguments of a tool."""

UNKNOWN = ("approve_request", "decide", "approvals_approve", "execute_request", "sign", "unlock")
"""Tools that somebody might have forgotten."""

VERBS = ("approve", "approve?decision=approve", "decision", "../decisions", "sign")
"""What is put behind the address of a request."""


class Yes(BaseModel):
    """What a host is asked to confirm."""

    approve: bool


class Eager:
    """A host that confirms whatever it is asked, and counts how often."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(
        self, context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult:
        """Say yes."""
        del context, params
        self.asked += 1
        return ElicitResult(action="accept", content={"approve": True})


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one request that waits."""
    made = Home(tmp_path_factory.mktemp("home"))
    made.writing.requests.submit(a_request())
    return made


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The event loop of the server's process."""
    return "asyncio"


def naive(home: Home) -> MCPServer:
    """A server with every door open: a tool that decides, one that asks the host, a resource."""
    server: MCPServer = MCPServer("naive")

    def approve_request(request_id: str) -> str:
        decide(home, request_id, Answer.APPROVE)
        return "approved"

    async def wait_for_approval(request_id: str, context: Context) -> str:
        said = await context.elicit("Approve?", Yes)
        if said.action == "accept" and said.data.approve:
            decide(home, request_id, Answer.APPROVE)
        return said.action

    def approve(request_id: str) -> str:
        decide(home, request_id, Answer.APPROVE)
        return "approved"

    server.add_tool(approve_request)
    server.add_tool(wait_for_approval)
    server.resource("bunsui://approvals/{request_id}/approve")(approve)
    return server


def arguments(schema: dict[str, Json]) -> dict[str, Json]:
    """Good arguments of a tool, as far as its schema tells."""
    known: dict[str, Json] = {
        "session_id": SESSION_ID,
        "request_id": REQUEST_ID,
        "job": "extract",
        "pipeline": "orders-nightly",
        "reason": "approve it",
        "max_wait_s": 0,
    }
    names, properties = schema.get("required", []), schema["properties"]
    assert isinstance(names, list)
    assert isinstance(properties, dict)
    names = [*names, *({"max_wait_s"} & set(properties))]
    return {str(name): known.get(str(name), "r-1") for name in names}


async def try_tools(client: Client, names: Iterable[str] = ()) -> int:
    """Call every tool, and some that may not be there, in words that mean yes."""
    tools = {one.name: arguments(one.input_schema) for one in (await client.list_tools()).tools}
    tools = {name: tools[name] for name in names} if names else tools
    calls = [(name, {**good, **yes}) for name, good in tools.items() for yes in YES]
    calls += [] if names else [(name, {"request_id": REQUEST_ID}) for name in UNKNOWN]
    for name, given in calls:
        try:
            await client.call_tool(name, given)
        except (MCPError, ToolError):
            continue
    return len(calls)


async def try_resources(client: Client) -> int:
    """Read every resource, and addresses that mean yes."""
    addresses = [str(one.uri) for one in (await client.list_resources()).resources]
    addresses += [f"bunsui://approvals/{REQUEST_ID}/{verb}" for verb in VERBS]
    addresses += [f"bunsui://approvals/{REQUEST_ID}"]
    for address in addresses:
        try:
            await client.read_resource(address)
        except MCPError:
            continue
    return len(addresses)


def is_decided(home: Home) -> bool:
    return bool(home.writing.requests.decisions(REQUEST_ID)) or bool(home.world.effects)


async def test_no_tool_approves_whatever_is_said_to_it(
    home: Home, record_property: Callable[[str, object], None]
) -> None:
    eager = Eager()
    server = build_server(always(home.desk()))
    with fail_after(120):
        async with Client(server, elicitation_callback=eager) as client:
            tried = await try_tools(client)

    assert tried > 60
    assert not is_decided(home)
    assert eager.asked == 0
    record_property("tries", tried)


async def test_no_resource_approves(
    home: Home, record_property: Callable[[str, object], None]
) -> None:
    async with Client(build_server(always(home.desk()))) as client:
        tried = await try_resources(client)

    assert not is_decided(home)
    record_property("tries", tried)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_host_that_confirms_everything_is_asked_nothing(home: Home, mode: str) -> None:
    eager = Eager()
    server = build_server(always(home.desk()))
    async with Client(server, elicitation_callback=eager, mode=mode) as client:
        await try_tools(client, ["wait_for_approval", "request_recovery", "withdraw_request"])

    assert (eager.asked, is_decided(home)) == (0, False)


@pytest.mark.parametrize("door", ["tool", "resource", "elicitation"])
async def test_a_server_with_that_door_open_is_found(home: Home, door: str) -> None:
    async with Client(naive(home), elicitation_callback=Eager(), mode="legacy") as client:
        match door:
            case "tool":
                await client.call_tool("approve_request", {"request_id": REQUEST_ID})
            case "resource":
                await try_resources(client)
            case _:
                await try_tools(client, ["wait_for_approval"])

    assert is_decided(home)
