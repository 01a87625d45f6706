"""What a client can read, and subscribe to, without calling a tool."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from bunsui_core.desk.agent import AgentDesk
from bunsui_core.domain.errors import BunsuiError, NotFound
from bunsui_mcp.answers import Answer
from bunsui_mcp.approvals import approval_answer
from bunsui_mcp.desks import Whose
from bunsui_mcp.refusals import refusal
from bunsui_mcp.sessions import session_answer
from bunsui_mcp.tell import compact, tellable

SESSION = "bunsui://sessions/{session_id}"
APPROVAL = "bunsui://approvals/{request_id}"

_URI = re.compile(r"bunsui://(sessions|approvals)/([^/?#]{1,200})")


def add_resources(server: MCPServer, whose: Whose) -> None:
    """Serve every session and every request under an address of its own."""

    @server.resource(
        SESSION,
        name="session",
        title="A session and its jobs",
        description="The same JSON as get_session answers.",
        mime_type="application/json",
    )
    def session(session_id: str) -> str:
        def answer(desk: AgentDesk) -> Answer:
            return session_answer(desk.session(session_id), "")

        return _read("get_session", whose, answer)

    @server.resource(
        APPROVAL,
        name="approval",
        title="A request and where it stands",
        description="The same JSON as get_approval answers.",
        mime_type="application/json",
    )
    def approval(request_id: str) -> str:
        def answer(desk: AgentDesk) -> Answer:
            return approval_answer(desk.approval(request_id), desk.freshness(), desk.executes)

        return _read("get_approval", whose, answer)


def is_ours(uri: str) -> bool:
    """Whether an address can be one of a session or a request."""
    return _URI.fullmatch(uri) is not None


def mark(desk: AgentDesk, uri: str) -> str:
    """Return a text that changes when the resource does; empty while there is none.

    It is read from the store alone. Raises: Unavailable, StoreDamaged.
    """
    found = _URI.fullmatch(uri)
    if found is None:
        return ""
    kind, name = found[1], unquote(found[2])
    try:
        if kind == "approvals":
            return desk.approval(name).model_dump_json()
        return f"{desk.stored(name).version} {desk.open_requests(name)}"
    except NotFound:
        return ""


def _read(tool: str, whose: Whose, answer: Callable[[AgentDesk], Answer]) -> str:
    try:
        return compact(tellable(answer(whose())))
    except NotFound as error:
        raise ResourceNotFoundError(refusal(tool, error)) from error
    except BunsuiError as error:
        raise ResourceError(refusal(tool, error)) from error
