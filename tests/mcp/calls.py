"""What a test reads of an answer."""

from __future__ import annotations

import json

from mcp import Client
from mcp.types import CallToolResult, TextContent

from bunsui_core.domain.value import Json


async def answered(client: Client, tool: str, **arguments: Json) -> dict[str, Json]:
    """The structured half of a call that must be answered."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    answer: dict[str, Json] | None = result.structured_content
    assert answer is not None
    return answer


async def refused(client: Client, tool: str, **arguments: Json) -> str:
    """The sentence of a call that must be refused."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return text_of(result)


def text_of(result: CallToolResult) -> str:
    """The text half of an answer, which is one block."""
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


def document_of(result: CallToolResult) -> Json:
    """The text half of an answer, read as JSON."""
    document: Json = json.loads(text_of(result))
    return document
