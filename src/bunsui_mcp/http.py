"""MCP over HTTP and SSE: one app, behind one door, for clients of both eras."""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
import uvicorn
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bunsui_core import log
from bunsui_core.domain.errors import BunsuiError, Unavailable
from bunsui_mcp.arguments import Arguments, Transport
from bunsui_mcp.callers import Caller, queue
from bunsui_mcp.server import BunsuiServer
from bunsui_mcp.sse import sse_routes

LARGEST = 1_000_000
"""Bytes of the largest message that is read; inputs of executions are at most 256 KiB."""

HEALTH = "/healthz"

_SENT_BY_PAGES = (
    "Authorization",
    "Content-Type",
    "Last-Event-ID",
    "Mcp-Method",
    "Mcp-Name",
    "Mcp-Protocol-Version",
    "Mcp-Session-Id",
)

_HOME = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Door:
    """Refuses requests that a web page sent from elsewhere, whichever path they ask for."""

    app: ASGIApp
    security: TransportSecuritySettings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 421 for another name than ours, 403 for another origin, or let it pass."""
        if scope["type"] == "http" and scope["path"] != HEALTH:
            check = TransportSecurityMiddleware(self.security).validate_request
            if refusal := await check(Request(scope, receive)):
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


def build_app(server: BunsuiServer, arguments: Arguments, look: Callable[[], object]) -> Starlette:
    """Return the app of the wanted transports; `look` reads the store, for the health check."""
    security = _security(arguments)
    streamable = server.streamable_http_app(
        transport_security=security, max_request_body_size=LARGEST
    )
    routes: list[BaseRoute] = [Route(HEALTH, _health(look))]
    if arguments.transport is not Transport.SSE:
        routes.extend(streamable.routes)
    if arguments.transport is not Transport.HTTP:
        routes.extend(sse_routes(server, security, LARGEST))
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(Door, security=security),
            *_pages(arguments),
            *streamable.user_middleware,
        ],
        lifespan=lambda _: _running(server),
    )


@asynccontextmanager
async def _running(server: BunsuiServer) -> AsyncIterator[None]:
    async with server.session_manager.run(), anyio.create_task_group() as tasks:
        tasks.start_soon(server.subscriptions.watch)
        yield
        tasks.cancel_scope.cancel()


class WebServer(uvicorn.Server):
    """A web server that ends its clients' streams before it ends."""

    def __init__(self, config: uvicorn.Config, close: Callable[[], None]) -> None:
        super().__init__(config)
        self._close = close

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, wait a second for what is being answered, and end."""
        self._close()
        # That a waiting call is cut off is no news any more.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets)


async def serve_http(server: BunsuiServer, app: Starlette, arguments: Arguments) -> None:
    """Serve until the process is told to end. Raises: Unavailable when the port is taken."""
    config = uvicorn.Config(
        app,
        http=Caller,
        backlog=queue(),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=1,
    )
    with listen(arguments.host, arguments.port) as listening:
        log.events("mcp").info("listening", **_where(arguments, listening))
        await WebServer(config, server.subscriptions.close).serve(sockets=[listening])


def _security(arguments: Arguments) -> TransportSecuritySettings:
    names = list(arguments.allow_host)
    if not arguments.is_public:
        names.extend(_HOME)
    origins = [f"http://{name}" for name in _HOME] if not arguments.is_public else []
    origins.extend(arguments.allow_origin)
    return TransportSecuritySettings(
        allowed_hosts=_any_port(names), allowed_origins=_any_port(origins)
    )


def _pages(arguments: Arguments) -> list[Middleware]:
    """What tells a browser that the pages which were allowed may call, before it sends a token."""
    if not arguments.allow_origin:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=list(arguments.allow_origin),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=_SENT_BY_PAGES,
            expose_headers=["Mcp-Session-Id"],
        )
    ]


def _any_port(names: list[str]) -> list[str]:
    return [*names, *(f"{name}:*" for name in names)]


def _health(look: Callable[[], object]) -> Callable[[Request], Response]:
    def health(_: Request) -> Response:
        try:
            look()
        except BunsuiError as error:
            return JSONResponse({"status": "unavailable", "code": error.code}, status_code=503)
        return JSONResponse({"status": "ok"})

    return health


def listen(host: str, port: int) -> socket.socket:
    """Return a socket over which answers go out at once. Raises: Unavailable."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends at once only where the socket says that it is one of TCP; without a word about
    # it, each answer would wait 40 ms for an acknowledgement (Nagle's algorithm).
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind((host, port))
        listening.listen(queue())
    except OSError as error:
        listening.close()
        raise Unavailable(
            f"{host}:{port} cannot be listened on: {error.strerror}.", "Choose another --port."
        ) from error
    return listening


def _where(arguments: Arguments, listening: socket.socket) -> dict[str, str | bool]:
    port = listening.getsockname()[1]
    name = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    url = f"http://{name}:{port}"
    wanted = {
        Transport.HTTP: {"http": f"{url}/mcp"},
        Transport.SSE: {"sse": f"{url}/sse"},
        Transport.BOTH: {"http": f"{url}/mcp", "sse": f"{url}/sse"},
        Transport.STDIO: {},
    }
    return {
        **wanted[arguments.transport],
        "health": f"{url}{HEALTH}",
        "token": arguments.has_tokens,
    }
