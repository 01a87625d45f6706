"""MCP over SSE, for hosts that know nothing newer.

The SDK's own route, where no token is asked for, begins a second answer when a stream has ended.
"""

from __future__ import annotations

from mcp.server.auth.middleware.bearer_auth import RequireAuthMiddleware
from mcp.server.sse import SseServerTransport
from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from bunsui_mcp.server import BunsuiServer

STREAM = "/sse"
MESSAGES = "/messages/"


class Stream:
    """Serves one connection for as long as its stream is open."""

    def __init__(self, server: BunsuiServer, transport: SseServerTransport) -> None:
        # The loop takes the low-level server, to which MCPServer has no public way.
        self._low = server._lowlevel_server
        self._transport = transport

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a stream of events."""
        options = self._low.create_initialization_options()
        async with self._transport.connect_sse(scope, receive, send) as (read, write):
            await self._low.run(read, write, options)


def sse_routes(
    server: BunsuiServer, security: TransportSecuritySettings, largest: int
) -> list[BaseRoute]:
    """Return the stream and the path on which a client answers; `largest` bytes a message."""
    transport = SseServerTransport(MESSAGES, security, largest)
    stream, messages = Stream(server, transport), transport.handle_post_message
    if not server.wants_tokens:
        return [Route(STREAM, stream, methods=["GET"]), Mount(MESSAGES, app=messages)]
    return [
        Route(STREAM, RequireAuthMiddleware(stream, []), methods=["GET"]),
        Mount(MESSAGES, app=RequireAuthMiddleware(messages, [])),
    ]
