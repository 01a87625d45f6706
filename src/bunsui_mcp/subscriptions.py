"""Tells clients of both eras when a session or a request they subscribed to has changed.

In 2026-07-28 a client listens (`subscriptions/listen`); earlier ones subscribe address by address
(`resources/subscribe`). One watcher looks at what somebody wants to hear of, and at nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import anyio
from anyio import to_thread
from mcp.server import MCPServer
from mcp.server.connection import Connection
from mcp.server.context import ServerRequestContext
from mcp.server.mcpserver import require_client_extension
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ResourceUpdated
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    EmptyResult,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)

from bunsui_core.desk.agent import AgentDesk
from bunsui_core.domain.errors import BunsuiError
from bunsui_mcp.desks import Whose
from bunsui_mcp.resources import is_ours, mark
from bunsui_mcp.tasks import TASKS

MOST = 200
"""How many addresses are watched at once for one asker."""

INTERVAL_S = 1.0
"""Seconds between two looks."""

_PATIENCE_S = 5.0

Asked: TypeAlias = ServerRequestContext[object, object]


@dataclass
class Watched:
    """An address, who looks at it, how it looked last, and who hears of a change."""

    desk: AgentDesk
    mark: str
    listeners: Counter[AgentDesk] = field(default_factory=Counter)
    sessions: dict[Connection, tuple[AgentDesk, ServerSession]] = field(default_factory=dict)

    @property
    def is_wanted(self) -> bool:
        """Whether somebody still wants to hear of it."""
        return bool(self.listeners or self.sessions)

    def is_wanted_by(self, desk: AgentDesk) -> bool:
        """Whether one asker still wants to hear of it."""
        return desk in self.listeners or any(one is desk for one, _ in self.sessions.values())

    def end(self, listener: AgentDesk) -> None:
        """Let an asker listen once less."""
        self.listeners[listener] -= 1
        self.listeners = +self.listeners


class Subscriptions:
    """Who wants to hear of what. Belongs to one event loop."""

    def __init__(self, whose: Whose) -> None:
        self._bus = InMemorySubscriptionBus()
        self._listening = ListenHandler(self._bus)
        self._whose = whose
        self._watched: dict[str, Watched] = {}

    @property
    def watched(self) -> frozenset[str]:
        """The addresses that somebody wants to hear of."""
        return frozenset(self._watched)

    def serve(self, server: MCPServer) -> None:
        """Answer what clients of both eras send to hear of changes."""
        # Only the low-level server takes handlers of methods that the protocol names.
        add = server._lowlevel_server.add_request_handler
        add("subscriptions/listen", SubscriptionsListenRequestParams, self._listen)
        add("resources/subscribe", SubscribeRequestParams, self._subscribe)
        add("resources/unsubscribe", UnsubscribeRequestParams, self._unsubscribe)

    def close(self) -> None:
        """Tell listening clients that nothing more will come."""
        self._listening.close()

    async def watch(self, sleep: Callable[[float], Awaitable[None]] = anyio.sleep) -> None:
        """Look at every wanted address again and again, and tell of changes, for ever."""
        while True:
            for uri, watched in list(self._watched.items()):
                await self._look(uri, watched)
            await sleep(INTERVAL_S)

    async def _look(self, uri: str, watched: Watched) -> None:
        try:
            now = await to_thread.run_sync(mark, watched.desk, uri)
        except BunsuiError:
            return  # the store cannot be read now; a change will still be one later
        if now != watched.mark:
            watched.mark = now
            await self._bus.publish(ResourceUpdated(uri=uri))
            async with anyio.create_task_group() as telling:
                for connection, (_, session) in list(watched.sessions.items()):
                    telling.start_soon(self._tell, uri, connection, session)

    async def _tell(self, uri: str, connection: Connection, session: ServerSession) -> None:
        """Tell one client; one that does not take it in time, or left, is not told again."""
        with anyio.move_on_after(_PATIENCE_S) as waiting:
            try:
                await session.send_resource_updated(uri)
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                self._forget(connection)
        if waiting.cancelled_caught:
            self._forget(connection)

    async def _listen(
        self, context: Asked, params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        """Watch what a client listens to for as long as it listens."""
        _must_take_tasks(context)
        wanted = dict.fromkeys(params.notifications.resource_subscriptions or ())
        desk = self._whose()
        begun: list[str] = []
        try:
            for uri in filter(is_ours, wanted):
                (await self._watch(uri, desk)).listeners[desk] += 1
                begun.append(uri)
            return await self._listening(context, params)
        finally:
            for uri in begun:
                self._watched[uri].end(desk)
                self._drop(uri)

    async def _subscribe(self, context: Asked, params: SubscribeRequestParams) -> EmptyResult:
        if not is_ours(params.uri):
            raise MCPError(INVALID_PARAMS, f"There is no resource {params.uri[:200]} to follow.")
        desk = self._whose()
        watched = await self._watch(params.uri, desk)
        # What belongs to a connection is cleaned up on its exit stack, which has no public way.
        connection = context.session._connection
        if not any(connection in one.sessions for one in self._watched.values()):
            connection.exit_stack.callback(self._forget, connection)
        watched.sessions[connection] = desk, context.session
        return EmptyResult()

    async def _unsubscribe(self, context: Asked, params: UnsubscribeRequestParams) -> EmptyResult:
        if watched := self._watched.get(params.uri):
            watched.sessions.pop(context.session._connection, None)
            self._drop(params.uri)
        return EmptyResult()

    async def _watch(self, uri: str, desk: AgentDesk) -> Watched:
        mine = [one for one, watched in self._watched.items() if watched.is_wanted_by(desk)]
        if len(mine) >= MOST and uri not in mine:
            raise MCPError(INVALID_PARAMS, f"At most {MOST} resources are followed at once.")
        if uri not in self._watched:
            first = await to_thread.run_sync(_first_mark, desk, uri)
            self._watched.setdefault(uri, Watched(desk, first))
        return self._watched[uri]

    def _forget(self, connection: Connection) -> None:
        for uri, watched in list(self._watched.items()):
            watched.sessions.pop(connection, None)
            self._drop(uri)

    def _drop(self, uri: str) -> None:
        if uri in self._watched and not self._watched[uri].is_wanted:
            del self._watched[uri]


def _must_take_tasks(context: Asked) -> None:
    """Refuse who wants to hear of tasks without declaring that it takes them (SEP-2663).

    Who does declare it is told of none: the answer names what is listened to, and tasks are polled.
    """
    match context.params:
        case {"notifications": {"taskIds": [_, *_]}}:
            require_client_extension(context, TASKS)


def _first_mark(desk: AgentDesk, uri: str) -> str:
    try:
        return mark(desk, uri)
    except BunsuiError:
        return ""
