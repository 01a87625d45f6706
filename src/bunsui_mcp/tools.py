"""A tool as clients see it: described, annotated, with small closed schemas."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field

from bunsui_mcp.slim import input_schema, output_schema

Cursor = Annotated[str, Field(description="next_cursor of a page")]
"""Where a page begins."""

LOOKS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
"""What a tool that changes nothing says of itself."""

ASKS = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
"""What a tool that queues a question for a human says of itself."""


def tool(
    call: Callable[..., CallToolResult | Awaitable[CallToolResult]],
    title: str,
    annotations: ToolAnnotations = LOOKS,
) -> Tool:
    """Return the tool of a method, described by its docstring."""
    made = Tool.from_function(
        call, title=title, description=inspect.getdoc(call), annotations=annotations
    )
    made.parameters = input_schema(made.parameters)
    if made.fn_metadata.output_schema:
        made.fn_metadata.output_schema = output_schema(made.fn_metadata.output_schema)
    return made
