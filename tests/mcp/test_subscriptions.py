"""Clients hear of changes of what they subscribed to, in both eras, and of nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from anyio.abc import ObjectReceiveStream
from mcp import Client, MCPError
from mcp.client.session import IncomingMessage
from mcp.client.subscriptions import Subscription
from mcp.shared.exceptions import MCPDeprecationWarning
from mcp.shared.subscriptions import ResourceUpdated
from mcp.types import ResourceUpdatedNotification

from bunsui_mcp.desks import always
from bunsui_mcp.server import BunsuiServer, build_server
from bunsui_mcp.subscriptions import MOST
from tests.builders import REQUEST_ID, SESSION_ID, a_request, a_session
from tests.mcp.home import Home
from tests.mcp.served import BOTH, CLAUDE, served, write_tokens
from tests.withdrawals import a_withdrawal

pytestmark = [
    pytest.mark.anyio,
    # What clients of the earlier era call is deprecated in the client of the SDK.
    pytest.mark.filterwarnings(f"ignore::{MCPDeprecationWarning.__module__}.MCPDeprecationWarning"),
]

SESSION = f"bunsui://sessions/{SESSION_ID}"
APPROVAL = f"bunsui://approvals/{REQUEST_ID}"
PATIENCE_S = 30


async def quickly(seconds: float) -> None:
    """Look a hundred times as often as the server does."""
    await anyio.sleep(seconds / 100)


@asynccontextmanager
async def watching(server: BunsuiServer) -> AsyncIterator[None]:
    """Let the server look at what somebody subscribed to."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server.subscriptions.watch, quickly)
        yield
        tasks.cancel_scope.cancel()


class Ear:
    """Hears which resources changed."""

    def __init__(self) -> None:
        self._heard, self.told = anyio.create_memory_object_stream[str](100)

    async def __call__(self, message: IncomingMessage) -> None:
        """Keep the address of an update."""
        if isinstance(message, ResourceUpdatedNotification):
            await self._heard.send(message.params.uri)

    async def close(self) -> None:
        """Stop listening."""
        await self._heard.aclose()
        await self.told.aclose()


@asynccontextmanager
async def subscriber(server: BunsuiServer) -> AsyncIterator[tuple[Client, Ear]]:
    """A client of the earlier era, and what it hears."""
    ear = Ear()
    async with watching(server), Client(server, mode="legacy", message_handler=ear) as client:
        yield client, ear
    await ear.close()


async def heard(told: ObjectReceiveStream[str]) -> str:
    """The next address that is told."""
    with anyio.fail_after(PATIENCE_S):
        return await told.receive()


async def updated(subscription: Subscription) -> str:
    """The next address that a listening client is told."""
    with anyio.fail_after(PATIENCE_S):
        event = await anext(aiter(subscription))
    assert isinstance(event, ResourceUpdated)
    return event.uri


def touch(home: Home) -> None:
    """Let the session have a new version."""
    known = home.writing.sessions.get(SESSION_ID)
    home.add(known.model_copy(update={"requested_by": f"{known.version}"}))


@pytest.fixture
def server(home: Home) -> BunsuiServer:
    home.writing.requests.submit(a_request())
    return build_server(always(home.desk()))


async def test_a_client_that_subscribed_hears_of_a_changed_session(
    home: Home, server: BunsuiServer
) -> None:
    async with subscriber(server) as (client, ear):
        await client.subscribe_resource(SESSION)
        touch(home)

        assert await heard(ear.told) == SESSION


async def test_a_client_that_subscribed_hears_of_a_changed_request(
    home: Home, server: BunsuiServer
) -> None:
    async with subscriber(server) as (client, ear):
        await client.subscribe_resource(APPROVAL)
        home.writing.requests.withdraw(a_withdrawal())

        assert await heard(ear.told) == APPROVAL


async def test_a_client_hears_of_a_request_that_is_asked_later(home: Home) -> None:
    server = build_server(always(home.desk()))
    async with subscriber(server) as (client, ear):
        await client.subscribe_resource(APPROVAL)
        home.writing.requests.submit(a_request())

        assert await heard(ear.told) == APPROVAL


async def test_a_client_hears_nothing_of_what_it_did_not_subscribe_to_any_more(
    home: Home, server: BunsuiServer
) -> None:
    async with subscriber(server) as (client, ear):
        await client.subscribe_resource(APPROVAL)
        await client.subscribe_resource(SESSION)
        await client.unsubscribe_resource(SESSION)
        home.add(a_session(id="s-other"))
        touch(home)
        home.writing.requests.withdraw(a_withdrawal())

        assert await heard(ear.told) == APPROVAL
        with pytest.raises(anyio.WouldBlock):
            ear.told.receive_nowait()


async def test_a_listening_client_hears_of_each_change(home: Home, server: BunsuiServer) -> None:
    async with (
        watching(server),
        Client(server) as client,
        client.listen(resource_subscriptions=[SESSION, APPROVAL]) as subscription,
    ):
        touch(home)
        first = await updated(subscription)
        home.writing.requests.withdraw(a_withdrawal())
        rest = {await updated(subscription), await updated(subscription)}

    # The open request stood in the session as well.
    assert (first, rest) == (SESSION, {SESSION, APPROVAL})


async def test_a_client_that_left_costs_nothing(home: Home, server: BunsuiServer) -> None:
    async with watching(server):
        async with Client(server, mode="legacy") as client:
            await client.subscribe_resource(SESSION)
        async with Client(server) as client, client.listen(resource_subscriptions=[APPROVAL]):
            pass
        with anyio.fail_after(PATIENCE_S):
            while server.subscriptions.watched:
                await anyio.sleep(0.01)


@pytest.mark.parametrize(
    "uri",
    ["bunsui://secrets/x", "file:///etc/passwd", "bunsui://sessions/", "bunsui://sessions/a/b"],
)
async def test_what_is_no_resource_cannot_be_subscribed_to(server: BunsuiServer, uri: str) -> None:
    async with Client(server, mode="legacy") as client:
        with pytest.raises(MCPError, match="There is no resource"):
            await client.subscribe_resource(uri)


async def test_no_client_makes_the_server_watch_without_end(server: BunsuiServer) -> None:
    async with Client(server, mode="legacy") as client:
        for number in range(MOST):
            await client.subscribe_resource(f"bunsui://sessions/s-{number}")

        with pytest.raises(MCPError, match=f"At most {MOST}"):
            await client.subscribe_resource(SESSION)


@pytest.mark.parametrize("way", BOTH)
async def test_over_the_network_the_store_is_watched_too(
    tmp_path: Path, way: str, mode: str
) -> None:
    home = Home(tmp_path)
    flags = ("--transport", way, "--tokens", str(write_tokens(tmp_path)))
    ear = Ear()
    with served(home.settings.home, *flags) as it:
        async with it.client(way, CLAUDE, mode, ear) as client:
            if client.protocol_version >= "2026-07-28":
                async with client.listen(resource_subscriptions=[SESSION]) as subscription:
                    touch(home)
                    told = await updated(subscription)
            else:
                await client.subscribe_resource(SESSION)
                touch(home)
                told = await heard(ear.told)
    await ear.close()

    assert told == SESSION
