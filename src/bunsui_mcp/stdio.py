"""MCP over stdin and stdout, for hosts that probe before they decide which era they speak.

mcp 2.3.0 locks a connection to 2026-07-28 as soon as its first request carries that era's
envelope; a host that sends `server/discover` and then `initialize` gets -32022 and no server.
Here a probe is answered on a loop of its own, and the first other request chooses the era.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TypeAlias

import anyio
from mcp.server import MCPServer
from mcp.server.runner import serve_dual_era_loop
from mcp.server.stdio import stdio_server
from mcp.shared._stream_protocols import ReadStream, WriteStream
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCRequest

Frame: TypeAlias = SessionMessage | Exception
"""What the transport reads: a message, or why a line was none."""

Serve: TypeAlias = Callable[
    [ReadStream[Frame], WriteStream[SessionMessage]], Coroutine[None, None, None]
]
"""Serves one connection over a pair of streams, in the era of its first request."""


async def serve_stdio(server: MCPServer) -> None:
    """Serve until stdin closes."""
    # The era loop takes the low-level server, to which MCPServer has no public way.
    low = server._lowlevel_server
    options = low.create_initialization_options()
    async with stdio_server() as (read, write), low.lifespan(low) as state:
        serve = partial(serve_dual_era_loop, low, lifespan_state=state, init_options=options)
        await serve_probed(serve, read, write)


async def serve_probed(
    serve: Serve, read: ReadStream[Frame], write: WriteStream[SessionMessage]
) -> None:
    """Answer probes apart, and serve everything from the first other request on."""
    forward, loop_read = anyio.create_memory_object_stream[Frame](32)

    async def pump() -> None:
        deciding = True
        async with forward:
            async for frame in read:
                if deciding and _method(frame) == "server/discover":
                    await answer_alone(serve, frame, write)
                    continue
                deciding = deciding and not _method(frame)
                await forward.send(frame)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pump)
        await serve(loop_read, write)
        tasks.cancel_scope.cancel()


async def answer_alone(serve: Serve, probe: Frame, write: WriteStream[SessionMessage]) -> None:
    """Answer one request on a connection of its own, so that it decides nothing."""
    ask, asked = anyio.create_memory_object_stream[Frame](1)
    reply, replies = anyio.create_memory_object_stream[SessionMessage](8)
    async with ask, replies, anyio.create_task_group() as tasks:
        tasks.start_soon(serve, asked, reply)
        await ask.send(probe)
        await write.send(await replies.receive())
        tasks.cancel_scope.cancel()


def _method(frame: Frame) -> str:
    """The method of a request; empty for anything else, which decides no era."""
    if isinstance(frame, SessionMessage) and isinstance(frame.message, JSONRPCRequest):
        return frame.message.method
    return ""
