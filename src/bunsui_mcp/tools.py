"""A tool as clients see it: described, annotated, with small closed schemas."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable

from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult, ToolAnnotations

from bunsui_core.domain.value import Json

LOOKS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
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
    made.parameters = {**slim(made.parameters), "additionalProperties": False}
    if made.fn_metadata.output_schema:
        made.fn_metadata.output_schema = slim(made.fn_metadata.output_schema, bare=True)
    return made


def slim(schema: dict[str, Json], bare: bool = False) -> dict[str, Json]:
    """Return a schema without the generated titles; `bare` drops descriptions as well."""
    dropped = {"title", "description"} if bare else {"title"}
    return {
        key: _slim_each(value, bare) if key in {"properties", "$defs"} else _slim(value, bare)
        for key, value in schema.items()
        if key not in dropped
    }


def _slim_each(schemas: Json, bare: bool) -> Json:
    if not isinstance(schemas, dict):
        return schemas
    return {name: _slim(schema, bare) for name, schema in schemas.items()}


def _slim(value: Json, bare: bool) -> Json:
    if isinstance(value, dict):
        return slim(value, bare)
    if isinstance(value, list):
        return [_slim(item, bare) for item in value]
    return value
