"""Ids that a client can offer while somebody types them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from anyio import to_thread
from mcp.server import MCPServer
from mcp.server.context import ServerRequestContext
from mcp.types import (
    CompleteRequestParams,
    CompleteResult,
    Completion,
    CompletionArgument,
)

from bunsui_core.desk.agent import AgentDesk
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.errors import BunsuiError
from bunsui_mcp.desks import Whose

MOST = 100
"""How many values the protocol lets one answer carry."""

NEWEST = 200
"""How many of the newest sessions and requests are looked through."""


def add_completions(server: MCPServer, whose: Whose) -> None:
    """Complete ids of sessions and requests, newest first, and names of pipelines and jobs."""

    async def complete(
        context: ServerRequestContext[object, object], params: CompleteRequestParams
    ) -> CompleteResult:
        del context
        chosen = (params.context.arguments if params.context else None) or {}
        known = partial(_completion, whose, params.argument, chosen.get("session_id", ""))
        return CompleteResult(completion=await to_thread.run_sync(known))

    # MCPServer's decorator for this has no types.
    server._lowlevel_server.add_request_handler(
        "completion/complete", CompleteRequestParams, complete
    )


def _completion(whose: Whose, argument: CompletionArgument, session_id: str) -> Completion:
    """Return what fits what was typed; a name means the same wherever it stands."""
    try:
        known = _known(whose(), argument, session_id)
    except BunsuiError:
        known = ()  # nothing to offer is no reason to disturb somebody who types
    found = [one for one in known if one.startswith(argument.value)]
    return Completion(values=found[:MOST], total=len(found), has_more=len(found) > MOST)


def _known(desk: AgentDesk, argument: CompletionArgument, session_id: str) -> Sequence[str]:
    match argument.name:
        case "session_id":
            page = desk.sessions(SessionFilter(name=argument.value), NEWEST)
            return [item.session_id for item in page.items]
        case "request_id":
            return [one.request.id for one in desk.approvals(NEWEST)]
        case "pipeline":
            return [one.name for one in desk.pipelines()]
        case "job" if session_id:
            session = desk.stored(session_id)
            return list(dict.fromkeys([*session.failed_jobs, *session.pipeline.order]))
        case _:
            return []
