"""From an answer to the bytes a client reads: safe, small, and the same in both halves.

A desk's answers hold no secret; that they are looked for here again is for the sentences of errors.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from mcp.types import CallToolResult, TextContent
from pydantic import BaseModel

from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.safe import safe
from bunsui_core.domain.secrets import masked
from bunsui_core.domain.value import Json
from bunsui_mcp.answers import Answer

ROOM = 5_000
"""Bytes of one page's items, so that a whole answer stays below 8 KB."""

_NAMES = 8
_Item = TypeVar("_Item", bound=BaseModel | str)


@dataclass(frozen=True)
class Page(Generic[_Item]):
    """Some items of a list; an empty `next_cursor` is the end."""

    items: tuple[_Item, ...]
    next_cursor: str


def tell(answer: Answer) -> CallToolResult:
    """Return the answer as structured content and as the same JSON in one text block."""
    data = tellable(answer)
    text = TextContent(type="text", text=compact(data))
    return CallToolResult(content=[text], structured_content=data)


def tellable(answer: BaseModel) -> dict[str, Json]:
    """Return the answer's JSON with every text in it made safe."""
    return {key: _clean(value) for key, value in answer.model_dump(mode="json").items()}


def compact(document: Json) -> str:
    """Return a JSON document without spaces, in UTF-8 rather than escapes."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def clip(text: str, size: int, newlines: bool = False) -> str:
    """Return the text, no secret in it, safe and cut: its JSON takes at most `size` bytes."""
    shown = safe(masked(text), size, newlines)
    while (taken := _size(shown)) > size:
        shown = shown[: max(1, len(shown) * (size - 4) // taken)].rstrip("…") + "…"
    return shown


def few(names: Sequence[str], most: int = _NAMES) -> tuple[str, ...]:
    """Return the first names and how many more there are."""
    left = len(names) - most
    shown = tuple(clip(name, 100) for name in names[:most])
    return (*shown, f"… and {left} more") if left > 0 else shown


def page(items: Sequence[_Item], cursor: str, most: int, room: int = ROOM) -> Page[_Item]:
    """Return the items from the cursor on that fit, and the cursor of the rest.

    Raises: BadInput for a cursor that no answer gave.
    """
    start = _offset(cursor, len(items))
    taken: list[_Item] = []
    for item in items[start : start + most]:
        room -= _size(item if isinstance(item, str) else item.model_dump_json())
        if taken and room < 0:
            break
        taken.append(item)
    end = start + len(taken)
    return Page(tuple(taken), str(end) if end < len(items) else "")


def _offset(cursor: str, length: int) -> int:
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10 and int(cursor) < length):
        raise BadInput(
            f"the cursor {clip(cursor, 60)} belongs to no page of this list.",
            "Leave the cursor out to begin again.",
        )
    return int(cursor)


def _size(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode())


def _clean(value: Json) -> Json:
    if isinstance(value, str):
        return safe(masked(value), 8_000)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    return value
