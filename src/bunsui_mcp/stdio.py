"""MCP over stdin and stdout, for hosts that probe before they decide which era they speak.

mcp 2.3.0 locks a connection to 2026-07-28 as soon as its first request carries that era's
envelope; a host that sends `server/discover` and then `initialize` gets -32022 and no server.
Here a probe is answered on a loop of its own, and the first other request chooses the era.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Self, TypeAlias

import anyio
from mcp.server.runner import serve_dual_era_loop
from mcp.server.stdio import stdio_server
from mcp.shared._stream_protocols import ReadStream, WriteStream
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCRequest

from bunsui_mcp.server import BunsuiServer

Frame: TypeAlias = SessionMessage | Exception
"""What the transport reads: a message, or why a line was none."""

Serve: TypeAlias = Callable[
    [ReadStream[Frame], WriteStream[SessionMessage]], Coroutine[None, None, None]
]
"""Serves one connection over a pair of streams, in the era of its first request."""


async def serve_stdio(server: BunsuiServer) -> None:
    """Serve until stdin closes."""
    # The era loop takes the low-level server, to which MCPServer has no public way.
    low = server._lowlevel_server
    options = low.create_initialization_options()
    async with stdio_server() as (read, write), low.lifespan(low) as state:
        serve = partial(serve_dual_era_loop, low, lifespan_state=state, init_options=options)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.subscriptions.watch)
            await serve(Probed(read, partial(answer_alone, serve, write)), write)
            tasks.cancel_scope.cancel()


class Probed:
    """A stream of frames without the probes that came before the first other request."""

    def __init__(
        self, read: ReadStream[Frame], answer: Callable[[Frame], Coroutine[None, None, None]]
    ) -> None:
        self._read = read
        self._answer = answer
        self._deciding = True

    async def receive(self) -> Frame:
        """Return the next frame, after answering the probes before it."""
        frame = await self._read.receive()
        while self._deciding and _method(frame) == "server/discover":
            await self._answer(frame)
            frame = await self._read.receive()
        self._deciding = self._deciding and not _method(frame)
        return frame

    async def aclose(self) -> None:
        """Close the stream."""
        await self._read.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Frame:
        try:
            return await self.receive()
        except anyio.EndOfStream as end:
            raise StopAsyncIteration from end

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *left: object) -> None:
        await self.aclose()


async def answer_alone(serve: Serve, write: WriteStream[SessionMessage], probe: Frame) -> None:
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
