"""What a client can read, and subscribe to, without calling a tool."""

from __future__ import annotations

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from bunsui_core.domain.errors import BunsuiError, NotFound
from bunsui_mcp.approvals import approval_answer
from bunsui_mcp.desks import Whose
from bunsui_mcp.refusals import refusal
from bunsui_mcp.tell import compact, tellable


def add_approvals(server: MCPServer, whose: Whose) -> None:
    """Serve every request under `bunsui://approvals/{request_id}`."""

    @server.resource(
        "bunsui://approvals/{request_id}",
        name="approval",
        title="A request and where it stands",
        description="The same JSON as get_approval answers.",
        mime_type="application/json",
    )
    def approval(request_id: str) -> str:
        desk = whose()
        try:
            return compact(tellable(approval_answer(desk.approval(request_id), desk.freshness())))
        except NotFound as error:
            raise ResourceNotFoundError(refusal("get_approval", error)) from error
        except BunsuiError as error:
            raise ResourceError(refusal("get_approval", error)) from error
